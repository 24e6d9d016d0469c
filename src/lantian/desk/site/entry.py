"""The way into the desk from a command: the folder is named, then Django is set up."""

import os
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import django

from lantian.desk.env import FOLDER_VARIABLE
from lantian.desk.site.database import SQLITE
from lantian.errors import BadSetting
from lantian.lake.database import database_url


class Verb(Protocol):
    """What the file of a verb holds."""

    def run(self, arguments: object) -> int:
        """Do it; return the exit status."""


def set_up(folder: Path) -> None:
    """Let this process, and those that it starts, serve the desk of a folder.

    Raises
    ------
    BadSetting
        If there is no such folder, or one of its settings is wrong.
    """
    os.umask(0o077)  # what a desk writes is for its own user alone
    os.environ[FOLDER_VARIABLE] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "lantian.desk.site.settings"
    django.setup()


def require(folder: Path) -> None:
    """Refuse a folder in which no desk was made.

    Raises
    ------
    BadSetting
        If there is none.
    """
    if database_url() is None and not (folder / SQLITE).is_file():
        raise BadSetting(
            "这里没有指挥台 / no desk here",
            where=str(folder),
            fix=f"lantian desk init --dir {folder}",
        )


def load(verb: str) -> Verb:
    """Load the file of a verb; its imports need the desk set up, so it is loaded by name."""
    return cast(Verb, import_module(f"lantian.desk.site.verbs.{verb}"))
