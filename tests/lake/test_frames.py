"""Frames as received: what a crash tears is cut off, what is whole stays."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import LakeBroken
from lantian.lake.frames import Block, FrameFiles

DAY = 20_000
AT = DAY * 86_400_000_000


def group(number: int, frames: int = 3) -> list[tuple[int, bytes]]:
    return [(AT + n, b"##%04d of group %d" % (n, number)) for n in range(frames)]


def blocks_behind(files: FrameFiles, day: int = DAY, start: int = 0) -> list[Block]:
    return [block for block, _ in files.behind(day, start)]


def test_groups_come_back_as_they_were_in_order(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path)
    groups = [group(n, n + 1) for n in range(5)]
    blocks = [files.append(DAY, some) for some in groups]
    assert [files.read(block) for block in blocks] == groups
    assert list(files.behind(DAY, 0)) == list(zip(blocks, groups, strict=True))
    assert blocks_behind(files, start=blocks[3].start) == blocks[3:]
    assert blocks[4].start + blocks[4].size == files.path(DAY).stat().st_size


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary(max_size=40)), max_size=5),
        max_size=4,
    )
)
def test_any_frames_come_back(tmp_path_factory: pytest.TempPathFactory, groups: list) -> None:
    files = FrameFiles(tmp_path_factory.mktemp("frames"))
    blocks = [files.append(DAY, some) for some in groups]
    assert [files.read(block) for block in blocks] == groups
    files.close()


def test_a_torn_last_block_is_cut_off_at_every_byte(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path)
    first, last = files.append(DAY, group(1)), files.append(DAY, group(2))
    files.close()
    whole = files.path(DAY).read_bytes()
    assert len(whole) == last.start + last.size
    for size in range(last.start, len(whole)):
        files.path(DAY).write_bytes(whole[:size])
        assert blocks_behind(files) == [first], size
        assert files.path(DAY).stat().st_size == last.start, size
    files.path(DAY).write_bytes(whole)
    assert blocks_behind(files) == [first, last]


def test_what_was_written_wrong_is_cut_off_and_groups_follow(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path)
    first, last = files.append(DAY, group(1)), files.append(DAY, group(2))
    whole = bytearray(files.path(DAY).read_bytes())
    for place in range(last.start, len(whole)):
        damaged = whole.copy()
        damaged[place] ^= 0xFF
        files.path(DAY).write_bytes(damaged)
        assert blocks_behind(files) == [first], place
    following = files.append(DAY, group(3))
    assert following.start == last.start
    assert list(files.behind(DAY, 0))[1] == (following, group(3))


def test_a_file_that_holds_nothing_whole_becomes_empty(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path)
    files.path(DAY).write_bytes(b"LTF")
    assert blocks_behind(files) == []
    assert files.path(DAY).stat().st_size == 0
    assert blocks_behind(files, DAY + 1) == []


def test_each_day_has_a_file(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path)
    blocks = [files.append(day, group(day)) for day in (DAY, DAY + 1, DAY, DAY - 10_001)]
    assert [(b.day, b.start > 0) for b in blocks] == [
        (DAY, False), (DAY + 1, False), (DAY, True), (DAY - 10_001, False),
    ]  # fmt: skip
    (tmp_path / "notes.ltf").write_bytes(b"somebody's own")
    assert files.days() == [DAY - 10_001, DAY, DAY + 1]
    assert [files.read(b)[0][1][-5:] for b in blocks] == [b"20000", b"20001", b"20000", b" 9999"]


@pytest.mark.parametrize(
    "block", [Block(DAY, 1, 60), Block(DAY, 0, 60), Block(DAY, 9_999, 60), Block(DAY + 5, 0, 60)]
)
def test_a_block_that_is_not_there_is_said(tmp_path: Path, block: Block) -> None:
    files = FrameFiles(tmp_path)
    files.append(DAY, group(1))
    with pytest.raises(LakeBroken, match="missing or damaged") as caught:
        files.read(block)
    assert caught.value.where == f"{files.path(block.day)}:{block.start}"


_FULL = """
import resource, signal, sys
from pathlib import Path
from lantian.errors import LakeBroken
from lantian.lake.frames import FrameFiles
files = FrameFiles(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
kept = [files.append(20000, [(n, bytes(range(n, n + 50)))]) for n in range(20)]
size = files.path(20000).stat().st_size
for room in range(kept[-1].size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, resource.RLIM_INFINITY))
    try:
        files.append(20000, [(20, bytes(range(20, 70)))])
    except LakeBroken as error:
        assert "disk is full or not writable" in str(error), error
    else:
        raise SystemExit(f"it was kept with room for {room}")
    assert files.path(20000).stat().st_size == size, room
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
kept.append(files.append(20000, [(20, bytes(range(20, 70)))]))
assert [files.read(b)[0][0] for b in kept] == list(range(21))
"""


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("a file")
    with pytest.raises(LakeBroken, match="not writable"):
        FrameFiles(tmp_path / "frames")
