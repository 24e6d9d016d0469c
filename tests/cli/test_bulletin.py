"""The commands bulletin, brief and demo: files written, wrong input refused."""

from pathlib import Path

import pytest

from lantian.cli.main import main
from lantian.flows.demo import demonstrate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("demo")
    demonstrate(out, print)
    return str(out / "lake")


def test_the_three_forms_are_written(lake: str, tmp_path: Path) -> None:
    words = ["bulletin", lake, "--period", "2015-12", "--lang", "en", "--office", "Office"]
    files = [tmp_path / f"b.{e}" for e in ("docx", "xlsx", "pdf")]
    for file in files:
        words += [f"--{file.suffix[1:]}", str(file)]
    assert main(words) == 0
    assert [f.read_bytes()[:2] for f in files] == [b"PK", b"PK", b"%P"]


def test_an_office_may_start_from_the_default_template(lake: str, tmp_path: Path) -> None:
    template = tmp_path / "office.docx"
    assert main(["bulletin", lake, "--write-template", str(template)]) == 0
    out = tmp_path / "b.docx"
    words = ["bulletin", lake, "--period", "2015-12", "--docx", str(out)]
    assert main([*words, "--template", str(template)]) == 0
    assert out.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--period", "2015-12"], "--docx --xlsx --pdf"),
        (["--pdf", "b.pdf"], "--period"),
        (["--period", "2015-13", "--pdf", "b.pdf"], "not a period"),
        (["--period", "2030-01", "--pdf", "b.pdf"], "no data"),
        (["--period", "2015-12", "--pdf", "nowhere/b.pdf"], "no folder"),
        (["--period", "2015-12", "--pdf", "b.pdf", "--place", "X"], "no place"),
        (["--period", "2015-12", "--docx", "b.docx", "--template", "none.docx"], "none.docx"),
    ],
)
def test_wrong_input_is_one_sentence(
    lake: str,
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bulletin", lake, *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.strip().splitlines()) == 1


def test_brief_prints_the_lines(lake: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["brief", lake, "--day", "2015-12-20"]) == 0
    assert "空气质量晨报" in capsys.readouterr().out
    assert main(["brief", lake, "--day", "yesterday"]) == 2
    assert "not a day" in capsys.readouterr().err
