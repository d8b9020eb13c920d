"""Write the next migration: `python -m storage.migrations "What changes"`.

It compares the models with what the migrations so far make of an empty database. Read it before you commit it: Alembic
sees a renamed column as one dropped and another added.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine

from storage.migrations import config_for, upgrade


def main(message: str) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        upgrade(conn)
        config = config_for(conn)
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        for option, value in {"hooks": "ruff", "ruff.type": "module", "ruff.module": "ruff"}.items():
            config.set_section_option("post_write_hooks", option, value)
        config.set_section_option("post_write_hooks", "ruff.options", "format REVISION_SCRIPT_FILENAME")
        script: Any = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
    sys.stdout.write(f"{Path(script.path)}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m storage.migrations "What changes"')
    try:
        main(sys.argv[1])
    except CommandError as error:
        sys.exit(str(error))
