"""The law of readers: the same hours in any layout, spelling and order give the same rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from lantian.lake.readers import read
from lantian.lake.rows import HOUR
from lantian.terms.hour import hour_number
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

START = datetime.fromisoformat("2019-06-01T00:00:00")
STATIONS = ("1001A", "1002A", "3201A")
HEADERS = {
    "plain": [p.symbol for p in POLLUTANTS],
    "chinese": [p.zh for p in POLLUTANTS],
    "units": [f"{p.symbol}({p.unit})" for p in POLLUTANTS],
    "keys": [p.column for p in POLLUTANTS],
}
STAMPS = ("{:%Y-%m-%d %H:%M}", "{:%Y/%m/%d %H:%M:%S}", "{:%Y%m%d%H}", "{:%Y年%m月%d日%H时}")
NOTHING = ("", "-99", "—", "NA", "null", "-;")


@dataclass(frozen=True)
class Hour:
    """One station hour: thousandths by pollutant, None where missing, and withdrawn ones."""

    station: str
    end: datetime
    values: tuple[int | None, ...]
    withdrawn: tuple[bool, ...]


# CO above 50 mg/m3 would be taken for ug/m3 that nobody said.
VALUES = st.tuples(
    *(st.none() | st.integers(0, 50_000 if p.key == "co" else 2_000_000) for p in POLLUTANTS)
)
MARKS = st.lists(st.booleans(), min_size=6, max_size=6)


@st.composite
def hours(draw) -> list[Hour]:
    places = st.tuples(st.sampled_from(STATIONS), st.integers(0, 60))
    return [
        Hour(s, START + timedelta(hours=at), draw(VALUES), tuple(draw(MARKS)))
        for s, at in draw(st.lists(places, min_size=1, max_size=12, unique=True))
    ]


@st.composite
def spellings(draw) -> dict[str, object]:
    return {
        "header": draw(st.sampled_from(sorted(HEADERS))),
        "stamp": draw(st.sampled_from(STAMPS)),
        "nothing": draw(st.sampled_from(NOTHING)),
        "mark": draw(st.sampled_from(["{}(H)", "{}H", "{} (RM)"])),
        "order": draw(st.permutations(range(8))),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "gbk"])),
    }


def cell(hour: Hour, at: int, how) -> str:
    value = hour.values[at]
    if value is None:
        return how["nothing"]
    text = f"{value / 1000:.3f}"
    return how["mark"].format(text) if hour.withdrawn[at] else text


def wide(made: list[Hour], how) -> list[list[str]]:
    rows = [["监测时间", "站点编码", *HEADERS[how["header"]]]]
    rows += [
        [how["stamp"].format(h.end), h.station, *(cell(h, at, how) for at in range(6))]
        for h in made
    ]
    return [[row[at] for at in how["order"]] for row in rows]


def long(made: list[Hour], how) -> list[list[str]]:
    rows = [["value", "time", "pollutant", "station"]]
    for h in made:
        stamp = how["stamp"].format(h.end)
        rows += [
            [cell(h, at, how), stamp, HEADERS[how["header"]][at], h.station] for at in range(6)
        ]
    return rows


def archive(made: list[Hour], how) -> list[list[str]]:
    rows = [["date", "hour", "type", *STATIONS]]
    for end in sorted({h.end for h in made}):
        at_end = {h.station: h for h in made if h.end == end}
        for at, p in enumerate(POLLUTANTS):
            cells = [cell(at_end[s], at, how) if s in at_end else "" for s in STATIONS]
            rows.append([f"{end:%Y%m%d}", str(end.hour), p.symbol, *cells])
        rows.append([f"{end:%Y%m%d}", str(end.hour), "AQI", "50", "51", "52"])
    return rows


def expected(made: list[Hour]) -> dict[tuple[str, int], tuple[list[int], list[bool]]]:
    return {
        (h.station, hour_number(h.end)): (
            [MISSING if v is None else v for v in h.values],
            [w and v is not None for v, w in zip(h.values, h.withdrawn, strict=True)],
        )
        for h in made
        if any(v is not None for v in h.values)
    }


def lines(layout, made: list[Hour]) -> dict[tuple[str, int], int]:
    """First row below the header, from 0, that gives a station hour one of its values."""
    ends = sorted({h.end for h in made})
    first = {}
    for number, h in enumerate(made):
        at = next((at for at, v in enumerate(h.values) if v is not None), None)
        if at is not None:
            row = {wide: number, long: number * 6 + at, archive: ends.index(h.end) * 7 + at}
            first[h.station, hour_number(h.end)] = row[layout]
    return first


def check(path: Path, layout, made: list[Hour], first_line: int) -> None:
    found = read(path)
    rows = found.rows
    assert found.refused == ()
    assert rows.kind is HOUR
    assert list(rows.names) == sorted({s for s, _ in expected(made)})
    assert len(rows) == len(expected(made))
    assert {
        (rows.names[s], int(h)): (rows.values[:, i].tolist(), rows.withdrawn[:, i].tolist())
        for i, (s, h) in enumerate(zip(rows.station, rows.h, strict=True))
    } == expected(made)
    assert {
        (rows.names[s], int(h)): int(line) - first_line
        for s, h, line in zip(rows.station, rows.h, rows.line, strict=True)
    } == lines(layout, made)


@pytest.mark.parametrize("layout", [wide, long, archive])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=hours(), how=spellings())
def test_any_layout_and_spelling_in_text(tmp_path: Path, layout, made, how) -> None:
    path = tmp_path / "a.csv"
    encoding = "utf-8" if how["encoding"] == "gbk" and how["nothing"] == "—" else how["encoding"]
    path.write_text("\n".join(",".join(r) for r in layout(made, how)) + "\n", encoding)
    check(path, layout, made, 2)


@pytest.mark.parametrize("layout", [wide, long])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(made=hours(), how=spellings())
def test_any_layout_and_spelling_in_a_workbook(tmp_path: Path, layout, made, how) -> None:
    book = Workbook()
    for row in layout(made, how):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    check(tmp_path / "a.xlsx", layout, made, 2)


@pytest.mark.parametrize("layout", [wide, long])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(made=hours(), how=spellings())
def test_any_layout_and_spelling_in_parquet(tmp_path: Path, layout, made, how) -> None:
    header, *rows = layout(made, how)
    columns = {name: [r[at] for r in rows] for at, name in enumerate(header)}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    check(tmp_path / "a.parquet", layout, made, 1)
