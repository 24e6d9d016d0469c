"""Dialogues: commands and answers as the examples of appendix C spell them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from hj212.plain import frame
from lantian.errors import BadRequest
from lantian.hj212 import dialogue
from lantian.hj212.codes import Way
from lantian.hj212.dialogue import Device, answer_wanted
from lantian.hj212.fault import FIELD
from lantian.hj212.packet import Packet, decode

MN = "010000A8900016F000169DC0"
QN = "20160801085857223"
LOGGER = Device(MN, "123456", "32")
MOMENT = datetime(2016, 8, 1, 8, 58, 57)
START = datetime(2016, 8, 1, 8, 40)
TIMES, R30, M10 = "OverTime=5;ReCount=3", "RtdInterval=30", "MinInterval=10"


def command(cn: str, area: str) -> bytes:
    return frame(f"QN={QN};ST=32;CN={cn};PW=123456;MN={MN};Flag=5;CP=&&{area}&&")


@pytest.mark.parametrize(
    ("table", "made", "cn", "area"),
    [
        ("C.1", lambda: dialogue.set_timeout(LOGGER, QN, seconds=5, repeats=3), "1000", TIMES),
        ("C.2", lambda: dialogue.ask_time(LOGGER, QN, factor="w01018"), "1011", "PolId=w01018"),
        (
            "C.3",
            lambda: dialogue.set_time(LOGGER, QN, to=MOMENT, factor="w01018"),
            "1012",
            "PolId=w01018;SystemTime=20160801085857",
        ),
        ("C.5", lambda: dialogue.ask_realtime_interval(LOGGER, QN), "1061", ""),
        ("C.6", lambda: dialogue.set_realtime_interval(LOGGER, QN, seconds=30), "1062", R30),
        ("C.7", lambda: dialogue.ask_minute_interval(LOGGER, QN), "1063", ""),
        ("C.8", lambda: dialogue.set_minute_interval(LOGGER, QN, minutes=10), "1064", M10),
        ("C.9", lambda: dialogue.set_password(LOGGER, QN, to="654321"), "1072", "NewPW=654321"),
        ("C.10", lambda: dialogue.start_realtime(LOGGER, QN), "2011", ""),
        ("C.11", lambda: dialogue.stop_realtime(LOGGER, QN), "2012", ""),
        ("C.12", lambda: dialogue.start_states(LOGGER, QN), "2021", ""),
        ("C.13", lambda: dialogue.stop_states(LOGGER, QN), "2022", ""),
        (
            "C.20",
            lambda: dialogue.ask_history(LOGGER, "2051", QN, begin=START, end=START),
            "2051",
            "BeginTime=20160801084000;EndTime=20160801084000",
        ),
        ("C.30", lambda: dialogue.calibrate(LOGGER, QN, factor="w01018"), "3011", "PolId=w01018"),
    ],
)
def test_a_command_is_spelled_as_printed(
    table: str, made: Callable[[], Packet], cn: str, area: str
) -> None:
    assert made().raw == command(cn, area), table


@pytest.mark.parametrize(
    ("made", "cn", "area"),
    [
        (dialogue.request_answer, "9011", "QnRtn=1"),
        (dialogue.request_result, "9012", "ExeRtn=1"),
        (dialogue.notice_answer, "9013", ""),
        (dialogue.data_answer, "9014", ""),
    ],
)
def test_an_answer_is_spelled_as_printed(
    made: Callable[[Packet], Packet], cn: str, area: str
) -> None:
    asked = decode(command("1061", ""))
    printed = f"QN={QN};ST=91;CN={cn};PW=123456;MN={MN};Flag=4;CP=&&{area}&&"
    assert made(asked).raw == frame(printed)


@pytest.mark.parametrize(("flag", "answered"), [("1", "0"), ("3", "0"), ("7", "4"), ("9", "8")])
def test_an_answer_has_the_version_of_what_it_answers(flag: str, answered: str) -> None:
    asked = decode(frame(f"QN={QN};ST=22;CN=2011;PW=;MN=A;Flag={flag};CP=&&&&"))
    printed = f"QN={QN};ST=91;CN=9014;PW=;MN=A;Flag={answered};CP=&&&&"
    assert dialogue.data_answer(asked).raw == frame(printed)


def test_a_device_with_an_endless_identity_is_answered_too() -> None:
    asked = decode(frame(f"QN={QN};ST=22;CN=2011;MN={'A' * 1500};Flag=5;CP=&&&&"), tolerance=FIELD)
    assert dialogue.data_answer(asked).mn == "A" * 1500


@pytest.mark.parametrize(
    ("cn", "way", "answer"),
    [
        ("2011", Way.UP, "9014"),
        ("2081", Way.UP, "9014"),
        ("3020", Way.UP, "9014"),
        ("1013", Way.UP, "9013"),
        ("9015", Way.UP, "9013"),
        ("2011", Way.DOWN, "9011"),
        ("3011", Way.DOWN, "9011"),
        ("2012", Way.DOWN, "9013"),
        ("9014", Way.DOWN, None),
        ("9011", Way.UP, None),
        ("2099", Way.UP, "9014"),
        ("2099", Way.DOWN, None),
        ("1099", Way.UP, None),
        ("20990", Way.UP, None),
    ],
)
def test_which_answer_a_packet_asks_for(cn: str, way: Way, answer: str | None) -> None:
    asking = decode(frame(f"QN={QN};ST=22;CN={cn};MN=A;Flag=5;CP=&&&&"))
    assert answer_wanted(asking, way=way) == answer
    silent = decode(frame(f"QN={QN};ST=22;CN={cn};MN=A;Flag=4;CP=&&&&"))
    assert answer_wanted(silent, way=way) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: dialogue.set_timeout(LOGGER, QN, seconds=0, repeats=3),
        lambda: dialogue.set_timeout(LOGGER, QN, seconds=5, repeats=100),
        lambda: dialogue.set_realtime_interval(LOGGER, QN, seconds=29),
        lambda: dialogue.set_realtime_interval(LOGGER, QN, seconds=3601),
        lambda: dialogue.set_minute_interval(LOGGER, QN, minutes=7),
        lambda: dialogue.set_password(LOGGER, QN, to="secret;"),
        lambda: dialogue.set_password(LOGGER, QN, to=""),
        lambda: dialogue.set_password(LOGGER, QN, to="1234567"),
        lambda: dialogue.ask_history(LOGGER, "2011", QN, begin=MOMENT, end=MOMENT),
        lambda: dialogue.ask_history(LOGGER, "2061", QN, begin=MOMENT, end=datetime(2016, 8, 1)),
    ],
)
def test_what_the_standard_does_not_allow_is_not_sent(wrong: Callable[[], Packet]) -> None:
    with pytest.raises(BadRequest):
        wrong()


def test_a_command_of_2025_has_its_flag() -> None:
    packet = dialogue.ask_time(Device(MN, "123456", "32", 2025), "20240601085857223")
    assert packet.raw == (
        b"##0087QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;"
        b"CP=&&&&2200\r\n"
    )
