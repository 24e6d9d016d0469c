"""Hours of upkeep come from what the monitors of a station flagged."""

from datetime import datetime

from lantian.flows.quality_upkeep import upkeep_hours
from lantian.lake.enrol import enrol_rows
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from lantian.terms.hour import hour_number

#: The hour that ends 2026-08-01 09:00 in Beijing, an hour after a turn of the UTC day.
H = hour_number(datetime(2026, 8, 1, 9))


def said(mn, n, h, flag, back_s=0, span_s=3600):
    value = Value("a34004", "", span_s, h * 3600 - back_s, 1_000_000, None, None, flag)
    return Said(mn, b"%d" % n, h * 3_600_000_000, "10.0.0.9", values=(value,))


def test_an_hour_is_one_of_upkeep_where_any_value_of_it_is_flagged_so(tmp_path):
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as lake:
        assert upkeep_hours(lake, ["S1"], H, H + 4) is None
        place = {"name": "x", "lon": 115, "lat": 35}
        enrol_rows(lake, "stations", [{"station": s, **place} for s in ("S1", "S2")])
        rows = [
            {"mn": "A1", "station": "S1"},
            {"mn": "A2", "station": "S2", "to": "2026-07-31"},
        ]
        enrol_rows(lake, "devices", rows)
        store = FineStore.open(lake.folder)
        store.keep(
            [
                said("A1", 1, H, "c", back_s=1800, span_s=60),
                said("A1", 2, H + 1, "N"),
                said("A1", 3, H + 2, "M"),
                said("A1", 4, H + 3, "D"),
                said("A1", 5, H - 1, "C"),
                said("A2", 6, H, "C"),
                said("A9", 7, H, "C"),
            ]
        )
        store.close()
        found = upkeep_hours(lake, ["S1", "S2"], H, H + 4)
        assert found.tolist() == [[True, False, True, False], [False] * 4]
        assert upkeep_hours(lake, ["S2", "S1"], H - 1, H)[1].tolist() == [True]
