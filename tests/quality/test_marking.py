"""All marks of a window: what is planted is marked, values stay, order does not matter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from lantian.errors import RuleBookBroken
from lantian.quality.criteria import Criteria, criteria
from lantian.quality.mark import NAMES, Mark, MarkKind
from lantian.quality.marking import marks_of
from lantian.quality.window import Weather, Window
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

DAY = date(2019, 6, 1)
PM10, PM25, CO, O3 = 2, 3, 4, 5


@pytest.fixture(scope="module")
def book() -> Criteria:
    return criteria(DAY)


def changed(window: Window, p: int, row: int, hours: slice, value: object) -> Window:
    judged = window.judged.copy()
    judged[p, row, hours] = value
    return replace(window, judged=judged)


def of(marks: tuple[Mark, ...], kind: MarkKind) -> list[Mark]:
    return [mark for mark in marks if mark.kind is kind]


def test_an_honest_network_has_no_mark(network: Callable[..., Window], book: Criteria) -> None:
    assert marks_of(network(30), book) == ()


PLANTS = {
    MarkKind.MISSING: (PM25, 3, slice(200, 205), MISSING),
    MarkKind.RANGE: (O3, 3, slice(200, 202), 3_000_000),
    MarkKind.STUCK: (PM10, 3, slice(200, 210), 120_000),
    MarkKind.SPIKE: (PM25, 3, slice(200, 201), 900_000),
    MarkKind.NEIGHBOUR: (CO, 3, slice(200, 206), 9000),
    MarkKind.INVERSION: (PM25, 3, slice(200, 203), 700_000),
}


@pytest.mark.parametrize("kind", PLANTS, ids=str)
def test_what_is_planted_is_marked_and_values_stay(
    network: Callable[..., Window], book: Criteria, kind: MarkKind
) -> None:
    p, row, hours, value = PLANTS[kind]
    window = changed(network(10), p, row, hours, value)
    before = window.judged.copy()
    marks = marks_of(window, book)
    assert (window.judged == before).all()
    # Which hours of a stuck or far value stand out depends on the air around; the first do.
    found = [m for m in of(marks, kind) if m.covers(window.hour(hours.start))]
    assert [(m.station, m.pollutant) for m in found] == [("0004A", POLLUTANTS[p].key)]
    assert found[0].clause == book.clause(kind.value)
    assert all(isinstance(number, float) for _, number in found[0].figures)
    assert {m.station for m in marks} == {"0004A"}


def test_steps_and_drift_are_told_apart(network: Callable[..., Window], book: Criteria) -> None:
    window = network(30)
    judged = window.judged.copy()
    judged[PM25, 2, 300:] = np.rint(judged[PM25, 2, 300:] * 2.2 / 1000) * 1000
    marks = marks_of(replace(window, judged=judged), book)
    (step,) = of(marks, MarkKind.STEP)
    assert (step.station, step.first_hour) == ("0003A", window.hour(300))
    assert dict(step.figures)["change_pct"] == pytest.approx(110, abs=25)
    slow = np.geomspace(1, 0.4, window.joined.shape[2])
    joined = window.joined.copy()
    joined[PM25, 2] = np.rint(joined[PM25, 2] * slow / 1000) * 1000
    cut = window.trailing.shape[2]
    marks = marks_of(replace(window, trailing=joined[:, :, :cut], judged=joined[:, :, cut:]), book)
    (drift,) = of(marks, MarkKind.DRIFT)
    assert (drift.station, drift.pollutant) == ("0003A", "pm25")
    assert dict(drift.figures)["change_pct"] == pytest.approx(-57, abs=6)
    assert of(marks, MarkKind.STEP) == []


def test_humidity_marks_only_light_scattering_particles(
    network: Callable[..., Window], book: Criteria
) -> None:
    window = network(10)
    shape = window.judged.shape[1:]
    rh = np.full(shape, 60.0)
    rh[:, 50:55] = 92.0
    calm = np.full(shape, 2.0)
    scattering = np.arange(8) == 6
    humid = replace(window, weather=Weather(calm, calm, rh, calm), scattering=scattering)
    marks = of(marks_of(humid, book), MarkKind.HUMIDITY)
    assert [(m.station, m.pollutant) for m in marks] == [("0007A", "pm10"), ("0007A", "pm25")]
    assert dict(marks[0].figures) == {"hours": 5.0, "rh_pct": 92.0}
    assert marks_of(replace(humid, scattering=None), book) == ()


def test_the_order_of_stations_changes_no_mark(
    network: Callable[..., Window], book: Criteria
) -> None:
    window = network(10)
    for p, row, hours, value in PLANTS.values():
        window = changed(window, p, (row + p) % 8, hours, value)
    order = np.random.default_rng(4).permutation(8)
    turned = Window(
        tuple(window.stations[n] for n in order),
        window.first_hour,
        window.trailing[:, order],
        window.judged[:, order],
    )
    assert marks_of(window, book) == marks_of(turned, book) != ()


def test_a_constant_on_all_stations_makes_no_neighbour_mark(
    network: Callable[..., Window], book: Criteria
) -> None:
    window = network(10)
    more = np.int32(300_000)
    raised = replace(window, trailing=window.trailing + more, judged=window.judged + more)
    assert of(marks_of(raised, book), MarkKind.NEIGHBOUR) == []


def test_a_window_refuses_what_does_not_fit(network: Callable[..., Window]) -> None:
    window = network(10)
    for wrong in (
        {"stations": ("A",)},
        {"judged": window.judged[0]},
        {"upkeep": np.zeros((8, 3), bool)},
        {"scattering": np.zeros(3, bool)},
    ):
        with pytest.raises(ValueError, match=r"expected|is \("):
            replace(window, **wrong)


def test_every_kind_has_its_names_and_its_clause(book: Criteria) -> None:
    assert set(NAMES) == set(MarkKind)
    assert {kind.value for kind in MarkKind} <= set(book.entries)
    with pytest.raises(RuleBookBroken, match="lacks no_such"):
        book.number("stuck", "no_such")
    with pytest.raises(RuleBookBroken, match="lacks no_such"):
        book.each("stuck", "no_such")
