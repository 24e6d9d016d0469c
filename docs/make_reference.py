"""Writes docs/reference from what it describes: rule books, command parsers, docstrings."""

import argparse
import ast
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from lantian.cli import main as cli
from lantian.gate.doors.status import GRADES, statuses
from lantian.rules.book import Entry, national_shelf

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "lantian"
REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- made by docs/make_reference.py: change what it reads, not this page -->"


def pages() -> dict[str, str]:
    """Text of every page of the reference, by file name."""
    return {
        "rules.md": _rules(),
        "commands.md": _commands(),
        "api.md": _api(),
        "doors.md": _doors(),
    }


# --- doors of the gate -----------------------------------------------------------------------


def _doors() -> str:
    lines = ["# 入口的状态 / Status of the doors", MADE, ""]
    for grade, (zh, en) in GRADES.items():
        lines.append(f"- **{grade}** {zh} / {en}")
    for name, status in statuses().items():
        lines += ["", f"## {status.zh} / {status.en} (`{name}`)", ""]
        lines += [f"`{status.use}` · **{status.grade}** · `gate/doors/{status.module}.py`", ""]
        lines += [f"- {line.zh}。{line.en}." for line in status.does]
        for lack in status.lacks:
            lines.append(f"- **不做 / not**: {lack.zh}（{lack.why_zh}）。{lack.en}: {lack.why_en}.")
    return _text(lines)


# --- rule books -----------------------------------------------------------------------------


def _rules() -> str:
    lines = [
        "# 规则 / Rules",
        MADE,
        "",
        "Every clause that Lantian judges by, with its source and dates. Concentrations are in "
        "ug/m3, CO in mg/m3. **unverified**: no official text at hand confirmed the clause.",
        "",
    ]
    for book in national_shelf().values():
        lines += [f"## {book.title_zh} / {book.title_en} (`{book.id}`)", ""]
        for entry in book.entries:
            lines += _entry(entry)
    return _text(lines)


def _entry(entry: Entry[Any]) -> Iterator[str]:
    item = f" · `{entry.item}`" if entry.item and entry.item != entry.id else ""
    doubt = "" if entry.verified else " · **unverified**"
    until = entry.until or "…"
    yield from (f"### `{entry.id}`{item}{doubt}", "")
    yield from (f"{entry.effective} – {until}. Source: {entry.source}", "")
    if entry.note:
        yield from (f"> {entry.note}", "")
    for field in fields(entry.clause):
        yield from _value(field.name, getattr(entry.clause, field.name))
    yield ""


def _value(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield f"- {name}"
        yield from (f"  - {key}: {_plain(part)}" for key, part in value.items())
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        columns = [field.name for field in fields(value[0])]
        yield from ("", _row(columns), _row(["---"] * len(columns)))
        yield from (_row([_plain(getattr(one, c)) for c in columns]) for one in value)
        yield ""
    elif value not in (None, "", (), {}):
        yield f"- {name}: {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# --- commands -------------------------------------------------------------------------------


def _commands() -> str:
    lines = [
        "# 命令 / Commands",
        MADE,
        "",
        "`./run lantian COMMAND …`, or `lantian COMMAND …` where `.venv/bin` is on the path. "
        "Exit status: 0 done, 1 found wanting, 2 refused; errors go to standard error.",
        "",
    ]
    for name in cli.names():
        command = cli.load(name)
        parser = argparse.ArgumentParser(prog=f"lantian {name}")
        command.configure(parser)
        lines += [f"## `lantian {name}`", "", command.SUMMARY, ""]
        examples = [line.strip() for line in command.EXAMPLE.splitlines()]
        lines += ["```", *examples, "```", "", *_arguments(parser)]
    return _text(lines)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield from (f"### `{below.prog}`", "", helps.get(name, ""), "")
                yield from _arguments(below)
        elif not isinstance(action, argparse._HelpAction):
            rows.append(_row([f"`{_spelling(action)}`", _help(action)]))
    if rows:
        yield from (_row(["argument", "meaning"]), _row(["---", "---"]), *rows, "")


def _spelling(action: argparse.Action) -> str:
    if action.choices is not None:
        value = "|".join(str(choice) for choice in action.choices)
    else:
        metavar = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
        value = metavar if isinstance(metavar, str) else " ".join(metavar)
    if not action.option_strings:
        return f"{value} …" if action.nargs in ("*", "+") else value
    name = ", ".join(action.option_strings)
    return name if action.nargs == 0 else f"{name} {value}"


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    return f"{text} (needed)" if action.option_strings and action.required else text


# --- docstrings -----------------------------------------------------------------------------


def _api() -> str:
    lines = [
        "# 程序接口 / API",
        MADE,
        "",
        "Public names of every module with the first line of their docstring; the docstrings "
        "themselves give units, shapes, errors, sources and examples.",
        "",
    ]
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(PACKAGE / "cli") or path.name == "__init__.py":
            continue
        module = ast.parse(path.read_text(encoding="utf-8"))
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        lines += [f"## `{name}`", "", _first_line(module), ""]
        lines += [line for node in module.body for line in _name(node)]
        lines.append("")
    return _text(lines)


def _name(node: ast.stmt, inside: str = "") -> Iterator[str]:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return
    if isinstance(node, ast.FunctionDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        yield f"- `{inside}{node.name}({ast.unparse(node.args)}){returns}`: {_first_line(node)}"
        return
    yield f"- `class {node.name}`: {_first_line(node)}"
    for part in node.body:
        yield from (f"  {line}" for line in _name(part, f"{node.name}."))


def _first_line(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]


# --- pages ----------------------------------------------------------------------------------


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _text(lines: list[str]) -> str:
    kept: list[str] = []
    for line in (line.rstrip() for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def main() -> None:
    """Write every page of the reference."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
