"""A simulated monitor that lies does so about particles alone, as its mode declares."""

from datetime import datetime, timedelta

import pytest

from lantian.cli.main import main
from lantian.errors import BadRequest
from lantian.gate.lying import LIES, lying
from lantian.gate.voice import UsualDay

AT = datetime(2026, 11, 22, 13)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PM = {"a34002", "a34004"}
VOICE = UsualDay("SIM", 1)


@pytest.mark.parametrize("mode", LIES)
def test_only_one_lies_and_only_about_particles(mode: str) -> None:
    voice = lying(VOICE, f"3:{mode}")
    for number in (2, 3, 4):
        said, true = (dict(v.values(number, AT, MINUTE)) for v in (voice, VOICE))
        assert said.keys() == true.keys()
        differs = {factor for factor in said if said[factor] != true[factor]}
        assert differs <= (PM if number == 3 else set())


def course(mode: str, factor: str) -> list[float]:
    voice = lying(VOICE, f"3:{mode}")
    return [dict(voice.values(3, AT + n * MINUTE, MINUTE))[factor] for n in range(60)]


def test_a_capped_one_hardly_goes_over_its_cap() -> None:
    true = [dict(VOICE.values(3, AT + n * MINUTE, MINUTE))["a34002"] for n in range(60)]
    said = course("capped", "a34002")
    assert max(true) > 140 > min(true)
    assert max(said) < 140 + (max(true) - 140) / 40
    assert all(s == t for s, t in zip(said, true, strict=True) if t <= 140)


def test_a_smoothed_one_says_the_same_all_hour() -> None:
    assert len(set(course("smoothed", "a34004"))) == 1


@pytest.mark.parametrize("text", ["", "3", "3:", ":capped", "3:lies", "-1:capped", "３:capped"])
def test_what_is_no_lie_is_said(text: str) -> None:
    with pytest.raises(BadRequest, match="NUMBER:MODE"):
        lying(VOICE, text)


def test_the_register_of_a_county_leaves_out_who_is_to_be_adopted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--county", "--devices", "300", "--roster", "own", "--unknown", "7"]
    assert main(["gate", "simulate", *words]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "mn,station,password,units"
    assert len({line.split(",")[0] for line in lines}) == 299
    assert all(line.split(",")[0].endswith(line.split(",")[1]) for line in lines)
