"""A Redis of our own for a while: on a free port of this machine alone, in a temporary folder, gone afterwards."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from time import monotonic, sleep
from types import TracebackType
from typing import Self, cast

from redis import Redis
from redis.exceptions import ConnectionError as NotThere

__all__ = ["RedisServer", "is_installed"]


def is_installed() -> bool:
    return shutil.which("redis-server") is not None


class RedisServer:
    """Runs for as long as the block lasts. It keeps nothing on the disk."""

    def __enter__(self) -> Self:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._folder = tempfile.TemporaryDirectory(prefix="makegood-benchmark-")
        options = {"bind": "127.0.0.1", "port": port, "dir": self._folder.name, "save": "", "appendonly": "no"}
        command = ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", str(value)))]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.url = f"redis://127.0.0.1:{port}"
        self._client = Redis(port=port)
        try:
            self._wait()
        except NotThere:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()
        self._server.terminate()
        self._server.wait(10)
        self._folder.cleanup()

    def cpu(self) -> float:
        """Seconds of CPU that the server has used."""
        used = cast("dict[str, float]", self._client.info("cpu"))
        return used["used_cpu_user"] + used["used_cpu_sys"]

    def _wait(self) -> None:
        until = monotonic() + 10
        while True:
            try:
                self._client.ping()
            except NotThere:
                if monotonic() > until:
                    raise
                sleep(0.05)
            else:
                return
