"""Grounds of a result: the lake's rule books, its clocks, and the basis printed with figures."""

from lantian import __version__
from lantian.lake.basis import Basis
from lantian.lake.roster import Roster
from lantian.lake.standing import origins
from lantian.lake.store import Lake
from lantian.report.figure import DataState
from lantian.rules.book import NATIONAL, read_shelf
from lantian.rules.ruleset import RuleSet, Shelf
from lantian.terms.mark import Source


def shelf_of(lake: Lake) -> Shelf:
    """Return the national rule books with those of the lake's own `books` folder.

    Raises
    ------
    RuleBookBroken
        If a local book is broken or overrides a national entry.
    """
    own = lake.folder / "books"
    return read_shelf([NATIONAL, own] if own.is_dir() else [NATIONAL])


def offsets_of(roster: Roster) -> dict[str, int]:
    """Local time minus UTC of each station of the roster."""
    return {s.station: s.offset_h for s in roster.stations}


def basis_of(lake: Lake, roster: Roster, rules: RuleSet, as_of: int | None = None) -> Basis:
    """State of data, roster, rules and code on which a result rests."""
    sequence = lake.sequence if as_of is None else as_of
    return Basis(sequence, roster.digest, rules.digest, __version__)


def data_state(lake: Lake) -> DataState:
    """State printed with figures: audited only where every load was audited or reviewed."""
    sources = origins(lake)
    audited = bool(sources) and min(sources) >= Source.AUDITED_FILE
    return DataState.AUDITED if audited else DataState.REALTIME
