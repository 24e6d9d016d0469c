"""Windows with hardly anything in them: no exception, no warning, nothing made up."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.quality.criteria import criteria
from lantian.quality.mark import MarkKind
from lantian.quality.marking import marks_of
from lantian.quality.suspicion import findings_of
from lantian.quality.window import Weather, Window
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING

BOOK, RULES = criteria(date(2019, 6, 1)), rule_set("HJ633-2012")


def window(stations: int, before: int, hours: int, fill: int) -> Window:
    block = np.full((6, stations, before + hours), fill, np.int32)
    codes = tuple(f"S{n}" for n in range(stations))
    return Window(codes, 430_000, block[:, :, :before], block[:, :, before:])


@pytest.mark.parametrize("fill", [MISSING, 0, 50_000])
@pytest.mark.parametrize(
    ("stations", "before", "hours"),
    [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 0, 49), (2, 500, 30), (9, 400, 400)],
)
def test_nothing_that_varies_gives_no_finding(
    stations: int, before: int, hours: int, fill: int
) -> None:
    odd = window(stations, before, hours, fill)
    assert findings_of(odd, BOOK, RULES) == ()
    found = {mark.kind for mark in marks_of(odd, BOOK)}
    held = stations * hours > 0
    if fill == MISSING:
        assert found == ({MarkKind.MISSING} if held else set())
    else:
        assert found <= {MarkKind.STUCK, MarkKind.RANGE}
        assert (MarkKind.RANGE in found) == (held and fill == 0)


@pytest.mark.slow
@settings(max_examples=15)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 7),
    st.integers(0, 400),
    st.integers(1, 200),
    st.sampled_from([0.0, 0.3, 0.99]),
)
def test_noise_with_holes_breaks_nothing(
    seed: int, stations: int, before: int, hours: int, holes: float
) -> None:
    rng = np.random.default_rng(seed)
    block = rng.integers(-5, 400, (6, stations, before + hours)).astype(np.int32) * 1000
    block[rng.random(block.shape) < holes] = MISSING
    weather = np.where(rng.random((stations, hours)) < 0.5, np.nan, 90.0)
    odd = Window(
        tuple(f"S{n}" for n in range(stations)),
        430_000 + seed % 24,
        block[:, :, :before],
        block[:, :, before:],
        weather=Weather(weather, weather, weather, weather),
        upkeep=rng.random((stations, hours)) < 0.1,
        scattering=np.ones(stations, bool),
    )
    kept = odd.judged.copy()
    marks = marks_of(odd, BOOK)
    findings_of(odd, BOOK, RULES)
    assert (odd.judged == kept).all()
    assert all(430_000 <= m.first_hour <= m.last_hour < 430_024 + hours for m in marks)
    missing = sum(m.last_hour - m.first_hour + 1 for m in marks if m.kind is MarkKind.MISSING)
    assert missing == (odd.judged == MISSING).sum()
    humid = [m for m in marks if m.kind is MarkKind.HUMIDITY]
    dry = replace(odd, weather=None)
    assert list(marks_of(dry, BOOK)) == [m for m in marks if m not in humid]
