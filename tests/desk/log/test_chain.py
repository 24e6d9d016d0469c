"""Whatever is done to the log behind the desk's back is named."""

from datetime import timedelta

import pytest

from lantian.desk.log.broken import Wrong
from lantian.desk.log.chain import verify
from lantian.desk.log.heads import Head
from lantian.desk.log.link import link
from lantian.desk.log.models import Seal, Unsealed
from lantian.desk.log.sealer import newest, seal_new
from lantian.errors import BadRequest


def found(verdict) -> list[tuple[str, int | None, int | None]]:
    return [(f.wrong, f.seq, f.entry) for f in verdict.findings]


@pytest.fixture
def check(heads, now):
    def run(**more):
        return verify(now=now, heads=heads, **more)

    return run


def test_a_log_that_nobody_touched_is_whole(write, check) -> None:
    write(5)
    verdict = check()
    assert verdict.whole
    assert (verdict.entries, verdict.head) == (5, newest())


def test_an_empty_log_is_whole(db, check) -> None:
    assert check().whole


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at_us", 1),
        ("account", 7),
        ("actor", "x"),
        ("origin", "x"),
        ("request", "x"),
        ("action", "x"),
        ("kind", "x"),
        ("key", "x"),
        ("before", "{}"),
        ("after", "{}"),
        ("reason", "x"),
    ],
)
def test_a_changed_field_of_an_entry_is_named(write, check, sql, field, value) -> None:
    ids = write(5)
    sql(f"UPDATE log_entry SET {field} = %s WHERE id = %s", value, ids[2])
    assert found(check()) == [(Wrong.CHANGED, 3, ids[2])]


def test_text_moved_from_one_field_to_the_next_is_named(write, check, sql) -> None:
    ids = write(3)
    sql("UPDATE log_entry SET origin = '', request = origin || request WHERE id = %s", ids[1])
    assert found(check()) == [(Wrong.CHANGED, 2, ids[1])]


def test_all_of_several_changes_are_named(write, check, sql) -> None:
    ids = write(9)
    for i in (1, 4, 5, 8):
        sql("UPDATE log_entry SET reason = 'because' WHERE id = %s", ids[i])
    assert [f.entry for f in check().findings] == [ids[i] for i in (1, 4, 5, 8)]


def test_a_removed_entry_is_named(write, check, sql) -> None:
    ids = write(5)
    sql("DELETE FROM log_entry WHERE id = %s", ids[1])
    assert found(check()) == [(Wrong.REMOVED, 2, ids[1])]


def test_an_entry_removed_with_its_seal_is_named(write, check, sql) -> None:
    ids = write(5)
    sql("DELETE FROM log_entry WHERE id = %s", ids[1])
    sql("DELETE FROM log_seal WHERE seq = 2")
    assert found(check()) == [(Wrong.REMOVED, 2, None)]


def test_the_first_entry_removed_with_its_seal_is_named(write, check, sql) -> None:
    ids = write(3)
    sql("DELETE FROM log_entry WHERE id = %s", ids[0])
    sql("DELETE FROM log_seal WHERE seq = 1")
    assert found(check()) == [(Wrong.REMOVED, 1, None)]


def test_an_entry_removed_and_the_rest_renumbered_breaks_the_chain_and_its_end(
    write, check, sql
) -> None:
    ids = write(5)
    sql("DELETE FROM log_entry WHERE id = %s", ids[1])
    sql("DELETE FROM log_seal WHERE seq = 2")
    for seq in (3, 4, 5):
        sql("UPDATE log_seal SET seq = %s WHERE seq = %s", seq - 1, seq)
    verdict = check()
    assert (Wrong.CUT, 5, None) in found(verdict)
    assert (Wrong.CHANGED, 2, ids[2]) in found(verdict)


def test_entries_exchanged_under_their_seals_are_named_with_their_places(write, check, sql) -> None:
    ids = write(6)
    sql("UPDATE log_seal SET entry = -1 WHERE seq = 2")
    sql("UPDATE log_seal SET entry = %s WHERE seq = 4", ids[1])
    sql("UPDATE log_seal SET entry = %s WHERE seq = 2", ids[3])
    verdict = check()
    assert found(verdict) == [(Wrong.MOVED, 2, ids[3]), (Wrong.MOVED, 4, ids[1])]
    assert "sealed at 4" in verdict.findings[0].what


def test_entries_exchanged_with_their_seals_are_named_with_their_places(write, check, sql) -> None:
    ids = write(6)
    sql("UPDATE log_seal SET seq = -1 WHERE seq = 3")
    sql("UPDATE log_seal SET seq = 3 WHERE seq = 4")
    sql("UPDATE log_seal SET seq = 4 WHERE seq = -1")
    verdict = check()
    assert found(verdict) == [(Wrong.MOVED, 3, ids[3]), (Wrong.MOVED, 4, ids[2])]
    assert "sealed at 4" in verdict.findings[0].what


def test_a_changed_seal_is_named_alone(write, check, sql) -> None:
    ids = write(5)
    sql("UPDATE log_seal SET head = %s WHERE seq = 3", "f" * 64)
    assert found(check()) == [(Wrong.CHANGED, 3, ids[2])]


def test_a_seal_that_points_far_away_is_named_and_the_rest_is_read(write, check, sql) -> None:
    ids = write(5)
    sql("UPDATE log_seal SET entry = %s WHERE seq = 3", 10**15)
    verdict = check()
    assert (Wrong.REMOVED, 3, 10**15) in found(verdict)
    assert [f.entry for f in verdict.findings if f.entry in ids] == []


def test_a_tail_cut_off_shows_against_the_file_of_heads(write, check, sql) -> None:
    ids = write(5)
    sql("DELETE FROM log_entry WHERE id > %s", ids[2])
    sql("DELETE FROM log_seal WHERE seq > 3")
    verdict = check()
    assert found(verdict) == [(Wrong.CUT, 5, None)]
    assert "log.heads" in verdict.findings[0].what


def test_a_tail_cut_off_shows_against_a_printed_head(write, check, sql, heads) -> None:
    ids = write(4)
    printed = newest()
    heads.write_text("")
    sql("DELETE FROM log_entry WHERE id = %s", ids[3])
    sql("DELETE FROM log_seal WHERE seq = 4")
    assert check().whole
    verdict = check(head=str(printed))
    assert found(verdict) == [(Wrong.CUT, 4, None)]
    assert "--head" in verdict.findings[0].what


def test_the_whole_log_deleted_shows(write, check, sql) -> None:
    write(4)
    sql("DELETE FROM log_entry")
    sql("DELETE FROM log_seal")
    assert found(check()) == [(Wrong.CUT, 4, None)]


def test_a_chain_hashed_anew_shows_against_the_file_of_heads(
    write, check, sql, now, tmp_path
) -> None:
    ids = write(5)
    sql("UPDATE log_entry SET actor = 'somebody else' WHERE id = %s", ids[1])
    sql("DELETE FROM log_seal")
    Unsealed.objects.bulk_create(Unsealed(entry=i) for i in ids)
    seal_new(now, folder=tmp_path)
    assert found(check()) == [(Wrong.REWRITTEN, 5, None)]


def test_an_entry_never_sealed_is_named_after_a_minute(write, heads, now) -> None:
    (number,) = write(1, seal=False)
    Unsealed.objects.all().delete()
    assert verify(now=now + timedelta(seconds=50), heads=heads).whole
    verdict = verify(now=now + timedelta(seconds=70), heads=heads)
    assert found(verdict) == [(Wrong.UNSEALED, None, number)]


def test_the_file_of_heads_gone_or_damaged_is_named(write, check, heads) -> None:
    write(2)
    text = heads.read_text()
    heads.write_text("garbage\n" + text)
    assert [f.wrong for f in check().findings] == [Wrong.HEADS]
    heads.unlink()
    assert [f.wrong for f in check().findings] == [Wrong.HEADS]


def test_more_findings_than_are_listed_are_counted(write, check, sql) -> None:
    write(130)
    sql("UPDATE log_entry SET reason = 'x'")
    verdict = check()
    assert len(verdict.findings) == 100
    assert verdict.more == 30


def test_a_chain_across_chunks_is_walked_whole(write, check, sql, monkeypatch) -> None:
    monkeypatch.setattr("lantian.desk.log.chain._CHUNK", 4)
    ids = write(11)
    assert check().entries == 11
    sql("UPDATE log_entry SET reason = 'x' WHERE id = %s", ids[4])
    assert found(check()) == [(Wrong.CHANGED, 5, ids[4])]


def test_a_head_that_is_none_is_refused() -> None:
    with pytest.raises(BadRequest, match="no head"):
        Head.parse("12:xyz")


def test_both_databases_spell_an_entry_alike(write, sql) -> None:
    """The text is written out here: a chain moved from one database to the other holds."""
    (number,) = write(1, seal=False)
    sql(
        "UPDATE log_entry SET at_us = %s, account = 12, actor = %s, reason = %s WHERE id = %s",
        1_767_225_600_000_001,
        "赵 100% 😀",
        "line\nnext",
        number,
    )
    Seal.objects.all().delete()
    Unsealed.objects.all().delete()
    Unsealed.objects.create(entry=number)
    from_database = _sealed_head()
    spelled = (
        f"{number},1767225600000001,12,8:赵 100% 😀4:test4:test11:source.edit14:sources.source"
        '2:S012:{"name":"旧"}13:{"name":"新0"}9:line\nnext'
    )
    assert from_database == link("0" * 64, spelled)


def test_an_entry_of_a_machine_is_spelled_without_account(write) -> None:
    (number,) = write(1, seal=False)
    with_none = _sealed_head()
    assert len(with_none) == 64
    assert Seal.objects.get().entry == number


def _sealed_head() -> str:
    from lantian.desk.log.sealer import _seal_some  # noqa: PLC0415

    _seal_some()
    return newest().hash
