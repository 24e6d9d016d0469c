"""Reading by a declared mapping: places, stamps, units, what is missing, and any bytes at all."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadSetting
from lantian.gate.doors.message import BadMessage, Message, said_of, wrap
from lantian.gate.doors.records import Records
from lantian.gate.doors.streams import layouts, shaped
from lantian.gate.roll import Roll, roll_of
from lantian.lake.device import Device

NOW = 1_795_363_200
TABLE: dict[str, Any] = {
    "span_s": 60,
    "records": "data",
    "source": {"path": "id"},
    "time": {"paths": ["t"], "format": "unix_s"},
    "factors": {
        "a34004": {"path": "v.pm25", "unit": "ug/m3"},
        "a21005": {"path": "v.co", "unit": "ug/m3", "scale": 1.25, "flag": "f"},
    },
}
MICRO = Device("M1", "S1", "", {"a34004": "mg/m3"}, "field", 1, None, None)
ROLL = roll_of([MICRO], {})


def reader(**other: object) -> Records:
    return shaped(Records, TABLE | other, "doors/x.toml")


def message(body: object, origin: str = "air/M1/data") -> Message:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Message("mqtt", "x", origin, raw, NOW * 1_000_000, "")


def record(**other: object) -> dict[str, object]:
    return {"id": "M1", "t": NOW, "v": {"pm25": 35.5, "co": "800"}, "f": "N"} | other


def read(
    how: Records, body: object, origin: str = ""
) -> dict[tuple[str, str, int], Decimal | None]:
    told, _ = how.read(message(body, origin))
    return {(each.mn, n.factor, n.t): n.value for each in told for n in each.numbers}


def test_numbers_are_exact_and_become_the_devices_unit() -> None:
    body = b'{"data": {"id": "M1", "t": 1795363200, "v": {"pm25": 0.1, "co": 800}, "f": "D"}}'
    told, notes = reader().read(message(body))
    assert notes == []
    (said,) = said_of(message(body), told, ROLL)
    # 0.1 ug/m3 in the mg/m3 of the register; CO 800 times 1.25 in ug/m3, in the printed mg/m3.
    assert [(v.factor, v.value, v.span_s, v.flag) for v in said.values] == [
        ("a34004", 100, 60, ""),
        ("a21005", 1_000_000, 60, "D"),
    ]
    assert said.raw == wrap(message(body))
    assert said.raw.endswith(b"\n" + body)


@pytest.mark.parametrize(
    ("how", "body", "origin"),
    [
        ({"records": ""}, record(), ""),
        ({"records": ""}, [record()], ""),
        ({"records": "a.0.b"}, {"a": [{"b": record()}]}, ""),
        ({"records": "*.rows", "source": {"path": "^.@key"}}, {"M1": {"rows": [record()]}}, ""),
        ({"source": {"level": 2}}, {"data": [record(id="?")]}, "air/M1/data"),
        ({"source": {"fixed": "M1"}}, {"data": [record(id=None)]}, ""),
        ({"source": {"path": "id", "prefix": "M"}}, {"data": [record(id="1")]}, ""),
    ],
)
def test_records_and_sources_are_found_where_they_are_declared(
    how: dict[str, Any], body: object, origin: str
) -> None:
    assert read(reader(**how), body, origin)[("M1", "a34004", NOW)] == Decimal("35.5")


def test_each_record_may_hold_one_value_under_its_name() -> None:
    factors = {
        "a34004": {"name": "PM2.5", "path": "value", "unit": "ug/m3"},
        "a01001": {"name": "温度", "path": "value", "unit": "degC"},
    }
    rows = [("PM2.5", 35), ("温度", -3.5), ("噪声", 60)]
    body = {"data": [{"id": "M1", "t": NOW, "item": name, "value": v} for name, v in rows]}
    assert read(reader(item="item", factors=factors), body) == {
        ("M1", "a34004", NOW): Decimal(35),
        ("M1", "a01001", NOW): Decimal("-3.5"),
    }


def test_csv_is_read_by_the_names_of_its_columns() -> None:
    how = reader(
        format="csv",
        encoding="gbk",
        delimiter=";",
        source={"path": "编号"},
        time={"paths": ["日期", "小时"], "format": "%Y%m%d %H"},
        factors={"a34004": {"path": "PM2.5", "unit": "ug/m3"}},
        span_s=3600,
    )
    text = '编号;日期;小时;PM2.5\nM1;20261122;24;35\n\nM1;20261122;23;"—"\nM1;20261122;25;1\n'
    told, notes = how.read(message(text.encode("gbk")))
    (each,) = told
    assert [(n.t, n.value) for n in each.numbers] == [(NOW, Decimal(35))]
    assert each.faults == ("time",)
    assert notes == ["4: 时间不可用 / no such time: '20261122 25'"]


def test_a_part_that_is_wrong_is_noted_and_the_rest_is_taken() -> None:
    body = {
        "data": [
            record(),
            record(id=""),
            record(t="yesterday"),
            record(t=NOW - 60, v={"pm25": "abc", "co": None}),
            record(t=NOW - 120, v={"pm25": True}),
            record(id="M2", v={}),
            record(t=NOW - 30),
        ]
    }
    told, notes = reader().read(message(body))
    faults = {each.mn: (len(each.numbers), each.cause, each.faults) for each in told}
    # CO that is null still has a flag, and so says something.
    assert faults == {
        "M1": (4, "", ("time", "text")),
        "": (0, "source", ()),
        "M2": (1, "", ()),
    }
    assert len(notes) == 5


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "syntax"),
        (b"\xff\xfe", "syntax"),
        (b"[" * 100_000, "syntax"),
        (b"1" * 5_000, "syntax"),
        ({"data": [{"id": "M1"}]}, "time"),
        ({"data": [{"t": NOW}]}, "source"),
        ({"data": [record(id="x" * 65)]}, "source"),
        ({"data": [record(id="a\nb")]}, "source"),
        ({"data": [record(v={"pm25": "x", "co": "y"})]}, "text"),
        ({"data": []}, None),
        ({"error": "401"}, "syntax"),
        ({"data": "401"}, "syntax"),
    ],
)
def test_a_message_of_which_nothing_can_be_taken_says_why(body: object, cause: str | None) -> None:
    if cause is None:
        assert reader().read(message(body)) == ([], [])
        return
    with pytest.raises(BadMessage) as caught:
        reader().read(message(body))
    assert caught.value.cause == cause
    assert "doors/x.toml" in str(caught.value)


def test_what_the_roster_decides() -> None:
    body = {"data": [record(), record(id="M9"), record(t=NOW + 3600), record(t=60)]}
    told, _ = reader().read(message(body))
    mine, other = said_of(message(body), told, ROLL)
    assert (mine.mn, len(mine.values), mine.cause, mine.faults) == ("M1", 2, "", ("ahead", "time"))
    assert (other.mn, other.values, other.cause) == ("M9", (), "unknown")
    only = reader(source={"path": "id", "known_only": True})
    told, _ = only.read(message(body))
    assert [said.mn for said in said_of(message(body), told, ROLL)] == ["M1"]
    assert said_of(message(body), told, Roll()) == []


def test_a_unit_that_does_not_fit_is_refused_and_a_number_far_too_large() -> None:
    how = reader(factors={"a34004": {"path": "v.pm25", "unit": "hPa"}})
    told, _ = how.read(message({"data": [record()]}))
    assert [(s.cause, s.values) for s in said_of(message(b""), told, ROLL)] == [("unit", ())]
    told, _ = reader().read(message({"data": [record(v={"pm25": "1e20"}, f="")]}))
    assert [(s.cause, s.values) for s in said_of(message(b""), told, ROLL)] == [("text", ())]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"factors": {}}, "factors: at least one"),
        ({"factors": {"a34004": {"unit": "ug/m3"}}}, "needs a path"),
        ({"factors": {"a34004": {"path": "v", "scale": float("inf")}}}, "finite"),
        ({"factors": {"a34004": {"path": "v", "unite": "x"}}}, "unknown key unite"),
        ({"source": {}}, "exactly one of"),
        ({"source": {"path": "a", "fixed": "b"}}, "exactly one of"),
        ({"time": {"paths": []}}, "at least one"),
        ({"time": {"paths": ["t"], "zone": "Asia/Shanghai"}}, "+08:00"),
        ({"time": {"paths": ["t"], "format": "epoch"}}, "unix_s"),
        ({"span_s": -1}, "span_s"),
        ({"span_s": "60"}, "expected int"),
        ({"encoding": "klingon"}, "klingon"),
        ({"item": "name"}, "needs a name"),
        ({"format": "xml"}, "one of: json, csv"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_with_file_and_key(
    other: dict[str, object], said: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        reader(**other)
    assert said in str(caught.value)
    assert "doors/x.toml" in caught.value.where


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inside: (
        st.lists(inside) | st.dictionaries(st.sampled_from(["id", "t", "v", "f", "data"]), inside)
    ),
)


@given(st.binary() | JSON.map(lambda value: json.dumps({"data": value}).encode()))
def test_any_bytes_are_read_or_refused_with_a_cause(body: bytes) -> None:
    for how in (reader(), reader(format="csv")):
        try:
            told, _ = how.read(message(body))
        except BadMessage as problem:
            assert problem.cause
            continue
        for said in said_of(message(body), told, ROLL):
            assert all(v.t >= 946_684_800 for v in said.values)


def test_the_layouts_that_come_along_can_be_used() -> None:
    for name, table in layouts().items():
        assert shaped(Records, table, name).span_s == 3600
