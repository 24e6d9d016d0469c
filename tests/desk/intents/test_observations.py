"""The lake of the desk, one for each thread, opened anew where it was replaced."""

import shutil
import threading
from pathlib import Path

import pytest

from lantian.desk.env import env
from lantian.desk.observations import lake, let_go
from lantian.errors import LakeBroken


def test_a_thread_keeps_its_lake_open_and_others_have_their_own(county) -> None:
    assert lake() is lake()
    others = []

    def other() -> None:
        others.append(lake())
        let_go()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert others[0] is not lake()


def test_a_lake_that_was_let_go_is_opened_anew(county) -> None:
    let_go()
    assert lake().sequence == 0
    let_go()
    let_go()


def test_a_lake_restored_under_our_feet_is_seen(county, home: Path) -> None:
    if env().database_url:
        pytest.skip("in PostgreSQL the lake is no file that is replaced")
    held = lake()
    copy = home / "copy.sqlite"
    shutil.copy(home / "lake.sqlite", copy)
    copy.replace(home / "lake.sqlite")
    assert lake() is not held


def test_without_a_lake_the_reader_is_told(home: Path) -> None:
    let_go()
    with pytest.raises(LakeBroken, match="no lake here"):
        lake()
