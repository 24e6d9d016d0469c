"""Frozen figures are kept word for word, once, with their basis."""

import hashlib

import pytest

from lantian.errors import BadRequest
from lantian.lake.basis import Basis
from lantian.lake.frozen import all_frozen, freeze, frozen
from postgres import BOTH

pytestmark = BOTH

FULL = [8_000, 30_000, 60_000, 35_000, 600, 120_000]


def test_a_figure_is_frozen_once_and_its_versions_are_kept(lake, put):
    put({("A", 433_145): FULL})
    basis = Basis(1, "r" * 64, "b" * 64, "0.1.0").table()
    figures = '{"pm25":35,"名":"北京"}'.encode()
    digest = freeze(lake, "bulletin", "2019-06", figures, basis)
    assert digest == hashlib.sha256(figures).hexdigest()
    assert freeze(lake, "bulletin", "2019-06", figures, basis) == digest
    assert len(all_frozen(lake)) == 1
    put({("A", 433_145): [9_000, *FULL[1:]]})
    freeze(lake, "bulletin", "2019-06", b'{"pm25":36}', {**basis, "sequence": 2})
    latest = frozen(lake, "bulletin", "2019-06")
    assert (latest.figures, latest.sequence, latest.basis["rules_digest"]) == (
        b'{"pm25":36}',
        2,
        "b" * 64,
    )
    assert [f.figures for f in all_frozen(lake)] == [figures, b'{"pm25":36}']
    assert frozen(lake, "bulletin", "2019-07") is None


def test_no_json_and_a_sequence_that_never_was_are_refused(lake):
    with pytest.raises(BadRequest, match="no JSON"):
        freeze(lake, "bulletin", "x", b"\xff", {"sequence": 0})
    with pytest.raises(BadRequest, match="no sequence 3"):
        freeze(lake, "bulletin", "x", b"{}", {"sequence": 3})
    assert all_frozen(lake) == []


def test_after_a_correction_the_frozen_state_is_still_read_and_the_change_is_told(lake, put):
    h = 433_145
    put({("A", h): FULL})
    freeze(lake, "day", "2019-06-01", b'{"so2":8}', {"sequence": lake.sequence})
    put({("A", h): [50_000, *FULL[1:]]})
    lake.compact()
    kept = frozen(lake, "day", "2019-06-01")
    assert lake.block(["A"], h, h + 1, as_of=kept.sequence)[0, 0, 0] == 8_000
    assert lake.block(["A"], h, h + 1)[0, 0, 0] == 50_000
    (revision,) = lake.changes(kept.sequence, None, ["A"], h, h + 1).revisions
    assert (revision.item, revision.old, revision.new, revision.source) == (
        "so2",
        8_000,
        50_000,
        "file-2",
    )
