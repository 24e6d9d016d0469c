"""What the clauses of each rule book say, as frozen values: one type per book."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

_KEYS: Final = tuple(p.key for p in POLLUTANTS)


def _only(found: Iterable[str], known: Iterable[str], what: str) -> None:
    """Refuse names that the field does not know; the loader adds book and entry."""
    strange = sorted(set(found) - set(known))
    if strange:
        raise ValueError(f"{what} names {', '.join(strange)}; known: {', '.join(known)}")


def _each(found: Iterable[str], what: str) -> None:
    """Refuse a table that does not name each of the six pollutants."""
    _only(found, _KEYS, what)
    lacking = [key for key in _KEYS if key not in set(found)]
    if lacking:
        raise ValueError(f"{what} lacks {', '.join(lacking)}")


@dataclass(frozen=True, slots=True)
class AqiClause:
    """Index of one edition: breakpoints, items, rounding, missing data.

    Concentrations in ug/m3, CO in mg/m3. Keys of `breakpoints` are pollutant and
    averaging time: so2_24h, so2_1h, …, o3_8h, o3_1h, pm10_24h, pm25_24h.
    """

    title_zh: str
    title_en: str
    iaqi: tuple[int, ...]
    breakpoints: dict[str, tuple[int, ...]]
    daily_items: tuple[str, ...]
    aqi_min: int
    aqi_max: int
    above_so2_1h: Literal["use-24h", "cap"]
    above_o3_8h: Literal["use-1h", "cap"]
    missing: Literal["from-the-rest", "na-unless-over-100"]
    hourly_pm_text: Literal["24h-sliding", "1h"]  # what the text says of PM in the hourly report
    decimals_ugm3: int
    decimals_mgm3: int
    primary_above: int
    exceeding_above: int

    def __post_init__(self) -> None:
        """Refuse breakpoints that do not rise from 0, or are more than the rows of the index."""
        _only(self.daily_items, [item.key for item in DAY_ITEMS], "daily_items")
        for name, row in {"iaqi": self.iaqi, **self.breakpoints}.items():
            rising = all(low < high for low, high in pairwise(row))
            if len(row) < 2 or row[0] != 0 or not rising or len(row) > len(self.iaqi):
                raise ValueError(f"{name} must rise from 0 in at most {len(self.iaqi)} steps")


@dataclass(frozen=True, slots=True)
class Limit:
    """Limits of one pollutant and averaging time, class 1 and class 2 areas."""

    pollutant: str
    averaging: Literal["year", "day", "hour", "mda8"]
    class1: float
    class2: float
    unit: Literal["ug/m3", "mg/m3"]

    def __post_init__(self) -> None:
        """Refuse a pollutant that is not one of the six, by its symbol."""
        _only([self.pollutant], [p.symbol for p in POLLUTANTS], "limit")


@dataclass(frozen=True, slots=True)
class LimitsClause:
    """Ambient limits of one stage and the state that they refer to."""

    title_zh: str
    title_en: str
    state_gas: str
    state_particles: str
    limit: tuple[Limit, ...]

    def class2(self, pollutant: str, averaging: str) -> int:
        """Class-2 limit in thousandths of the pollutant's unit.

        Raises
        ------
        KeyError
            If the text gives no such limit.
        """
        for row in self.limit:
            if (row.pollutant, row.averaging) == (pollutant, averaging):
                return round(row.class2 * 1000)
        raise KeyError(f"no {averaging} limit for {pollutant}")


@dataclass(frozen=True, slots=True)
class AdoptionClause:
    """A group of cities that published by an edition before it was in force nationwide."""

    edition: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """Fewest values that make a statistic valid."""

    minimum: int
    unit: Literal["hours", "windows", "days", "percent", "minutes"]
    february: int | None = None
    first_window_end: int | None = None
    last_window_end: int | None = None
    counts_when_exceeding: bool = False


@dataclass(frozen=True, slots=True)
class EvaluationClause:
    """How days make a period, with which digits, and how stations make a place.

    Percentiles are whole numbers of per cent; `mean` lists pollutants whose period
    mean is judged. Decimals are those of ug/m3 unless the key says otherwise; those of
    CO are of mg/m3. Pollutants are named by their keys.
    """

    mean: tuple[str, ...]
    percentile: dict[str, int]
    day_decimals_ugm3: int
    day_decimals_mgm3: int
    period_decimals: dict[str, int]
    rate_decimals: int
    place_day: Literal["mean-of-station-days"]
    default_index: str

    def __post_init__(self) -> None:
        """Refuse names that are no pollutant, and tables that leave one out."""
        _only(self.mean, _KEYS, "mean")
        _each(self.percentile, "percentile")
        _each(self.period_decimals, "period_decimals")


@dataclass(frozen=True, slots=True)
class IndexClause:
    """One variant of the composite index; weights by the pollutants' keys."""

    title_zh: str
    title_en: str
    limits: str  # id of an entry of the ambient-limits book
    terms: Literal["mean-or-percentile", "largest-ratio"]
    weights: dict[str, int]
    divide_by_weights: bool
    single_decimals: int
    round_single_first: bool
    index_decimals: int

    def __post_init__(self) -> None:
        """Refuse weights that leave a pollutant out or name another."""
        _each(self.weights, "weights")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the index with its name, colour and advice."""

    upto: int
    name_zh: str
    name_en: str
    grade_zh: str
    colour_zh: str
    colour_en: str
    hex: str
    effect_zh: str
    effect_en: str
    advice_zh: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class LevelsClause:
    """The six levels of one edition; the last has no upper end but the index's own."""

    level: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class ExceptionalClause:
    """How candidates for an exceptional episode are found; never how they are removed.

    Pollutants by their keys. A night starts at `from_hour` local time of its date and
    lasts `hours`. `return_ratio` is the deviation from the mean before the onset within
    which the episode has ended.
    """

    title_zh: str
    title_en: str
    pollutants: tuple[str, ...]
    method: Literal["pm10-jump", "calendar-night"]
    onset_ratio: float = 0.0
    onset_ugm3: int = 0
    before_h: int = 0
    return_ratio: float = 0.0
    pm25_share_ratio: float = 0.0
    nights: tuple[date, ...] = field(default_factory=tuple)
    from_hour: int = 0
    hours: int = 0

    def __post_init__(self) -> None:
        """Refuse names that are no pollutant."""
        _only(self.pollutants, _KEYS, "pollutants")


@dataclass(frozen=True, slots=True)
class PlausibleClause:
    """Highest hourly value that is taken in; what lies above is quarantined, not stored."""

    highest: int
    unit: Literal["ug/m3", "mg/m3"]


@dataclass(frozen=True, slots=True)
class CalibrationClause:
    """How micro-stations of one pollutant are calibrated, and when a calibration is accepted.

    `growth` is k of the hygroscopic growth 1 + k / (100 / RH - 1), 0 for none. `bends` are
    quantiles of the raw values at which the slope may change. `least_slope` is a share of
    (spread of the reference / spread of the raw values). Windows are days before the fit; other
    sensors together weigh no more than `donor_d` days of the sensor's own. `saturation` is in the
    unit of the raw value.

    A station of `reference_kinds` is the reference of a micro-station at every hour within
    `colocated_km`, and within `near_km` in hours of mixed air: those in which at least
    `mixed_least` such stations within `mixed_km` differ from their median by no more than
    `mixed_pct`.
    """

    title_zh: str
    title_en: str
    saturation: float
    reference_kinds: tuple[str, ...]
    colocated_km: float
    near_km: float
    mixed_km: float
    mixed_pct: float
    mixed_least: int
    growth: float
    humidity_cap_pct: float
    humid_from_pct: float
    slope_with: tuple[Literal["humidity", "temperature"], ...]
    offset_with: tuple[Literal["humidity", "temperature", "cross"], ...]
    bends: tuple[float, ...]
    least_slope: float
    window_d: int
    least_d: int
    refit_d: int
    valid_d: int
    donor_d: int
    similarity_power: float
    similarity_floor: float
    well_mixed_share: float
    r2_least: float
    slope_within: float
    bias_within_pct: float

    def __post_init__(self) -> None:
        """Refuse numbers that could make a calibrated value fall while the raw value rises."""
        if not 0 < self.least_slope < 1:
            raise ValueError("least_slope must lie between 0 and 1")
        if self.growth < 0 or not 0 < self.humidity_cap_pct < 100:
            raise ValueError("growth must not be negative, humidity_cap_pct within 0 to 100")
        if any(not 0 < q < 1 for q in self.bends):
            raise ValueError("bends are quantiles between 0 and 1")
        if not 0 < self.colocated_km <= self.near_km <= self.mixed_km:
            raise ValueError("colocated_km, near_km and mixed_km must rise from above 0")
        if self.mixed_least < 2 or not self.mixed_pct > 0:
            raise ValueError("mixed_least must be at least 2, mixed_pct above 0")
        if min(self.window_d, self.least_d, self.refit_d, self.valid_d) < 1:
            raise ValueError("days must be at least 1")
        if not 0 < self.similarity_floor < 1:
            raise ValueError("similarity_floor must lie between 0 and 1")


@dataclass(frozen=True, slots=True)
class SetClause:
    """A named rule set: all books as they stand on one day."""

    title_zh: str
    title_en: str
    on: date


@dataclass(frozen=True, slots=True)
class QualityClause:
    """Thresholds of one mark or one check of suspicion.

    `number` holds plain numbers and `each` numbers by pollutants' keys; the names end in
    their unit. A pollutant that a table of `each` leaves out is not judged by it.
    """

    title_zh: str
    title_en: str
    number: dict[str, float] = field(default_factory=dict)
    each: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names that are no pollutant."""
        for name, row in self.each.items():
            _only(row, _KEYS, name)
