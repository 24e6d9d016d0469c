"""What browsers are given is what was reviewed: files kept here, digests, no other host."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import lantian.desk.site

STATIC = Path(lantian.desk.site.__file__).parent / "static"
SHELVES = (STATIC / "vendor", Path(__file__).parents[1] / "vendor")
OWN = [
    p for p in STATIC.rglob("*") if p.suffix in {".js", ".css", ".svg"} and "vendor" not in p.parts
]


@pytest.mark.parametrize("shelf", SHELVES, ids=["shipped", "for tests"])
def test_every_vendored_file_is_listed_with_its_digest(shelf: Path) -> None:
    listed = tomllib.loads((shelf / "VENDOR.toml").read_text(encoding="utf-8"))
    digests = {f"{name}/{f}": d for name, book in listed.items() for f, d in book["sha256"].items()}
    found = {
        p.relative_to(shelf).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in shelf.glob("*/*")
    }
    assert found == digests


@pytest.mark.parametrize("shelf", SHELVES, ids=["shipped", "for tests"])
def test_every_library_has_its_licence_and_its_home(shelf: Path) -> None:
    for name, book in tomllib.loads((shelf / "VENDOR.toml").read_text(encoding="utf-8")).items():
        assert any(file.startswith("LICENSE") for file in book["sha256"]), name
        assert book["home"].startswith("https://"), name
        assert re.fullmatch(r"\d+\.\d+\.\d+", book["version"]), name


def test_vendored_scripts_name_no_source_maps() -> None:
    for file in (STATIC / "vendor").glob("*/*"):
        assert b"sourceMappingURL" not in file.read_bytes(), file.name


@pytest.mark.parametrize("file", OWN, ids=lambda p: p.name)
def test_our_statics_name_no_other_host(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
    assert not re.search(r"""https?://|["'(]//[a-z]""", text)


def test_modules_are_short() -> None:
    for file in OWN:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 400, file.name
