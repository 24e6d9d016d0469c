"""Encryption at rest: tampering, moving and lost keys are noticed; keys change."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.desk.env import env
from lantian.desk.privacy import cipher
from lantian.desk.privacy.cipher import CipherBroken, decrypt, encrypt

PLACE = "people.Person.phone"


@given(st.text(max_size=60))
def test_what_is_encrypted_reads_back_and_never_looks_the_same(text: str) -> None:
    one, two = encrypt(text, PLACE), encrypt(text, PLACE)
    assert decrypt(one, PLACE) == decrypt(two, PLACE) == text
    assert one != two
    assert text not in one or len(text) < 4


@pytest.mark.parametrize("spot", range(0, 44, 3))
def test_one_flipped_bit_anywhere_is_noticed(spot: int) -> None:
    number, _, body = encrypt("13800131234", PLACE).partition(":")
    raw = bytearray(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    raw[spot % len(raw)] ^= 1
    altered = f"{number}:{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"
    with pytest.raises(CipherBroken, match=PLACE):
        decrypt(altered, PLACE)


def test_a_text_moved_to_another_field_is_noticed() -> None:
    with pytest.raises(CipherBroken):
        decrypt(encrypt("13800131234", PLACE), "people.Person.id_number")


@pytest.mark.parametrize("text", ["", "13800131234", "1:", "x:AAAA", "1:AA", "1:!!", "0:AAAA"])
def test_what_is_no_encrypted_text_is_refused(text: str) -> None:
    with pytest.raises(CipherBroken):
        decrypt(text, PLACE)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(env(), "folder", tmp_path)
    return tmp_path


def test_after_a_change_of_key_old_and_new_texts_are_read(own_folder: Path) -> None:
    old = encrypt("old", PLACE)
    assert cipher.add_key() == 2
    new = encrypt("new", PLACE)
    assert (cipher.key_number(old), cipher.key_number(new)) == (1, 2)
    assert (decrypt(old, PLACE), decrypt(new, PLACE)) == ("old", "new")
    assert {p.stat().st_mode & 0o777 for p in (own_folder / "keys").iterdir()} == {0o600}


def test_a_missing_key_is_named_and_not_made_anew(own_folder: Path) -> None:
    cipher.add_key()
    sealed = encrypt("text", PLACE)
    file = own_folder / "keys" / "field-2.key"
    file.unlink()
    cipher._key.cache_clear()
    with pytest.raises(CipherBroken, match="field-2"):
        decrypt(sealed, PLACE)
    assert not file.exists()


def test_half_a_key_file_is_refused(own_folder: Path) -> None:
    (own_folder / "keys").mkdir()
    file = own_folder / "keys" / "field.key"
    file.write_text("", encoding="ascii")
    file.chmod(0o600)
    with pytest.raises(CipherBroken, match="not whole"):
        encrypt("text", PLACE)
