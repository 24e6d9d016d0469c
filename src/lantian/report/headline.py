"""Headline sentences of a bulletin, made from its figures alone."""

from lantian.report.bulletin import Compared, Item, Overview, RankRow
from lantian.report.figure import Figure
from lantian.report.language import Language, unit_label


def sentences(
    overview: Overview,
    ranking: tuple[RankRow, ...],
    items: tuple[Item, ...],
    lang: Language,
    *,
    place: str,
    period: str,
    against: str = "",
) -> tuple[str, ...]:
    """Three to six sentences: PM2.5, the other items, index, good and heavy days, ranks.

    Parameters
    ----------
    overview : Overview
        Figures of the principal place.
    ranking : tuple of RankRow
        The places ranked, in the order of the table.
    items : tuple of Item
        The six items, in block order.
    lang : Language
        Language of the sentences.
    place, period : str
        As printed.
    against : str
        What changes refer to, "" for the same period of the year before.

    Returns
    -------
    tuple of str
        Sentences that contain nothing but figures of the arguments.
    """
    against = against or usual_comparison(lang)
    found = [
        _main(overview, items[3], lang, place=place, period=period, against=against),
        _others(overview, items, lang, against),
        _index(overview.index, lang, against),
        _days(overview, lang, against),
        _exceeded(overview, lang),
        _ranks(ranking, lang),
    ]
    return tuple(sentence for sentence in found if sentence)


def usual_comparison(lang: Language) -> str:
    """Words for the same period of the year before."""
    return lang.of("同比", "on the same period last year")


def trend_words(change: Figure, lang: Language, against: str) -> str:
    """Say a change in words; "" where it is not known.

    Parameters
    ----------
    change : Figure
        Difference in "%", "pp" (percentage points), "d" (days) or another unit.
    lang : Language
        Language of the words.
    against : str
        What it is compared with: "同比", "较2015年11月"; "on November 2015".

    Examples
    --------
    >>> from lantian.report.figure import DataState, Stamp
    >>> stamp = Stamp(DataState.AUDITED, "HJ633-2012", True)
    >>> trend_words(stamp.change(-12_300, 1, "%", "x"), Language.ZH, "同比")
    '同比下降12.3%'
    >>> trend_words(stamp.change(3_000, 0, "d", "y"), Language.EN, "on last year")
    'up 3 days on last year'
    """
    if change.value is None:
        return ""
    if change.value == 0:
        return lang.of(f"{against}持平", f"unchanged {against}")
    size, rose = change.text.lstrip("+-"), change.value > 0
    if change.unit == "d":
        days = f"{size} day{'' if size == '1' else 's'}"
        zh = f"{'增加' if rose else '减少'}{size}天"
    elif change.unit == "pp":
        days = f"{size} percentage point{'' if size == '1' else 's'}"
        zh = f"{'上升' if rose else '下降'}{size}个百分点"
    else:
        days = f"{size}{change.unit}"
        zh = f"{'上升' if rose else '下降'}{size}{change.unit}"
    return lang.of(f"{against}{zh}", f"{'up' if rose else 'down'} {days} {against}")


def valued(figure: Figure, lang: Language) -> str:
    """Figure with its unit as in running text: "60 μg/m³", "77.4%", "3天".

    Examples
    --------
    >>> from lantian.report.figure import DataState, Stamp
    >>> valued(Stamp(DataState.AUDITED, "HJ633-2012", True).count(3, "d", "x"), Language.EN)
    '3 days'
    """
    if figure.unit in ("", "%"):
        return f"{figure.text}{figure.unit}"
    if figure.unit == "d":
        return lang.of(f"{figure.text}天", f"{figure.text} day{'' if figure.text == '1' else 's'}")
    return f"{figure.text} {unit_label(figure.unit, lang)}"


def _with_trend(text: str, change: Figure, lang: Language, against: str) -> str:
    words = trend_words(change, lang, against)
    return lang.of(f"{text}，{words}", f"{text}, {words}") if words else text


def _main(
    overview: Overview, item: Item, lang: Language, *, place: str, period: str, against: str
) -> str:
    compared = overview.statistics[3]
    if compared.now.value is None:
        return lang.of(
            f"{period}，{place}{item.symbol}有效数据不足，不作评价。",
            f"In {period}, {place} had too few valid data of {item.symbol} for evaluation.",
        )
    value = valued(compared.now, lang)
    text = lang.of(
        f"{period}，{place}{item.symbol}{item.statistic}为{value}",
        f"In {period}, the {item.statistic} of {item.symbol} in {place} was {value}",
    )
    return _with_trend(text, compared.change, lang, against) + lang.of("。", ".")


def _others(overview: Overview, items: tuple[Item, ...], lang: Language, against: str) -> str:
    parts = []
    for number, (item, compared) in enumerate(zip(items, overview.statistics, strict=True)):
        if number == 3 or compared.now.value is None:
            continue
        value = valued(compared.now, lang)
        name = lang.of(f"{item.symbol}{item.statistic}", f"{item.symbol} ({item.statistic})")
        words = trend_words(compared.change, lang, "").strip()
        tail = lang.of(f"（{words}）", f" ({words})") if words else ""
        parts.append(f"{name} {value}{tail}")
    if not parts:
        return ""
    return lang.of(
        f"其他各项（括号内为{against}变化）：{'；'.join(parts)}。",
        f"Other items (in brackets the change {against}): {'; '.join(parts)}.",
    )


def _index(index: Compared, lang: Language, against: str) -> str:
    if index.now.value is None:
        return ""
    text = lang.of(
        f"环境空气质量综合指数为{index.now.text}", f"The composite index was {index.now.text}"
    )
    return _with_trend(text, index.change, lang, against) + lang.of("。", ".")


def _days(overview: Overview, lang: Language, against: str) -> str:
    good, heavy = overview.good_days, overview.heavy_days
    if good.now.value is None:
        return ""
    text = lang.of(
        f"有效监测{overview.valid_days.text}天中优良{good.now.text}天，"
        f"优良天数比例{overview.good_ratio.now.text}%",
        f"Of {valued(overview.valid_days, lang)} with valid data, {good.now.text} "
        f"{'was' if good.now.text == '1' else 'were'} good, a share of "
        f"{overview.good_ratio.now.text}%",
    )
    text = _with_trend(text, overview.good_ratio.change, lang, against)
    if heavy.now.value is None:
        return text + lang.of("。", ".")
    heavy_text = lang.of(
        f"重度及以上污染{heavy.now.text}天",
        f"heavy or severe pollution on {valued(heavy.now, lang)}",
    )
    heavy_text = _with_trend(heavy_text, heavy.change, lang, against)
    return lang.of(f"{text}；{heavy_text}。", f"{text}; {heavy_text}.")


def _exceeded(overview: Overview, lang: Language) -> str:
    if overview.exceeded_days.value is None:
        return ""
    if overview.exceeded_days.value == 0:
        return lang.of("本期无超标日。", "No day exceeded the standard.")
    parts = [
        lang.of(f"{p.symbol} {p.days.text}天", f"{p.symbol} on {valued(p.days, lang)}")
        for p in overview.primary
    ]
    listed = lang.of("、", ", ").join(parts)
    days = overview.exceeded_days
    return lang.of(
        f"超标{days.text}天，首要污染物为：{listed}。",
        f"The standard was exceeded on {valued(days, lang)}; primary pollutants: {listed}.",
    )


def _ranks(ranking: tuple[RankRow, ...], lang: Language) -> str:
    ranked = [row for row in ranking if row.rank.value is not None]
    if len(ranked) < 2:
        return ""
    lowest = min(row.rank.value or 0 for row in ranked)
    highest = max(row.rank.value or 0 for row in ranked)
    best = [row for row in ranked if row.rank.value == lowest]
    worst = [row for row in ranked if row.rank.value == highest]
    if lowest == highest:
        return ""
    first = _named(best, lang)
    last = _named(worst, lang)
    text = lang.of(
        f"参与排名的{len(ranked)}个地区中，{first}最好，{last}最差",
        f"Of the {len(ranked)} places ranked, {first} was best and {last} worst",
    )
    blank = len(ranking) - len(ranked)
    if blank:
        text += lang.of(f"；另有{blank}个地区不参与排名", f"; {blank} more not ranked")
    return text + lang.of("。", ".")


def _named(rows: list[RankRow], lang: Language) -> str:
    names = lang.joined(tuple(row.place for row in rows))
    return lang.of(f"{names}（{rows[0].index.text}）", f"{names} ({rows[0].index.text})")
