"""What is due from a monitor, what is there, and its frames: counted on the gate's own tables."""

from collections.abc import Iterator

import pytest

from lantian.lake.fine import FineStore
from lantian.lake.monitor import (
    faults_by_day,
    frame_note,
    frames_between,
    newest_values,
    values_at,
)
from lantian.lake.presence import Flow, Presence, flows, presences, spoken_times, values_between
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from postgres import BOTH

DAY = 20_600
#: Ten minutes before midnight: what is counted lies in two tables.
START = (DAY + 1) * 86_400 - 600


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def said(mn: str, t: int, *factors: str, span_s: int = 60, cause: str = "") -> Said:
    """A frame that came a second after its interval ended."""
    values = tuple(Value(f, "", span_s, t, 5_000_000, None, None, "N") for f in factors)
    raw = f"{mn} {t} {factors}".encode()
    return Said(mn, raw, (t + 1) * 1_000_000, "10.0.0.9", cause=cause, cn="2051", values=values)


@BOTH
def test_intervals_due_are_those_since_it_was_first_heard(store: FineStore) -> None:
    for n in (0, 1, 2, 5, 6, 12, 19):
        # The factor of the first frames is gone later; another one goes on.
        store.keep([said("A", START + 60 * n, *(("a1", "a2") if n < 12 else ("a2",)))])
    store.keep([said("B", START, "a1", span_s=0), said("C", START, "a1", span_s=3_600)])
    until_t = START + 60 * 20
    assert flows(store.ledger) == {
        "A": Flow(START + 60 * 19, 60), "B": Flow(START, None), "C": Flow(START, 3_600),
    }  # fmt: skip
    # The newest factor has all rows; the one that ended before the first frame is not due.
    found = presences(store.ledger, since_t=START - 86_400, until_t=until_t)
    assert found == {"A": Presence(60, 20, 6), "C": Presence(3_600, 1, 0)}
    told = spoken_times(store.ledger, "A", since_t=START, until_t=until_t)
    assert told == (60, [START + 60 * n for n in (1, 2, 5, 6, 12, 19)])
    assert values_between(store.ledger, since_t=START, until_t=until_t) == {"A": 4 * 2 + 2}


@BOTH
def test_frames_are_paged_and_found_by_their_number(store: FineStore) -> None:
    for n in range(5):
        store.keep([said("A", START + 300 * n, "a1", cause="late" if n == 4 else "")])
    store.keep([said("B", START, "a1")])
    span = (START * 1_000_000, (START + 86_400) * 1_000_000)
    first = frames_between(store.ledger, "A", *span, most=3, before=None)
    rest = frames_between(store.ledger, "A", *span, most=3, before=first[-1].frame)
    numbers = [note.frame for note in (*first, *rest)]
    assert len(numbers) == len(set(numbers)) == 5
    assert numbers == sorted(numbers, reverse=True)
    assert frame_note(store.ledger, "A", numbers[0]) == first[0]
    assert frame_note(store.ledger, "B", numbers[0]) is None
    assert frame_note(store.ledger, "A", 1) is None
    assert [(v.factor, v.value) for v in values_at(store.ledger, "A", START)] == [("a1", 5_000_000)]
    assert [v.t for v in newest_values(store.ledger, "A")] == [START + 1_200]
    assert faults_by_day(store.ledger, "A", since_day=DAY) == {DAY + 1: {"late": 1}}
