"""The documents say what the code does: the reference is fresh, nothing is left out."""

import argparse
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import pytest

from lantian.cli import main
from lantian.rules.book import NATIONAL, read_shelf
from lantian.rules.ruleset import index_variant

PAGES = ("README.md", "README.zh-CN.md", "docs/tutorial.md", "docs/howto.md")


@pytest.fixture(scope="module")
def made(root: Path) -> dict[str, str]:
    pages: dict[str, str] = runpy.run_path(str(root / "docs/make_reference.py"))["pages"]()
    return pages


@pytest.mark.parametrize("name", ["rules.md", "commands.md", "api.md"])
def test_the_reference_is_what_the_code_says(root: Path, made: dict[str, str], name: str) -> None:
    kept = (root / "docs/reference" / name).read_text("utf-8")
    assert kept == made[name], "run: .venv/bin/python docs/make_reference.py"


def test_every_command_has_its_section(root: Path, commands: list[str]) -> None:
    text = (root / "docs/reference/commands.md").read_text("utf-8")
    assert [name for name in commands if f"\n## `lantian {name}`\n" not in text] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_command_and_no_other(
    root: Path, commands: list[str], name: str
) -> None:
    text = (root / name).read_text("utf-8")
    assert "./run demo" in text
    assert "./run test" in text
    assert set(re.findall(r"`lantian ([a-z]+)", text)) == set(commands)


def test_every_link_within_the_documents_leads_somewhere(root: Path, files: list[Path]) -> None:
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in files
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_dependency_is_explained(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"]]
    for group in project["dependency-groups"].values():
        wanted += group
    text = (root / "docs/dependencies.md").read_text("utf-8")
    names = [re.split(r"[<>=]", requirement)[0] for requirement in wanted]
    assert [name for name in names if f"\n| {name} |" not in text] == []


def test_every_term_of_the_glossary_is_used(root: Path, modules: list[Path]) -> None:
    code = "\n".join(path.read_text("utf-8") for path in modules)
    glossary = (root / "docs/glossary.md").read_text("utf-8")
    words = re.findall(r"^\| [^|]+ \| [^|]+ \| `([^`]+)`", glossary, re.MULTILINE)
    assert len(words) > 30
    assert [word for word in words if not re.search(rf"\b{re.escape(word)}", code)] == []


def test_every_change_note_is_named_by_number_and_kind(root: Path) -> None:
    notes = [p.name for p in (root / "CHANGES").glob("*.md") if p.name != "README.md"]
    kinds = "feature|fix|rule|data|docs"
    assert notes
    assert [name for name in notes if not re.fullmatch(rf"\d{{4}}\.({kinds})\.md", name)] == []


def _lines() -> list[str]:
    """Every command line that a page or a command's own help shows."""
    root = Path(__file__).parents[2]
    shown = [main.load(name).EXAMPLE for name in main.names()]
    shown += [(root / page).read_text("utf-8") for page in PAGES]
    text = "\n".join(shown).replace("&&", "\n")
    return re.findall(r"^ *(?:\./run )?(lantian (?!COMMAND).+)$", text, re.MULTILINE)


@pytest.mark.parametrize("line", sorted(set(_lines())))
def test_every_command_line_that_is_shown_is_understood(line: str) -> None:
    _, name, *words = shlex.split(line, comments=True)
    parser = argparse.ArgumentParser(prog=f"lantian {name}")
    main.load(name).configure(parser)
    assert parser.parse_args(words)


def test_the_index_of_a_province_loads_as_it_is_shown(root: Path, tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.+?)```", (root / "docs/howto.md").read_text("utf-8"), re.DOTALL)
    assert shown
    (tmp_path / "henan.toml").write_text(shown[1], "utf-8")
    variant = index_variant("henan-2024", read_shelf([NATIONAL, tmp_path]))
    assert variant.clause.weights["pm25"] == 2
