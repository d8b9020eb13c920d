"""The software that Bluesky runs, started for a test with what it needs: PostgreSQL with all its extensions, and Redis."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

__all__ = ["FOLDER", "LACKING", "network"]

FOLDER = os.environ.get("MAKEGOOD_ATPROTO", "")
"""A folder in which `npm install @atproto/dev-env` was run."""
POSTGRESQL = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path())
"""Debian's: the one that other tests start comes without the extension pg_trgm, by which Bluesky's index searches."""
LACKING = [tool for tool in ("node", "redis-server", str(POSTGRESQL / "pg_ctl")) if not shutil.which(tool)]
AT_MOST = 180
"""Seconds that the network may take to start; 15 where nothing else runs."""


@contextmanager
def network() -> Iterator[str]:
    """The address of the server that accounts are made on."""
    with tempfile.TemporaryDirectory(prefix="makegood-bluesky-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with _postgresql(Path(folder) / "postgresql") as postgresql, _redis() as redis:
            needed = {"NODE_PATH": f"{FOLDER}/node_modules", "POSTGRES": postgresql, "REDIS_HOST": redis, "TMPDIR": folder}
            command = ("node", str(Path(__file__).with_suffix(".js")))
            with subprocess.Popen(command, env={**os.environ, **needed}, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as node:
                try:
                    assert node.stdout and select.select([node.stdout], [], [], AT_MOST)[0], "the network takes too long to start"
                    address = node.stdout.readline().decode().strip()
                    assert address, "the network ended while it started"
                    yield address
                finally:
                    node.kill()


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    folder.mkdir()
    user = None
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        user = "postgres"
        shutil.chown(folder, user)
    data = ("-D", str(folder / "data"))

    def run(tool: str, *options: str) -> None:
        subprocess.run((POSTGRESQL / tool, *data, *options), user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    run("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", f"-k {folder} -h '' -F")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "stop", "--mode=immediate")


@contextmanager
def _redis() -> Iterator[str]:
    """It may start after those who need it: they wait."""
    port = free_port()
    command = ("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as redis:
        try:
            yield f"127.0.0.1:{port}"
        finally:
            redis.terminate()
