"""Reviews survive a new derivation, or are reported as orphaned; none is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.quality.mark import Mark, MarkKind
from lantian.quality.review import ORPHANED_NAMES, Orphaned, Review, Verdict, rederive
from lantian.quality.window import Window
from lantian.terms.mark import MISSING

HOURS = np.full((6, 2, 5), 9000, np.int32)
HOURS[5, 0, 4] = MISSING
WINDOW = Window(("A", "B"), 100, np.zeros((6, 2, 0), np.int32), HOURS)
MARKS = (Mark("A", "o3", MarkKind.STUCK, 100, 102, (), "stuck-1"),)


def review(hour: int, seen: int | None, answers: MarkKind | None, station: str = "A") -> Review:
    return Review(station, hour, "o3", Verdict.INVALID, "pump failed", seen, answers)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (review(101, 9000, MarkKind.STUCK), None),
        (review(103, 9000, None), None),
        (review(104, None, None), None),
        (review(103, 9000, MarkKind.STUCK), Orphaned.MARK_GONE),
        (review(101, 9000, MarkKind.SPIKE), Orphaned.MARK_GONE),
        (review(101, 9000, MarkKind.STUCK, "B"), Orphaned.MARK_GONE),
        (review(101, 8000, MarkKind.STUCK), Orphaned.VALUE_CHANGED),
        (review(104, 9000, None), Orphaned.VALUE_GONE),
        (review(101, None, None), Orphaned.VALUE_CHANGED),
    ],
)
def test_a_review_is_kept_or_orphaned(given: Review, why: Orphaned | None) -> None:
    found = rederive([given], MARKS, WINDOW)
    assert found.kept == ((given,) if why is None else ())
    assert found.orphaned == (() if why is None else ((given, why),))
    assert found.outside == ()


reviews = st.builds(
    review,
    st.integers(95, 110),
    st.sampled_from([None, 8000, 9000]),
    st.sampled_from([None, *MarkKind]),
    st.sampled_from(["A", "B", "C"]),
)


@given(st.lists(reviews, max_size=8))
def test_no_review_is_lost_and_a_second_derivation_changes_nothing(given: list[Review]) -> None:
    found = rederive(given, MARKS, WINDOW)
    places = [*found.kept, *(r for r, _ in found.orphaned), *found.outside]
    assert sorted(map(repr, places)) == sorted(map(repr, given))
    again = rederive(found.kept, MARKS, WINDOW)
    assert again.kept == found.kept
    assert all(r.station == "C" or not 100 <= r.hour < 105 for r in found.outside)


def test_a_review_needs_a_reason() -> None:
    with pytest.raises(BadRequest, match="without a reason"):
        Review("A", 100, "o3", Verdict.VALID, " ", 9000)
    assert set(ORPHANED_NAMES) == set(Orphaned)
