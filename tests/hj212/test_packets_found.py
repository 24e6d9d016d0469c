"""Packets found in public: the sound ones decode and re-encode, the others are refused."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lantian.hj212.fault import FIELD, STRICT, Fault, FrameFault
from lantian.hj212.packet import decode, encode
from lantian.hj212.reading import readings

GOLDEN = Path(__file__).parents[1] / "golden" / "hj212_packets.toml"
PACKETS: list[dict[str, Any]] = tomllib.loads(GOLDEN.read_text("utf-8"))["packet"]


def of(verdict: str) -> list[Any]:
    return [pytest.param(p, id=p["id"]) for p in PACKETS if p["verdict"] == verdict]


def line(row: dict[str, Any]) -> bytes:
    return row["frame"].encode() + b"\r\n"


def test_all_packets_are_there() -> None:
    counts = [len(of(verdict)) for verdict in ("sound", "modbus", "broken")]
    assert counts == [23, 3, 11]


@pytest.mark.parametrize("row", of("sound"))
def test_a_sound_packet_decodes_to_its_values_and_back(row: dict[str, Any]) -> None:
    packet = decode(line(row))
    assert (packet.length_ok, packet.crc_ok, packet.crc_variant) == (True, True, "standard")
    found = [f"{r.factor} {r.kind} {r.text} {r.flag or '-'}" for r in readings(packet)]
    assert found == row["values"]
    assert encode(packet) == packet.raw == line(row)
    assert set(packet.faults) <= {Fault.CRC_CASE}


@pytest.mark.parametrize("row", of("modbus"))
def test_a_modbus_packet_is_recognised_and_named(row: dict[str, Any]) -> None:
    with pytest.raises(FrameFault, match="MODBUS") as refusal:
        decode(line(row), tolerance=STRICT)
    assert refusal.value.fault is Fault.MODBUS
    packet = decode(line(row), tolerance=FIELD)
    assert (packet.crc_ok, packet.crc_variant) == (False, "modbus")
    assert Fault.MODBUS in packet.faults
    assert encode(packet) == line(row)


@pytest.mark.parametrize("row", of("broken"))
def test_a_broken_packet_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    for tolerance in (STRICT, FIELD):
        with pytest.raises(FrameFault) as refusal:
            decode(line(row), tolerance=tolerance)
        assert refusal.value.fault == row["reason"]


def test_the_shared_packets_are_all_among_them(shared: Path) -> None:
    text = (shared / "data/hj212/packets.jsonl").read_text("utf-8")
    known = {row["frame"]: row["verdict"] for row in PACKETS}
    rows = [json.loads(one) for one in text.splitlines()]
    assert len(rows) == 20
    for row in rows:
        sound = row["length_ok"] and row["crc_ok"]
        assert known[row["packet"]] == ("sound" if sound else "broken")
