"""Reviews through intents: taken once, standing or orphaned, effective on own stations alone."""

import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.intent import apply_intent
from lantian.flows.review import judged_reviews
from lantian.flows.review_versions import day_versions
from lantian.lake.enrol import enrol_rows
from lantian.lake.quality_runs import Judged, note_run, replace_marks
from lantian.lake.reviews import reviews
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.standing import withdrawn
from lantian.lake.store import Lake
from lantian.quality.mark import Mark, MarkKind
from lantian.quality.review import Orphaned
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING, Source
from lantian.terms.period import parse_day
from postgres import BOTH

DAY = parse_day("2026-05-04")
H0 = first_hour(day_number(DAY))
MONTH = 2026 * 12 + 4
#: A national and a township station.
OFFICIAL, OWN = "9901A", "9911T"
SPIKE = 5


def load(lake, values, origin=Source.GATE, station=OWN, first=H0):
    """Load PM2.5 of a station, whole numbers, None where there is none."""
    there = [n for n, value in enumerate(values) if value is not None]
    block = np.full((6, len(there)), MISSING, np.int32)
    block[3] = [values[n] * 1000 for n in there]
    rows = Rows(
        HOUR,
        (station,),
        np.zeros(len(there), np.int32),
        np.array([first + n for n in there], np.int32),
        block,
        np.zeros(block.shape, np.bool_),
    )
    lake.add(Reading(rows), source="x", sha256=uuid.uuid4().hex, layout="x", origin=origin)


def mark(lake, *marks):
    judged = Judged(H0, H0 + 24, (OFFICIAL, OWN), "i", "b", "c", lake.sequence)
    with lake.ledger.write() as sql:
        run = note_run(sql, judged, marks=len(marks), findings=0)
        replace_marks(lake.ledger, run, MONTH, (OFFICIAL, OWN), marks)


def spike(station=OWN, first=H0 + SPIKE, last=H0 + SPIKE):
    return Mark(station, "pm25", MarkKind.SPIKE, first, last, (("value", 900.0),), "spike-1")


def body(station=OWN, seen=900, state="submitted", **more):
    return {
        "station": station,
        "pollutant": "pm25",
        "hours": [[H0 + SPIKE, None if seen is None else seen * 1000]],
        "verdict": "invalid",
        "reason": "采样管脱落",
        "answers": "spike",
        "state": state,
        "by": "张",
        "at": datetime.now(UTC).isoformat(),
        **more,
    }


def decision(state, *numbers, note="现场核实"):
    at = datetime.now(UTC).isoformat()
    return {"reviews": list(numbers), "state": state, "note": note, "by": "李", "at": at}


def ask(lake, kind, content):
    return apply_intent(lake, str(uuid.uuid4()), f"quality.{kind}", content)


@pytest.fixture
def county(tmp_path, lake_backend):
    """Two stations whose sixth hour is a spike that is marked."""
    Lake.init(tmp_path / "county")
    with Lake.open(tmp_path / "county") as lake:
        kinds = ((OFFICIAL, "national"), (OWN, "township"))
        rows = [{"station": s, "name": s, "kind": k, "lon": 115, "lat": 35} for s, k in kinds]
        enrol_rows(lake, "stations", rows)
        for station in (OFFICIAL, OWN):
            load(lake, [900 if n == SPIKE else 40 for n in range(24)], station=station)
        mark(lake, spike(OFFICIAL), spike(OWN))
        yield lake


def value(lake, station):
    found = int(lake.block([station], H0 + SPIKE, H0 + SPIKE + 1)[3, 0, 0])
    return None if found == MISSING else found // 1000


def test_a_review_is_kept_once_with_the_old_value(county):
    name, content = str(uuid.uuid4()), body()
    for _ in range(2):
        apply_intent(county, name, "quality.review", content)
    (held,) = reviews(county.ledger)
    assert (held.review.old_value, held.state, held.steps[0].by) == (900_000, "submitted", "张")
    assert judged_reviews(county, [held])[0].orphaned is None
    with pytest.raises(BadRequest, match="已用于另一个意图"):
        apply_intent(county, name, "quality.review", body(reason="另一个理由"))


@pytest.mark.parametrize("station", [OFFICIAL, OWN])
def test_an_approved_review_withdraws_a_value_of_an_own_station_alone(county, station):
    ask(county, "review", body(station, state="candidate"))
    with pytest.raises(BadRequest, match="candidate → approved"):
        ask(county, "decide", decision("approved", 1))
    ask(county, "decide", decision("submitted", 1))
    assert value(county, station) == 900
    ask(county, "decide", decision("approved", 1))
    assert value(county, station) == (900 if station == OFFICIAL else None)
    (held,) = reviews(county.ledger)
    assert [step.state for step in held.steps] == ["candidate", "submitted", "approved"]
    # What was found invalid is still judged as it was measured, and its review still stands.
    assert judged_reviews(county, [held])[0].orphaned is None
    (versions,) = day_versions(county, [held])
    assert versions.day == DAY
    assert versions.reviewed == 40_000
    assert versions.official == (75_800 if station == OFFICIAL else 40_000)
    ask(county, "decide", decision("withdrawn", 1))
    assert value(county, station) == 900
    assert withdrawn(county, [station], H0, H0 + 24) == set()
    assert judged_reviews(county, reviews(county.ledger))[0].orphaned is None
    assert day_versions(county, reviews(county.ledger)) == []


@BOTH
def test_an_approved_review_outlives_what_the_gate_sends_again(county):
    ask(county, "review", body())
    ask(county, "decide", decision("approved", 1))
    load(county, [30] * 24)
    assert value(county, OWN) is None
    assert judged_reviews(county, reviews(county.ledger))[0].orphaned is None


def test_new_hours_under_the_same_key_leave_a_review_orphaned_and_it_is_not_approved(county):
    ask(county, "review", body())
    load(county, [41] * 24, Source.AUDITED_FILE)
    (standing,) = judged_reviews(county, reviews(county.ledger))
    assert standing.orphaned is Orphaned.VALUE_CHANGED
    assert standing.held.review.old_value == 900_000
    with pytest.raises(BadRequest, match="已变"):
        ask(county, "decide", decision("approved", 1))
    ask(county, "decide", decision("withdrawn", 1))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (body(seen=899), "value has changed"),
        (body(seen=None), "value has changed"),
        (body(state="approved"), "cannot begin"),
        (body(reason="  "), "without a reason"),
        (body(hours=[]), "1 to 744"),
        (body(hours=[[1]]), "incomplete"),
        (body(pollutant="voc"), "voc"),
        (body(verdict="maybe"), "maybe"),
        ({"station": OWN}, "hours"),
    ],
)
def test_a_review_that_says_something_wrong_is_refused_whole(county, content, said):
    with pytest.raises(BadRequest, match=said):
        ask(county, "review", content)
    assert reviews(county.ledger) == []


def test_an_hour_has_one_standing_review(county):
    ask(county, "review", body())
    with pytest.raises(BadRequest, match="standing review"):
        ask(county, "review", body(verdict="valid"))
    ask(county, "decide", decision("withdrawn", 1))
    with pytest.raises(BadRequest, match="withdrawn → withdrawn"):
        ask(county, "decide", decision("withdrawn", 1))
    ask(county, "review", body(verdict="valid"))
    with pytest.raises(BadRequest, match="no such review"):
        ask(county, "decide", decision("approved", 3))
    assert [one.state for one in reviews(county.ledger)] == [
        ClaimState.SUBMITTED,
        ClaimState.WITHDRAWN,
    ]


HOURS = st.lists(st.sampled_from([None, 40, 41]), min_size=3, max_size=3)


@given(first=HOURS, later=HOURS, again=st.lists(st.integers(0, 2), max_size=3))
def test_whatever_comes_each_review_stands_or_is_reported(first, later, again):
    with tempfile.TemporaryDirectory() as folder:
        Lake.init(Path(folder) / "lake")
        with Lake.open(Path(folder) / "lake") as lake:
            load(lake, first)
            mark(lake, *(spike(first=H0 + n, last=H0 + n) for n in range(3)))
            seen = [None if value is None else value * 1000 for value in first]
            ask(lake, "review", body(hours=[[H0 + n, value] for n, value in enumerate(seen)]))
            load(lake, later, Source.REALTIME_FILE)
            mark(lake, *(spike(first=H0 + n, last=H0 + n) for n in set(again)))
            found = judged_reviews(lake, reviews(lake.ledger))[::-1]
            assert [one.held.review.hour - H0 for one in found] == list(range(3))
            for n, one in enumerate(found):
                now = later[n] if later[n] is not None else first[n]
                changed = Orphaned.VALUE_CHANGED if now != first[n] else None
                assert one.orphaned == (changed or (None if n in again else Orphaned.MARK_GONE))
