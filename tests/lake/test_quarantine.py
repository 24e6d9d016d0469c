"""What the store refuses of a file is kept with the file's name, its line and the reason."""

from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from lantian.flows.add import add_files
from lantian.lake import intake
from lantian.terms.mark import Source
from postgres import BOTH

pytestmark = BOTH

WIDE = [
    ["time", "site", "SO2", "NO2"],
    ["2019-07-01 01:00", "B", "1", "2"],
    ["2019-06-01 02:00", "A", "3", "4"],
    ["2019-06-01 01:00", "B", "", ""],
    ["2019-06-01 01:00", "A", "5", "6"],
    ["2019-06-01 02:00", "A", "3", "9"],
    ["2019-06-01 01:00", "A", "5", "6"],
    ["2019-06-01 01:00", "A", "7", "8"],
]
#: Hour and station of lines of `WIDE` that other values are stored for, with a higher source.
STORED = "time,site,SO2,NO2\n2019-07-01 01:00,B,11,\n2019-06-01 01:00,A,5,12\n"


def csv(path, rows):
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")


def workbook(path, rows):
    book = Workbook()
    book.active.append(["某市空气质量小时报"])
    for row in rows:
        book.active.append(row)
    book.save(path)


def parquet(path, rows):
    header, *body = rows
    pq.write_table(pa.table({n: [r[i] for r in body] for i, n in enumerate(header)}), path)


def long(path, rows):
    header, *body = rows
    given = [
        (*row[:2], item, v)
        for row in body
        for item, v in zip(header[2:], row[2:], strict=True)
        if v
    ]
    csv(path, [("time", "site", "pollutant", "value"), *given])


def archive(path, rows):
    """The same station hours with a line for each item, NO2 before SO2."""
    header, *body = rows
    lines = [["date", "hour", "type", "1002A", "1001A"]]
    for stamp, site, *values in body:
        end = datetime.strptime(stamp, "%Y-%m-%d %H:%M")  # noqa: DTZ007 (local time)
        for item, value in reversed(list(zip(header[2:], values, strict=True))):
            cells = [value, ""] if site == "B" else ["", value]
            lines.append([f"{end:%Y%m%d}", str(end.hour), item, *cells])
    csv(path, lines)


@pytest.fixture(params=[1, 10_000], ids=["parts", "hot"])
def way(request, monkeypatch):
    """Store through parts and through hot rows."""
    monkeypatch.setattr(intake, "PART_ROWS", request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("write", "name", "twice", "lower"),
    [
        (csv, "a.csv", [6, 8], [2, 5]),
        (workbook, "a.xlsx", [7, 9], [3, 6]),
        (parquet, "a.parquet", [5, 7], [1, 4]),
        (long, "a.csv", [8, 12], [2, 6]),
        (archive, "a.csv", [10, 14], [2, 8]),
    ],
)
def test_contradictions_and_lower_sources_have_their_line(
    lake, tmp_path, write, name, twice, lower
):
    stored = tmp_path / "stored.csv"
    write(tmp_path / name, WIDE)
    code = {"A": "1001A", "B": "1002A"} if write is archive else {"A": "A", "B": "B"}
    stored.write_text(STORED.replace(",A,", f",{code['A']},").replace(",B,", f",{code['B']},"))
    add_files(lake, [stored], origin=Source.AUDITED_FILE, progress=lambda _: None)
    (report,) = add_files(lake, [tmp_path / name], progress=lambda _: None).reports
    rows = lake.ledger.sql.execute(
        "SELECT file, line, reason, raw FROM quarantine ORDER BY line"
    ).fetchall()
    assert report.quarantined == len(rows)
    assert {file for file, *_ in rows} == {name}
    said = {
        reason: [(line, raw.split(" | ")[0]) for _, line, r, raw in rows if r == reason]
        for reason in (intake.TWICE, intake.LOWER)
    }
    a, b = code["A"], code["B"]
    assert said[intake.TWICE] == [
        (twice[0], f"{a} 2019-06-01 02:00 no2=9"),
        (twice[1], f"{a} 2019-06-01 01:00 so2=7 no2=8"),
    ]
    assert said[intake.LOWER] == [
        (lower[0], f"{b} 2019-07-01 01:00 so2=1"),
        (lower[1], f"{a} 2019-06-01 01:00 no2=6"),
    ]


def test_rows_that_came_from_no_file_have_line_0(lake, put):
    put([(("A", 433_145), [1] * 6), (("A", 433_145), [2] * 6)])
    assert lake.ledger.sql.execute("SELECT line FROM quarantine").fetchall() == [(0,)]
