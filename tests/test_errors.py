"""Errors that a person can act upon: what they say, here and in another process."""

import pickle

import pytest

from lantian.errors import BadRequest, LantianError
from lantian.hj212.fault import Fault, FrameFault


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = BadRequest("no such place", where="--place", fix="see: lantian lake check")
    assert str(error) == "LT-100 no such place [--place] -> see: lantian lake check"


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("no such place", where="--place", fix="see: lantian lake check"),
        FrameFault(Fault.CRC, "CRC is 1A00", where="octet 12", fix="ask the device again"),
    ],
)
def test_an_error_crosses_to_another_process_whole(error: LantianError) -> None:
    there = pickle.loads(pickle.dumps(error))  # noqa: S301 - what this test itself has written
    assert type(there) is type(error)
    assert (str(there), vars(there)) == (str(error), vars(error))
