"""Flow `why`, sand excluded: a place's period without its approved exceptional days."""

from lantian.errors import NoData
from lantian.evaluate.derive import Section, Step
from lantian.evaluate.derive_period import Judged, place_period, rank_section
from lantian.evaluate.exceptional import EVERYWHERE, ClaimState
from lantian.flows.grounds import basis_of
from lantian.flows.level_days import lake_days
from lantian.flows.rank import rank
from lantian.flows.station_days import IN_FORCE
from lantian.flows.why import Answer
from lantian.flows.why_index import why_days
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.rules.ruleset import Shelf, for_period, index_limits
from lantian.terms.period import Period


def why_excluded(
    lake: Lake,
    place: str,
    period: Period,
    level: str,
    *,
    rules: str = IN_FORCE,
    variant: str = "",
    shelf: Shelf | None = None,
    as_of: int | None = None,
) -> Answer:
    """Derive a place's statistics, index and rank without approved exceptional days (扣沙).

    Parameters
    ----------
    lake : Lake
    place : str
        A place of `level`, or a station.
    period : Period
    level : str
    rules, variant, shelf, as_of
        As in `why_place_period`.

    Returns
    -------
    Answer
        First which days are left out, by whose claim; then every step as for the official
        version.

    Raises
    ------
    NoData
        If the place has no days in the period.
    """
    roster = lake.roster(as_of)
    chosen, crossed = for_period(period, None if rules == IN_FORCE else rules, shelf)
    days = lake_days(lake, level, period, chosen, exclude_approved=True, as_of=as_of)
    if place not in days.names:
        raise NoData(f"no data of {place} in {period.label}", where="why", fix="check the period")
    ranking = rank(days, [variant] if variant else [], shelf=shelf, notes=crossed)
    row = ranking.names.index(place)
    judged = Judged(
        period,
        days.values,
        row,
        ranking.found,
        ranking.index,
        chosen,
        ranking.variant,
        index_limits(ranking.variant, shelf),
    )
    standing = rank_section(
        ranking.names, ranking.ranks.tolist(), ranking.index, row, ranking.reasons[row]
    )
    value, digits = int(ranking.index.index[row]), ranking.index.index_decimals
    shown = f"{value / 10**digits:.{digits}f}" if value >= 0 else "—"
    place_rank = int(ranking.ranks[row]) or "—"
    return Answer(
        f"{place} {period.label} 扣沙 / sand excluded",
        (f"综合指数 {shown}，排名 {place_rank}", f"index {shown}, rank {place_rank}"),
        (
            _left_out(roster, place, period),
            *place_period(judged),
            *why_days(ranking, place),
            standing,
        ),
        chosen,
        basis_of(lake, roster, chosen, as_of),
        period,
    )


def _left_out(roster: Roster, place: str, period: Period) -> Section:
    steps = [
        Step(
            f"{c.day} {c.pollutant}",
            c.reason,
            {"scope": c.scope, "day": str(c.day), "pollutant": c.pollutant},
            f"已批准，申报 / approved, declared by {c.declared_by}",
        )
        for c in sorted(roster.exclusions, key=lambda c: (c.day, c.pollutant))
        if c.state is ClaimState.APPROVED
        and c.scope in (place, EVERYWHERE)
        and period.first <= c.day <= period.last
    ]
    none = Step("无 / none", "—", {})
    return Section("剔除的例外日 / exceptional days left out", tuple(steps) or (none,))
