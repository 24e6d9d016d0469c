"""The command `lantian rules`: what the rule books say, on which day, and what changed."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadRequest, NoRuleInForce
from lantian.rules.book import NATIONAL, Entry, read_shelf
from lantian.rules.ruleset import RuleSet, Shelf, in_force, rule_set, set_names
from lantian.rules.spelling import differences, spelled
from lantian.terms.period import parse_day

SUMMARY = "查看规则及其依据、日期与变化 / show rules with source and dates, and what changed"
EXAMPLE = (
    "lantian rules list\n"
    "  lantian rules show aqi --on 2026-03-01\n"
    "  lantian rules show HJ633-2012\n"
    "  lantian rules diff ambient-limits --between 2026-02-28 2026-03-01"
)
IN_FORCE: Final = "in-force"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare list, show and diff."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--books", type=Path, metavar="DIR", help="加入本地规则册 / add a folder of local books"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|diff")
    verbs.add_parser("list", parents=[common], help="全部规则册与条目 / all books and entries")
    name = "规则集、规则册或条目 / a rule set, in-force, a book, an entry or its item"
    show = verbs.add_parser("show", parents=[common], help="条文与依据 / clauses with sources")
    show.add_argument("name", metavar="NAME", help=name)
    show.add_argument("--on", metavar="DATE", help="只看该日有效的 / only what holds on this day")
    diff = verbs.add_parser("diff", parents=[common], help="两日之间的变化 / what changed")
    diff.add_argument("name", metavar="NAME", help=name)
    diff.add_argument("--between", nargs=2, metavar=("D1", "D2"), required=True, help="2026-02-28")


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for."""
    local = [] if arguments.books is None else [arguments.books]
    shelf = read_shelf([NATIONAL, *local])
    match arguments.verb:
        case "list":
            lines = _list(shelf)
        case "show":
            on = None if arguments.on is None else parse_day(arguments.on)
            lines = _show(shelf, arguments.name, on)
        case _:
            first, last = map(parse_day, arguments.between)
            lines = _diff(_state(shelf, arguments.name, first), _state(shelf, arguments.name, last))
    print("\n".join(lines))
    return 0


def _list(shelf: Shelf) -> Iterator[str]:
    yield "规则册 / rule books"
    for book in shelf.values():
        yield f"{book.id}  {book.title_zh} / {book.title_en}"
        for entry in book.entries:
            yield f"    {entry.id:<28}{_dates(entry):<28}{_standing(entry)}"


def _show(shelf: Shelf, name: str, on: date | None) -> Iterator[str]:
    if name == IN_FORCE and on is None:
        raise BadRequest("in-force on which day?", where="rules show", fix="add --on 2019-06-01")
    if name in (IN_FORCE, *set_names(shelf)):
        chosen = rule_set(name, shelf) if on is None else _set_on(shelf, name, on)
        yield f"规则集 / rule set {chosen.name}  {chosen.day}  {chosen.digest}"
        entries = list(chosen.entries())
    elif on is None:
        entries = _named(shelf, name)
    else:
        entries = [e for e in _named(shelf, name) if e.covers(on)]
        if not entries:
            raise NoRuleInForce(
                f"nothing of {name} holds on {on}",
                where="rules show",
                fix=f"see all its dates: lantian rules show {name}",
            )
    for entry in entries:
        yield from ("", *_spelt(entry))


def _set_on(shelf: Shelf, name: str, day: date) -> RuleSet:
    chosen = in_force(day, shelf)
    if name not in (IN_FORCE, chosen.name):
        raise NoRuleInForce(
            f"{name} is not in force on {day}, {chosen.name} is",
            where="rules",
            fix=f"name {IN_FORCE} or another day",
        )
    return chosen


def _named(shelf: Shelf, name: str) -> list[Entry[Any]]:
    """Entries of the book of that name, or those whose id or item it is."""
    if name in shelf:
        return list(shelf[name].entries)
    known = [e for book in shelf.values() for e in book.entries]
    found = [e for e in known if name in (e.id, e.item)]
    if found:
        return found
    names = {*shelf, *(e.id for e in known), *(e.item for e in known if e.item)}
    near = get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    raise BadRequest(
        f"no rule set, book or entry {name!r}",
        where="rules",
        fix=f"did you mean {', '.join(near)}?" if near else "see: lantian rules list",
    )


def _state(shelf: Shelf, name: str, day: date) -> dict[tuple[str, str], Entry[Any]]:
    """What holds on `day`, by book and item."""
    if name in (IN_FORCE, *set_names(shelf)):
        entries = _set_on(shelf, name, day).entries()
        return {(e.book, e.item): e for e in entries}
    items = {(e.book, e.item) for e in _named(shelf, name)}
    known = (e for book in shelf.values() for e in book.entries)
    return {(e.book, e.item): e for e in known if (e.book, e.item) in items and e.covers(day)}


def _diff(
    before: Mapping[tuple[str, str], Entry[Any]], after: Mapping[tuple[str, str], Entry[Any]]
) -> Iterator[str]:
    changed = False
    for key in [*before, *(k for k in after if k not in before)]:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        changed = True
        yield f"[{' '.join(filter(None, key))}]"
        for sign, entry in (("-", old), ("+", new)):
            if entry is not None:
                yield f"  {sign} {entry.id}  {_dates(entry)}  {_standing(entry)}"
                yield f"    依据 / source: {entry.source}"
        clauses = (None if entry is None else entry.clause for entry in (old, new))
        for path, was, now in differences(*clauses):
            yield f"    {path}: {'—' if was is None else was} -> {'—' if now is None else now}"
    if not changed:
        yield "无变化 / no change"


def _spelt(entry: Entry[Any]) -> Iterator[str]:
    rows = spelled(entry.clause)
    yield f"[{entry.book}] {entry.id}  {_dates(entry)}  {_standing(entry)}"
    if "title_zh" in rows:
        yield f"  {rows.pop('title_zh')} / {rows.pop('title_en')}"
    yield f"  依据 / source: {entry.source}"
    if entry.note_zh:
        yield f"  注: {entry.note_zh}"
    if entry.note:
        yield f"  note: {entry.note}"
    for path, value in rows.items():
        yield f"    {path} = {value}"


def _dates(entry: Entry[Any]) -> str:
    return f"{entry.effective} … {entry.until or '今 / open'}"


def _standing(entry: Entry[Any]) -> str:
    return "已核实 / verified" if entry.verified else "【未核实 / unverified】"
