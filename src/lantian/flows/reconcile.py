"""Flow `reconcile`: an official table beside our own figures, each difference with its class."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from lantian.errors import BadRequest
from lantian.evaluate.composite import NO_VALUE
from lantian.evaluate.ranking import UNRANKED
from lantian.evaluate.reconcile import (
    Difference,
    Finding,
    Fit,
    classify,
    fit,
    ranks_of,
)
from lantian.flows.exceptional import exceptional
from lantian.flows.grounds import basis_of
from lantian.flows.level_days import STATION
from lantian.flows.official import GOOD_DAYS, INDEX, ITEMS, RANK, OfficialRow
from lantian.flows.reconcile_evidence import Case, Evidence
from lantian.flows.station_days import IN_FORCE
from lantian.flows.table_file import TableWriter
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.rules.ruleset import Shelf, for_period, index_names
from lantian.terms.period import Period

_SCHEMA: Final = pa.schema(
    [
        pa.field("period", pa.string()),
        pa.field("place", pa.string()),
        pa.field("item", pa.string()),
        pa.field("ours", pa.float64()),
        pa.field("official", pa.float64()),
        pa.field("difference", pa.float64()),
        pa.field("class", pa.string()),
        pa.field("evidence", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One official figure beside ours: thousandths, or whole days or ranks."""

    period: Period
    place: str
    item: str
    ours: int | None
    official: int
    decimals: int
    finding: Finding

    @property
    def scale(self) -> int:
        """What the integers are divided by to be printed."""
        return 1 if self.item in (RANK, GOOD_DAYS) else 1000


@dataclass(frozen=True, slots=True)
class VariantFit:
    """How one index variant reproduces the published ranks and indices of a period."""

    period: Period
    variant: str
    own: bool
    verified: bool
    ranks: Fit | None
    equal_indices: int
    indices: int


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """Every figure of an official table, compared; variants, the best first by period."""

    level: str
    cells: tuple[Compared, ...]
    fits: tuple[VariantFit, ...]
    notes: tuple[str, ...]
    basis: str
