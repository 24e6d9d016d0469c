"""A stream cut into frames: split, glued and broken ones, noise, bounded memory."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hj212.plain import upload
from lantian.hj212.fault import Fault
from lantian.hj212.stream import MOST_FRAME, Lost, Splitter

GOOD = upload("DataTime=20160801085857;a34004-Rtd=35.2,a34004-Flag=N")
OTHER = upload("DataTime=20160801085957;a34004-Rtd=36.1,a34004-Flag=N")
#: What a line may carry: sound frames, each way in which one can be broken, and noise.
PIECES = [
    GOOD,
    OTHER,
    GOOD[:-2],
    GOOD[:-1],
    GOOD[:-2] + b"\n",
    GOOD[:40],
    GOOD[40:],
    b"##0009" + GOOD[6:],
    b"##9999" + GOOD[6:],
    GOOD.replace(b"Rtd", b"R\ntd"),
    b"##",
    b"##01",
    b"#",
    b"\r\n",
    b"\n \t",
    b"noise",
    b"\x00\x00",
    b"##0001" * 3,
    b"##9999" + b"x" * (MOST_FRAME + 100),
]


def cut(stream: bytes, sizes: list[int]) -> list[bytes | Lost]:
    """Everything that comes out of a stream fed in pieces of these sizes, over and over."""
    splitter, found, at, turn = Splitter(), list[bytes | Lost](), 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += splitter.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    return found + splitter.flush()


@given(
    st.lists(st.sampled_from(PIECES), max_size=12),
    st.lists(st.integers(1, 900), min_size=1, max_size=8),
)
def test_pieces_make_no_difference(pieces: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(pieces)
    assert cut(stream, sizes) == cut(stream, [len(stream) + 1])


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.integers(1, 300))
def test_nothing_is_lost_uncounted(pieces: list[bytes], size: int) -> None:
    stream = b"".join(pieces)
    found = cut(stream, [size])
    out = sum(len(f) if isinstance(f, bytes) else f.size for f in found)
    blank = sum(stream.count(c) for c in (b"\r", b"\n", b" ", b"\t"))
    assert len(stream) - blank <= out <= len(stream)


@given(st.lists(st.sampled_from([b"", b"noise", b"\r\n", b"\x00", b"#\n"]), max_size=8))
def test_sound_frames_all_come_out(between: list[bytes]) -> None:
    stream = b"".join(noise + GOOD for noise in between)
    assert cut(stream, [17]).count(GOOD) == len(between)


@given(st.sampled_from(PIECES), st.integers(1, 300))
def test_a_sound_frame_after_anything_with_a_line_end_comes_out(piece: bytes, size: int) -> None:
    assert cut(piece + b"\n" + GOOD, [size])[-1] == GOOD


def test_glued_frames_come_apart() -> None:
    assert Splitter().feed(GOOD + OTHER + GOOD) == [GOOD, OTHER, GOOD]


def test_frames_without_line_ends_come_apart_and_the_last_by_flush() -> None:
    splitter = Splitter()
    assert splitter.feed(GOOD[:-2] + OTHER[:-2]) == [GOOD[:-2]]
    assert splitter.flush() == [OTHER[:-2]]
    assert splitter.flush() == []


def test_a_frame_cut_off_does_not_swallow_the_next() -> None:
    assert Splitter().feed(GOOD[:50] + OTHER) == [GOOD[:50], OTHER]


@pytest.mark.parametrize("length", [b"0000", b"0009", b"9999"])
def test_a_wrong_length_ends_at_the_line_end(length: bytes) -> None:
    wrong = b"##" + length + GOOD[6:]
    assert Splitter().feed(wrong + OTHER) == [wrong, OTHER]


def test_noise_is_counted_once_and_its_size_told() -> None:
    splitter = Splitter()
    assert splitter.feed(b"GET / HTTP/1.1\r\n\r\n" + GOOD) == [Lost(Fault.NOISE, 18), GOOD]
    assert splitter.feed(b"\r\n\r\n" + GOOD) == [GOOD]
    assert splitter.faults == {Fault.NOISE: 1}


def test_a_line_of_ten_megabytes_leaves_memory_as_it_was() -> None:
    splitter, block = Splitter(), b"x" * 65_536
    assert splitter.feed(b"##0100") == []
    for _ in range(160):
        assert splitter.feed(block) == []
        assert sys.getsizeof(splitter._held) < 200_000
    assert splitter.feed(b"\r\n" + GOOD) == [Lost(Fault.OVERSIZE, 6 + 160 * 65_536 + 2), GOOD]


def test_a_device_that_encrypts_may_send_line_ends_inside() -> None:
    frame = upload("a=12")
    frame = frame.replace(b"12", b"\n\n")
    trusting = Splitter(trusts_length=True)
    assert trusting.feed(frame[:80]) == []
    assert trusting.feed(frame[80:] + GOOD) == [frame, GOOD]
