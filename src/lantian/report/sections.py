"""The tables of a bulletin's sections, alike in Word, Excel and PDF."""

from itertools import pairwise
from typing import Final

from lantian.report.bulletin import Bulletin, ChangeRow, Item, RankRow, TargetRow
from lantian.report.language import Language, day_label, unit_label
from lantian.report.table import Align, Cell, Column, Dated, Marked, Table
from lantian.terms.pollutant import POLLUTANTS

_NUMERALS: Final = (*"一二三四五六七八九十", "十一", "十二")


def tables(bulletin: Bulletin) -> dict[str, Table]:
    """All tables by key, in the order of the document.

    Returns
    -------
    dict
        ranking, singles, changes, exceeded, targets, stations, exceptional, rules.
    """
    made = (
        ranking(bulletin),
        singles(bulletin),
        changes(bulletin),
        exceeded(bulletin),
        targets(bulletin),
        stations(bulletin),
        exceptional(bulletin),
        rules(bulletin),
    )
    return {table.key: table for table in made}


def plain_titles(lang: Language, comparison: str) -> dict[str, str]:
    """Headings of the sections, by key, in the order of the document."""
    return {
        "summary": lang.of("摘要", "Summary"),
        "ranking": lang.of("环境空气质量排名", "Ranking"),
        "changes": lang.of(f"与{comparison}相比", f"Change on {comparison}"),
        "calendar": lang.of("污染日历", "Pollution calendar"),
        "diurnal": lang.of("日变化", "Course of the day"),
        "trend": lang.of("逐日变化", "Day by day"),
        "exceeded": lang.of("超标日及首要污染物", "Days exceeded and primary pollutants"),
        "targets": lang.of("目标进度", "Progress to targets"),
        "exceptional": lang.of("例外日（沙尘、烟花爆竹等）", "Exceptional days (sand, fireworks)"),
        "stations": lang.of("数据状态与有效率", "State and availability of data"),
        "rules": lang.of("评价依据", "Rules used"),
        "derivations": lang.of("附录：推导过程", "Appendix: derivations"),
    }


def titles(lang: Language, comparison: str) -> dict[str, str]:
    """Numbered headings of the sections.

    Examples
    --------
    >>> titles(Language.ZH, "2014年12月")["changes"]
    '三、与2014年12月相比'
    """
    return {
        key: lang.of(f"{_NUMERALS[n]}、{text}", f"{n + 1}. {text}")
        for n, (key, text) in enumerate(plain_titles(lang, comparison).items())
    }


def words(lang: Language) -> dict[str, str]:
    """Fixed words around the sections, by key."""
    return {
        "singles": lang.of("单项指数", "Single indices"),
        "basis": lang.of("数据依据：", "Basis: "),
        "digest": lang.of("图表数据指纹 SHA-256：", "Fingerprint of the figures, SHA-256: "),
    }


def state_line(bulletin: Bulletin) -> str:
    """State of the data, as printed under the title."""
    label = bulletin.state.label(bulletin.lang)
    return bulletin.lang.of(f"数据状态：{label}", f"Data: {label}")


def _item_columns(items: tuple[Item, ...], prefix: str, lang: Language) -> tuple[Column, ...]:
    """Columns of the six items; `prefix` keeps the keys of two tables apart."""
    return tuple(
        Column(f"{prefix}{p.key}", item.symbol, 8, unit=unit_label(item.unit, lang))
        for p, item in zip(POLLUTANTS, items, strict=True)
    )


def ranking(bulletin: Bulletin) -> Table:
    """Places by rank with index, statistics, good-day ratio and change."""
    lang = bulletin.lang
    columns = (
        Column("rank", lang.of("排名", "Rank"), 7),
        Column("place", lang.of("地区", "Place"), 17, Align.LEFT),
        Column("index", lang.of("综合指数", "Index"), 10),
        *_item_columns(bulletin.items, "", lang),
        Column("good_ratio", lang.of("优良比例", "Good days"), 10, unit="%"),
        Column("valid_days", lang.of("有效天数", "Valid days"), 10, unit=lang.of("天", "d")),
        Column("change", lang.of("指数变化", "Change"), 10, unit="%"),
    )
    rows = tuple(_rank_cells(row) for row in bulletin.ranking)
    statistics = lang.of("，", ", ").join(
        lang.of(f"{i.symbol}为{i.statistic}", f"{i.symbol} {i.statistic}") for i in bulletin.items
    )
    notes = (
        lang.of(
            f"综合指数按 {bulletin.index_name} 计算，数值越小越好；{statistics}。"
            f"指数变化与{bulletin.comparison}相比。",
            f"Index by {bulletin.index_name}, smaller is better; {statistics}. "
            f"Change of the index on {bulletin.comparison}.",
        ),
        *_unranked(bulletin.ranking, lang),
    )
    return Table(
        "ranking",
        columns,
        rows,
        notes,
        lang.of("本期无可排名的地区。", "There is no place to rank in this period."),
    )


def _rank_cells(row: RankRow) -> tuple[Cell, ...]:
    first: tuple[Cell, ...] = (row.rank, row.place, row.index)
    return (*first, *row.statistics, row.good_ratio, row.valid_days, row.change_pct)


def _unranked(rows: tuple[RankRow, ...], lang: Language) -> tuple[str, ...]:
    return tuple(
        lang.of(f"{r.place}不排名：{r.reason}", f"{r.place} has no rank: {r.reason}")
        for r in rows
        if r.reason
    )


def singles(bulletin: Bulletin) -> Table:
    """Single indices of each place and the largest."""
    lang = bulletin.lang
    columns = (
        Column("place", lang.of("地区", "Place"), 15, Align.LEFT),
        *(Column(c.key, c.title, 9) for c in _item_columns(bulletin.items, "single_", lang)),
        Column("index", lang.of("综合指数", "Index"), 10),
        Column("index_max", lang.of("最大单项指数", "Largest single index"), 12),
    )
    rows = tuple(_single_cells(row) for row in bulletin.ranking)
    return Table("singles", columns, rows)


def _single_cells(row: RankRow) -> tuple[Cell, ...]:
    first: tuple[Cell, ...] = (row.place,)
    return (*first, *row.singles, row.index, row.index_max)


def changes(bulletin: Bulletin) -> Table:
    """Items of places against the comparison period; a place is named once."""
    lang = bulletin.lang
    columns = (
        Column("place", lang.of("地区", "Place"), 16, Align.LEFT),
        Column("item", lang.of("指标", "Item"), 20, Align.LEFT),
        Column("unit", lang.of("单位", "Unit"), 10, Align.CENTRE),
        Column("now", bulletin.period, 14),
        Column("before", bulletin.comparison, 14),
        Column("change", lang.of("变化", "Change"), 12),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        _change_cells(row, before, lang)
        for before, row in pairwise((None, *bulletin.changes))
        if row is not None
    )
    return Table(
        "changes",
        columns,
        rows,
        (),
        lang.of(
            f"缺少{bulletin.comparison}的数据，不作比较。",
            f"There are no data of {bulletin.comparison} to compare with.",
        ),
    )


def _change_cells(row: ChangeRow, before: ChangeRow | None, lang: Language) -> tuple[Cell, ...]:
    repeated = before is not None and before.place == row.place
    compared = row.compared
    change: Cell = compared.change
    if compared.change.value is not None and compared.change.unit not in ("", compared.now.unit):
        change = Marked(compared.change, _points(compared.change.unit, lang))
    return (
        "" if repeated else row.place,
        row.item,
        unit_label(compared.now.unit, lang),
        compared.now,
        compared.before,
        change,
    )


def _points(unit: str, lang: Language) -> str:
    return lang.of("百分点", " pp") if unit == "pp" else unit_label(unit, lang)


def exceeded(bulletin: Bulletin) -> Table:
    """Days above the limit of good days."""
    lang = bulletin.lang
    columns = (
        Column("day", lang.of("日期", "Day"), 18, Align.LEFT),
        Column("place", lang.of("地区", "Place"), 18, Align.LEFT),
        Column("aqi", "AQI", 10),
        Column("level", lang.of("级别", "Level"), 22, Align.CENTRE),
        Column("primary", lang.of("首要污染物", "Primary pollutant"), 24, Align.CENTRE),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Dated(d.day, day_label(d.day, lang)), d.place, d.aqi, d.level, lang.joined(d.primary))
        for d in bulletin.exceeded
    )
    return Table(
        "exceeded",
        columns,
        rows,
        (),
        lang.of("本期无超标日。", "No day exceeded the standard."),
    )


def targets(bulletin: Bulletin) -> Table:
    """Progress of the targets; the plain sentences stand below."""
    lang = bulletin.lang
    columns = (
        Column("place", lang.of("地区", "Place"), 14, Align.LEFT),
        Column("span", lang.of("考核时段", "Period"), 16, Align.LEFT),
        Column("indicator", lang.of("指标", "Indicator"), 14, Align.LEFT),
        Column("goal", lang.of("目标", "Goal"), 9),
        Column("so_far", lang.of("目前", "So far"), 9),
        Column("used", lang.of("已用", "Used up"), 9, unit="%"),
        Column("days_left", lang.of("剩余", "Left"), 8, unit=lang.of("天", "d")),
        Column("may_average", lang.of("剩余日可达均值", "Rest may average"), 13),
        Column("rank_then", lang.of("届时排名", "Rank then"), 9),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *(t.place, t.span, _indicator(t, lang), t.goal, t.so_far),
            *(t.used_pct, t.days_left, t.may_average, t.rank_then),
        )
        for t in bulletin.targets
    )
    return Table(
        "targets",
        columns,
        rows,
        tuple(t.sentence for t in bulletin.targets if t.sentence),
        lang.of("未登记目标。", "No target is registered."),
    )


def _indicator(row: TargetRow, lang: Language) -> str:
    unit = unit_label(row.goal.unit, lang)
    return (
        lang.of(f"{row.indicator}（{unit}）", f"{row.indicator} ({unit})")
        if unit
        else row.indicator
    )


def stations(bulletin: Bulletin) -> Table:
    """State and availability of the data, by station."""
    lang = bulletin.lang
    columns = (
        Column("place", lang.of("地区", "Place"), 14, Align.LEFT),
        Column("station", lang.of("站点", "Station"), 20, Align.LEFT),
        Column("state", lang.of("数据状态", "Data"), 12, Align.CENTRE),
        Column("hours_due", lang.of("应有小时", "Hours due"), 11),
        Column("hours_valid", lang.of("有效小时", "Hours valid"), 11),
        Column("availability", lang.of("有效率", "Availability"), 12, unit="%"),
        Column("days_valid", lang.of("有效天数", "Valid days"), 11, unit=lang.of("天", "d")),
        Column("note", lang.of("说明", "Note"), 24, Align.LEFT),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *(s.place, s.station, s.state.label(lang), s.hours_due),
            *(s.hours_valid, s.availability_pct, s.days_valid, s.note),
        )
        for s in bulletin.stations
    )
    return Table(
        "stations",
        columns,
        rows,
        (),
        lang.of("本期无站点数据。", "No station has data in this period."),
    )


def exceptional(bulletin: Bulletin) -> Table:
    """Candidates for exceptional days: official and excluded version side by side."""
    lang = bulletin.lang
    columns = (
        Column("day", lang.of("日期", "Day"), 16, Align.LEFT),
        Column("place", lang.of("地区", "Place"), 14, Align.LEFT),
        Column("kind", lang.of("类型", "Kind"), 12, Align.CENTRE),
        Column("standing", lang.of("状态", "Standing"), 12, Align.CENTRE),
        Column("measure", lang.of("指标", "Measure"), 16, Align.LEFT),
        Column("official", lang.of("正式口径", "Official"), 12),
        Column("excluded", lang.of("剔除口径", "Excluded"), 12),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (e.day, e.place, e.kind, e.standing, e.measure, e.official, e.excluded)
        for e in bulletin.exceptional
    )
    note = lang.of(
        "候选由规则自动给出，未经批准不改变正式结果；两种口径并列。",
        "Candidates are found by rule; until approved they change nothing official. "
        "Both versions are shown.",
    )
    return Table(
        "exceptional",
        columns,
        rows,
        (note,),
        lang.of("本期无例外日候选。", "There is no candidate for an exceptional day."),
    )


def rules(bulletin: Bulletin) -> Table:
    """Clauses used with their citation; the unverified ones are marked."""
    lang = bulletin.lang
    columns = (
        Column("rule", lang.of("规则", "Rule"), 20, Align.LEFT),
        Column("title", lang.of("名称", "Title"), 26, Align.LEFT),
        Column("source", lang.of("出处", "Source"), 34, Align.LEFT),
        Column("effective", lang.of("有效期", "In force"), 14, Align.CENTRE),
        Column("verified", lang.of("核实", "Verified"), 9, Align.CENTRE),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (r.id, r.title, r.source, r.effective, verified_label(lang, verified=r.verified))
        for r in bulletin.rules
    )
    notes = tuple(
        lang.of(f"{r.id}：{r.note}", f"{r.id}: {r.note}")
        for r in bulletin.rules
        if r.note and not r.verified
    )
    warning = lang.of(
        "标“未核实”的规则未见官方文本，据其得出的数字仅供参考。",
        "Rules marked NOT verified were not confirmed by an official text; "
        "figures that rest on them are indicative.",
    )
    if not all(r.verified for r in bulletin.rules):
        notes = (warning, *notes)
    return Table("rules", columns, rows, notes)


def verified_label(lang: Language, *, verified: bool) -> str:
    """Say whether an official text confirmed a rule.

    Examples
    --------
    >>> verified_label(Language.ZH, verified=False)
    '未核实'
    """
    return lang.of("已核实", "yes") if verified else lang.of("未核实", "NOT verified")
