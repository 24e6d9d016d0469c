"""What a page costs: questions to the databases, and what is computed only once."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.desk import observations
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.kept import RESULTS, Kept


def asked_of(reader: Client, path: str) -> tuple[int, int]:
    """Questions to the desk's database and to the lake's, of a page opened the second time."""
    reader.get(path)
    seen: list[str] = []
    sql = observations.lake().ledger.sql
    trace = getattr(sql, "set_trace_callback", None)
    if trace is None:
        pytest.skip("questions are counted in SQLite")
    trace(seen.append)
    try:
        with CaptureQueriesContext(connection) as desk:
            assert reader.get(path).status_code == 200
    finally:
        trace(None)
    lake = [text for text in seen if text.startswith(("SELECT", "WITH"))]
    return len(desk.captured_queries), len(lake)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/air/", 12),
        ("/air/place/北京市/", 12),
        ("/air/station/Wanliu/?period=2015", 12),
        ("/air/ranking/?period=2015-12&level=station", 12),
        ("/air/targets/", 12),
        ("/air/exceptional/?period=2015-04", 12),
        ("/air/quality/", 14),
        ("/air/series/Wanliu.json?period=2015&step=hour&item=all", 12),
    ],
)
def test_a_page_asks_few_questions(reader: Client, path: str, most: int) -> None:
    desk, lake = asked_of(reader, path)
    assert desk + lake <= most, (desk, lake)


def test_nothing_is_asked_station_by_station(reader: Client, beijing: Ground) -> None:
    """Even of a page opened cold: no question comes once for each of the twelve."""
    RESULTS._slots.clear()
    seen: list[str] = []
    trace = getattr(beijing.lake.ledger.sql, "set_trace_callback", None)
    if trace is None:
        pytest.skip("questions are counted in SQLite")
    trace(seen.append)
    reader.get("/air/")
    trace(None)
    about_stations = [text for text in seen if "'Wanliu'" in text]
    asked = Counter(re.sub(r"'[^']*'|\d+", "?", text) for text in seen if " batch" not in text)
    del asked["BEGIN"], asked["COMMIT"]
    assert len(about_stations) <= 9
    assert max(asked.values()) < 12


def test_a_result_is_computed_once_and_again_when_the_lake_changes(beijing: Ground) -> None:
    made = [beijing.kept("thing", object) for _ in range(2)]
    assert made[0] is made[1]
    later = type(beijing)(
        beijing.lake,
        beijing.version + "1",
        *(getattr(beijing, n) for n in ("roster", "shelf", "state", "groups", "group")),
    )
    assert later.kept("thing", object).value is not made[0].value


def test_threads_that_ask_together_wait_for_one_computation() -> None:
    kept, gate, calls = Kept(), Event(), []

    def make() -> int:
        calls.append(1)
        gate.wait(5)
        return 7

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(kept.get, "key", make) for _ in range(4)]
        gate.set()
        assert [one.result().value for one in asked] == [7] * 4
    assert len(calls) == 1


def test_the_least_used_result_is_given_up_and_a_failure_is_not_kept() -> None:
    kept = Kept(most=2)
    kept.get("a", lambda: 1)
    kept.get("b", lambda: 2)
    kept.get("a", lambda: 9)
    kept.get("c", lambda: 3)
    assert (kept.get("a", lambda: 0).value, len(kept)) == (1, 2)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):
        kept.get("d", fail)
    assert kept.get("d", lambda: 4).value == 4
