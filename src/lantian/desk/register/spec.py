"""What a register is: its model, columns, filters, rights and rules, declared in one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from django.db.models import Model, Q

from lantian.desk.language import both
from lantian.desk.log.actor import Actor
from lantian.desk.log.words import name_kind
from lantian.desk.register.faults import Fault
from lantian.desk.register.kinds import Day, Kind, Number, Reference
from lantian.desk.register.row import Row

type Values = dict[str, Any]

#: The column that counts the documents of a row.
DOCUMENTS: Final = "documents"
#: What the log calls the sort of a document.
SORT_TOLD: Final = "document_sort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a register.

    Attributes
    ----------
    name : str
        Attribute of the model; `place__name_zh` reads through a reference and is shown only.
    zh, en : str
        Its heading.
    kind : Kind
    needed : bool
        Whether it must not be empty.
    listed : bool
        Whether the list shows it unless the reader chooses otherwise.
    edited : bool
        Whether people may enter it, in forms and sheets; what is not is computed.
    fixed : bool
        Whether it stays as it was when the row was made.
    bulk : bool
        Whether many rows may be given the same value at once.
    filtered : bool
        Whether the list can be filtered by it.
    personal : bool
        Whether it is a personal field: never listed, exported, imported or logged in clear.
    note, example : str
        What the form and template say of it, "zh / en", and a value that is right.
    width : int
        Its width in a workbook, in characters.
    """

    name: str
    zh: str
    en: str
    kind: Kind
    needed: bool = False
    listed: bool = True
    edited: bool = True
    fixed: bool = False
    bulk: bool = False
    filtered: bool = False
    personal: bool = False
    note: str = ""
    example: str = ""
    width: int = 14

    @property
    def label(self) -> Any:
        """Heading in the language of the page."""
        return both(self.zh, self.en)

    @property
    def sortable(self) -> bool:
        """Whether the list can be sorted by it: encrypted text has no order."""
        return not self.personal

    @property
    def order(self) -> str:
        """Field to sort by."""
        return f"{self.name}__{self.kind.key}" if isinstance(self.kind, Reference) else self.name

    def value(self, row: Model) -> Any:
        """Value of a row; None where a reference on the way is empty."""
        if "__" not in self.name:
            return getattr(row, self.name, None)
        value: Any = row
        for part in self.name.split("__"):
            value = getattr(value, part, None)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter that is no plain column: its name in the address, label, choices, condition."""

    name: str
    zh: str
    en: str
    choices: Callable[[], Sequence[tuple[str, str]]]
    condition: Callable[[str], Q]

    @property
    def label(self) -> Any:
        """Heading in the language of the page."""
        return both(self.zh, self.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a row has what rights go by: fields, `__` between, as `place__path`.

    Empty where the rows have no such thing.
    """

    area: str = ""
    subject: str = ""
    organisation: str = ""

    def named(self) -> dict[str, str | None]:
        """Arguments of `Reach.q`."""
        return {
            "area": self.area or None,
            "subject": self.subject or None,
            "organisation": self.organisation or None,
        }

    def of(self, row: Model) -> dict[str, str | None]:
        """Arguments of `Reach.covers` for one row."""
        return {
            name: str(_through(row, path)) if path else None for name, path in self.named().items()
        }


def _through(row: Model, path: str) -> Any:
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part, None)
    return "" if value is None else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How rows stand on a map: a point in two columns, an outline in a third, or both.

    `backdrop` gives features of areas to draw below, with name and href.
    """

    lon: str = ""
    lat: str = ""
    shape: str = ""
    backdrop: Callable[[], Sequence[Mapping[str, Any]]] = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Rows of another register that belong to a row: that register's kind, its reference."""

    kind: str
    by: str


def no_rule(values: Values, row: Row | None) -> Sequence[Fault]:
    """Find nothing wrong: a register of plain columns has no rule of its own."""
    return ()


def nothing_more(row: Row, before: Mapping[str, Any], by: Actor, now: Any) -> None:
    """Do nothing after a row was written."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register.

    Attributes
    ----------
    app, name : str
        Its addresses are `app:list`, `app:detail` … where `name` is empty, else
        `app:name`, `app:name-detail` …
    zh, en : str
        What one row is called.
    model : type of Row
    key : tuple of str
        Columns that name a row among people: the business key, unique.
    columns : tuple of Column
        Without `first` and `last`, which every register has.
    read, write : str
        Permissions.
    limits : Limits
    search : tuple of str
        Fields that the search box looks into.
    filters : tuple of Filter
        More than those of columns.
    order : tuple of str
        Order of the list; the key where empty.
    related : tuple of Related
    shown : Shown or None
        How it stands on the map.
    title : str
        Column that heads a row's page; the last of the key where empty.
    check : callable
        Rules across columns: is given the values as they would be and the row as it is
        (None for a new one), may complete the values, returns what is wrong.
    settle : callable
        What else to write after a row was saved, in its transaction.
    note : str
        What the template of the sheet says of the whole, "zh / en".
    importable : bool
        Whether its rows may come from sheets.
    documents : tuple of (str, str, str)
        Sorts of document that a row may have: value, zh, en; empty where it has none.
    links : tuple of (str, str, str)
        Buttons of the list: route, zh, en; shown to whom the route is open.
    """

    app: str
    zh: str
    en: str
    model: type[Row]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    read: str
    write: str
    name: str = ""
    limits: Limits = Limits()
    search: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    shown: Shown | None = None
    title: str = ""
    check: Callable[[Values, Any], Sequence[Fault]] = no_rule
    settle: Callable[[Any, Mapping[str, Any], Actor, Any], None] = nothing_more
    note: str = ""
    importable: bool = True
    documents: tuple[tuple[str, str, str], ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()

    @property
    def kind(self) -> str:
        """Name of its rows in log and journal."""
        return str(self.model._meta.model_name)

    @property
    def label(self) -> Any:
        """What a row is called, in the language of the page."""
        return both(self.zh, self.en)

    @cached_property
    def all(self) -> tuple[Column, ...]:
        """Columns with the days of validity behind them."""
        note = "当日起有效 / valid from this day", "最后有效日 / last valid day"
        return (
            *self.columns,
            Column(name="first", zh="生效日期", en="From", kind=Day(), listed=False, note=note[0]),
            Column(
                name="last", zh="失效日期", en="Until", kind=Day(), listed=False, bulk=True,
                note=note[1],
            ),
        )  # fmt: skip

    @cached_property
    def printed(self) -> tuple[Column, ...]:
        """Columns that lists and exports may have: with the number of documents that hold."""
        counted = Column(
            name=DOCUMENTS, zh="文件数", en="Documents", kind=Number(), edited=False, listed=False
        )
        return (*self.all, counted) if self.documents else self.all

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.printed}

    @cached_property
    def edited(self) -> tuple[Column, ...]:
        """Columns that people enter."""
        return tuple(column for column in self.all if column.edited)

    @cached_property
    def sheet(self) -> tuple[Column, ...]:
        """Columns of the sheet that is imported."""
        return tuple(column for column in self.edited if not column.personal)

    @cached_property
    def joined(self) -> tuple[str, ...]:
        """References that every list needs, for one query."""
        paths = {c.name for c in self.all if isinstance(c.kind, Reference)}
        paths |= {c.name.rpartition("__")[0] for c in self.all if "__" in c.name}
        paths |= {p.rpartition("__")[0] for p in self.limits.named().values() if p and "__" in p}
        return tuple(sorted(paths))

    def route(self, page: str) -> str:
        """Name of an address: `route("list")`, `route("detail")`."""
        if not self.name:
            return f"{self.app}:{page}"
        return f"{self.app}:{self.name}" if page == "list" else f"{self.app}:{self.name}-{page}"

    def key_of(self, row: Model) -> str:
        """Business key of a row, as log and journal name it."""
        return " ".join(self.by_name[name].kind.spell(attrgetter(name)(row)) for name in self.key)

    def title_of(self, row: Model) -> str:
        """What heads a row's page."""
        column = self.by_name[self.title or self.key[-1]]
        return column.kind.show(column.value(row)) or self.key_of(row)


_REGISTERS: Final[dict[str, Register]] = {}


def declare(register: Register) -> Register:
    """Make a register known by its kind.

    Raises
    ------
    ValueError
        If another one has its kind, or a column named by key or title is not there.
    """
    held = _REGISTERS.setdefault(register.kind, register)
    if held is not register:
        raise ValueError(f"two registers of the kind {register.kind}")
    named = {*register.key, *filter(None, (register.title,))}
    if strange := named - register.by_name.keys():
        raise ValueError(f"register {register.kind} has no column {sorted(strange)}")
    name_kind(register.kind, register.label, {c.name: c.label for c in register.all})
    return register


def register_of(kind: str) -> Register:
    """Return the register of a kind.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _REGISTERS[kind]


def registers() -> tuple[Register, ...]:
    """All registers, as they were declared."""
    return tuple(_REGISTERS.values())
