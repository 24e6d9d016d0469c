"""What the clauses of each rule book say, as frozen values: one type per book."""

from dataclasses import dataclass, field
from datetime import date


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
    above_so2_1h: str  # "use-24h" or "cap"
    above_o3_8h: str  # "use-1h" or "cap"
    missing: str  # "from-the-rest" or "na-unless-over-100"
    hourly_pm_text: str  # "24h-sliding" or "1h": what the text says of PM in the hourly report
    decimals_ugm3: int
    decimals_mgm3: int
    primary_above: int
    exceeding_above: int


@dataclass(frozen=True, slots=True)
class Limit:
    """Limits of one pollutant and averaging time, class 1 and class 2 areas."""

    pollutant: str
    averaging: str  # "year", "day", "hour", "mda8"
    class1: float
    class2: float
    unit: str


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
    unit: str  # "hours", "windows", "days", "percent"
    february: int | None = None
    first_window_end: int | None = None
    last_window_end: int | None = None
    counts_when_exceeding: bool = False


@dataclass(frozen=True, slots=True)
class EvaluationClause:
    """How days make a period, with which digits, and how stations make a place.

    Percentiles are whole numbers of per cent; `mean` lists pollutants whose period
    mean is judged. Decimals are those of ug/m3 unless the key says otherwise.
    """

    mean: tuple[str, ...]
    percentile: dict[str, int]
    day_decimals_ugm3: int
    day_decimals_mgm3: int
    period_decimals: dict[str, int]
    rate_decimals: int
    place_day: str  # "mean-of-station-days"
    default_index: str


@dataclass(frozen=True, slots=True)
class IndexClause:
    """One variant of the composite index."""

    title_zh: str
    title_en: str
    limits: str  # id of an entry of the ambient-limits book
    terms: str  # "mean-or-percentile" or "largest-ratio"
    weights: dict[str, int]
    divide_by_weights: bool
    single_decimals: int
    round_single_first: bool
    index_decimals: int


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
    """How candidates for an exceptional episode are found; never how they are removed."""

    title_zh: str
    title_en: str
    pollutants: tuple[str, ...]
    method: str  # "pm10-jump" or "calendar-night"
    onset_ratio: float = 0.0
    onset_ugm3: int = 0
    before_h: int = 0
    return_ratio: float = 0.0
    pm25_share_ratio: float = 0.0
    nights: tuple[date, ...] = field(default_factory=tuple)
    from_hour: int = 0
    hours: int = 0


@dataclass(frozen=True, slots=True)
class PlausibleClause:
    """Highest hourly value that is taken in; what lies above is quarantined, not stored."""

    highest: int
    unit: str


@dataclass(frozen=True, slots=True)
class SetClause:
    """A named rule set: all books as they stand on one day."""

    title_zh: str
    title_en: str
    on: date
