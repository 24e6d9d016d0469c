"""Reading the quarantine: counts by reason, latest rows first."""

from pathlib import Path

from lantian.flows.add import add_files
from lantian.lake.quarantine import quarantined, reasons
from lantian.lake.store import Lake


def test_refused_rows_are_counted_by_reason_and_listed_latest_first(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    Lake.init(folder)
    first, second = tmp_path / "one.csv", tmp_path / "two.csv"
    first.write_text("station,time,pm25\n1A,2019-06-01 01:00,-5\n1A,2019-06-01 02:00,30\n")
    second.write_text("station,time,pm25\n1A,2019-06-02 01:00,99999\n1A,2019-06-02 02:00,31\n")
    with Lake.open(folder) as lake:
        add_files(lake, [first], progress=print)
        add_files(lake, [second], progress=print)
        counts, rows = reasons(lake), quarantined(lake, 10)
        assert sum(n for _, n in counts) == len(rows) == 2
        assert [row.file for row in rows] == ["two.csv", "one.csv"]
        assert {row.reason for row in rows} == {reason for reason, _ in counts}
        assert "99999" in rows[0].raw
        assert len(quarantined(lake, 1)) == 1
