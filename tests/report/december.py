"""A made-up bulletin of twelve districts in December 2015.

As a script with the word `zh` or `en` it prints the digests of all documents, with the word
`template` it writes the Word template that is shipped.
"""

import hashlib
import sys
from datetime import date, timedelta
from random import Random

from lantian.report import bulletin, derivation, headline, page, sections, sheet, template, word
from lantian.report.figure import BLANK, DataState, Figure, Stamp
from lantian.report.language import Language
from lantian.rules.book import national_shelf
from lantian.rules.ruleset import in_force, index_variant
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

PLACES = (
    *("朝阳区", "海淀区", "东城区", "西城区", "丰台区", "石景山区", "昌平区", "怀柔区", "顺义区"),
    *("北京经济技术开发区（亦庄核心区）", "门头沟区", "密云县"),
)
PLACES_EN = (
    *("Chaoyang", "Haidian", "Dongcheng", "Xicheng", "Fengtai", "Shijingshan", "Changping"),
    *("Huairou", "Shunyi", "Beijing Economic-Technological Development Area", "Mentougou"),
    "Miyun",
)
DAYS = tuple(date(2015, 12, 1) + timedelta(days=n) for n in range(31))
STAMP = Stamp(DataState.REALTIME, "HJ633-2012", True)
INDEX = Stamp(DataState.REALTIME, "ranking-2014", False)
LIMITS = (60_000, 40_000, 70_000, 35_000, 4_000, 160_000)
TYPICAL = (22_000, 68_000, 150_000, 120_000, 3_900, 38_000)


def decimals(number: int) -> int:
    return 1 if number == 4 else 0


def compared(stamp: Stamp, now: int, before: int, places: int, unit: str, key: str):
    change = round((now - before) * 100_000 / before, -2) if before != MISSING else MISSING
    return bulletin.Compared(
        stamp.number(now, places, unit, key),
        stamp.number(before, places, unit, f"{key}/before"),
        stamp.change(int(change), 1, "%", f"{key}/change"),
    )


def rank_rows(random: Random, places, lang: Language):
    rows = []
    for number, place in enumerate(places):
        key = f"place/{place}/2015-12"
        statistics, singles = [], []
        for n, (p, typical) in enumerate(zip(POLLUTANTS, TYPICAL, strict=True)):
            step = 100 if n == 4 else 1000
            value = typical * random.randint(70, 130) // 100 // step * step
            statistics.append(STAMP.number(value, decimals(n), p.unit, f"{key}/{p.key}"))
            singles.append(INDEX.number(value * 1000 // LIMITS[n], 2, "", f"{key}/{p.key}/single"))
        total = sum(int(s.value * 1000) for s in singles)
        largest = max(int(s.value * 1000) for s in singles)
        rows.append(
            [
                *(number, place, statistics, singles),
                INDEX.number(total, 2, "", f"{key}/index"),
                INDEX.number(largest, 2, "", f"{key}/index_max"),
                STAMP.number(random.randint(350, 700) * 100, 1, "%", f"{key}/good_ratio"),
                STAMP.count(26 if number == 11 else random.randint(29, 31), "d", f"{key}/valid"),
                INDEX.change(random.randint(-300, 500) * 100, 1, "%", f"{key}/index/change"),
            ]
        )
    rows.sort(key=lambda r: (r[0] == 11, r[4].value))
    # Places five and six tie; the last has too few days for a rank.
    rows[5][4] = Figure(
        rows[4][4].text,
        rows[4][4].value,
        "",
        INDEX.state,
        "ranking-2014",
        False,
        f"place/{rows[5][1]}/2015-12/index",
    )
    ranks = [1, 2, 3, 4, 5, 5, 7, 8, 9, 10, 11, MISSING]
    reason = lang.of("有效天数26天，少于27天", "26 valid days, fewer than 27")
    return tuple(
        bulletin.RankRow(
            INDEX.count(rank, "", f"place/{r[1]}/2015-12/rank"),
            reason if rank == MISSING else "",
            r[1], r[4], r[5], tuple(r[2]), tuple(r[3]), r[6], r[7], r[8],
        )
        for rank, r in zip(ranks, rows, strict=True)
    )  # fmt: skip


def calendar(random: Random, places, levels):
    found = []
    for place in places:
        days, aqi = [], 60
        for day in DAYS:
            aqi = max(22, min(500, aqi * random.randint(60, 175) // 100))
            missing = place == places[-1] and day.day in (3, 4, 17, 18, 19)
            level = next(i for i, v in enumerate(levels) if aqi <= v.upto)
            figure = STAMP.count(MISSING if missing else aqi, "", f"place/{place}/{day}/aqi")
            days.append(bulletin.CalendarDay(day, figure, None if missing else level))
        found.append(bulletin.CalendarRow(place, tuple(days)))
    return tuple(found)


def charts(random: Random):
    diurnal, trend = [], []
    for p, typical, limit in zip(
        POLLUTANTS, TYPICAL, (150_000, 80_000, 150_000, 75_000, 4_000, 160_000), strict=True
    ):
        wave = [typical * (60 + abs(h - 14) * 5) // 100 for h in range(24)]
        diurnal.append(
            bulletin.DiurnalSeries(
                p.symbol, p.unit, tuple(wave), tuple(v * 85 // 100 for v in wave)
            )
        )
        now = [typical * random.randint(20, 250) // 100 for _ in DAYS]
        gaps = [None if n in (6, 7, 8, 20, 22) else v for n, v in enumerate(now)]
        before = tuple(typical * random.randint(20, 180) // 100 for _ in DAYS)
        trend.append(bulletin.TrendSeries(p.symbol, p.unit, tuple(gaps), before, limit))
    return bulletin.Charts(DAYS, tuple(diurnal), tuple(trend))


def overview(row, primary):
    key = "place/overview"
    statistics = tuple(
        compared(STAMP, int(f.value * 1000), t * 9 // 10 // 1000 * 1000 if n != 4 else 3_700,
                 decimals(n), f.unit, f"{f.key}/compared")
        for n, (f, t) in enumerate(zip(row.statistics, TYPICAL, strict=True))
    )  # fmt: skip
    return bulletin.Overview(
        statistics,
        compared(INDEX, int(row.index.value * 1000), 8_610, 2, "", f"{key}/index"),
        bulletin.Compared(
            STAMP.count(13, "d", f"{key}/good"),
            STAMP.count(19, "d", f"{key}/good/before"),
            STAMP.change(-6_000, 0, "d", f"{key}/good/change"),
        ),
        STAMP.count(31, "d", f"{key}/valid"),
        bulletin.Compared(
            STAMP.number(41_900, 1, "%", f"{key}/ratio"),
            STAMP.number(61_300, 1, "%", f"{key}/ratio/before"),
            STAMP.change(-19_400, 1, "pp", f"{key}/ratio/change"),
        ),
        bulletin.Compared(
            STAMP.count(9, "d", f"{key}/heavy"),
            STAMP.count(3, "d", f"{key}/heavy/before"),
            STAMP.change(6_000, 0, "d", f"{key}/heavy/change"),
        ),
        STAMP.count(18, "d", f"{key}/exceeded"),
        primary,
    )


def changes(over, ranking, items, lang):
    place = lang.of("北京市朝阳区", "Chaoyang District, Beijing")
    rows = [
        bulletin.ChangeRow(place, f"{i.symbol} {i.statistic}", c)
        for i, c in zip(items, over.statistics, strict=True)
    ]
    rows += [
        bulletin.ChangeRow(place, lang.of("综合指数", "Composite index"), over.index),
        bulletin.ChangeRow(place, lang.of("优良天数", "Good days"), over.good_days),
        bulletin.ChangeRow(place, lang.of("优良天数比例", "Good-day ratio"), over.good_ratio),
    ]
    for r in ranking:
        value = int(r.statistics[3].value * 1000)
        key = f"{r.statistics[3].key}/year"
        rows.append(
            bulletin.ChangeRow(
                r.place, lang.of("PM2.5 均值", "PM2.5 mean"),
                compared(STAMP, value, 98_000, 0, "ug/m3", key),
            )
        )  # fmt: skip
        rows.append(
            bulletin.ChangeRow(
                r.place, lang.of("综合指数", "Composite index"),
                compared(INDEX, int(r.index.value * 1000), 8_500, 2, "", f"{r.index.key}/year"),
            )
        )  # fmt: skip
    return tuple(rows)


def targets(place: str, lang: Language):
    key = f"target/{place}"
    blank = Figure(BLANK, None, "", DataState.REALTIME, "HJ633-2012", True, f"{key}/2/rank")
    return (
        bulletin.TargetRow(
            place, lang.of("2015年", "2015"), lang.of("PM2.5 年均值", "PM2.5 annual mean"),
            STAMP.number(80_000, 0, "ug/m3", f"{key}/goal"),
            STAMP.number(83_000, 0, "ug/m3", f"{key}/now"),
            STAMP.number(103_800, 1, "%", f"{key}/used"),
            STAMP.count(0, "d", f"{key}/left"),
            STAMP.blank("ug/m3", f"{key}/rest"),
            INDEX.count(9, "", f"{key}/rank"),
            lang.of(
                "全年PM2.5目标已无法完成：即使其余各日为0，年均值仍为83 μg/m³。",
                "The PM2.5 goal of the year can no longer be reached: even with 0 on every "
                "remaining day the mean stays at 83 μg/m³.",
            ),
        ),
        bulletin.TargetRow(
            place, lang.of("2015年冬季攻坚", "Winter campaign 2015"),
            lang.of("优良天数", "Good days"),
            STAMP.count(40, "d", f"{key}/2/goal"), STAMP.count(13, "d", f"{key}/2/now"),
            STAMP.number(32_500, 1, "%", f"{key}/2/used"), STAMP.count(90, "d", f"{key}/2/left"),
            STAMP.blank("d", f"{key}/2/rest"), blank, "",
        ),
    )  # fmt: skip


def stations(random: Random, places, lang: Language):
    rows = []
    for n, place in enumerate(places):
        key = f"station/{n}"
        valid = 744 - random.randint(0, 40) if n != 11 else 601
        rows.append(
            bulletin.StationRow(
                place, lang.of(f"{place}监测站", f"{place} station"), DataState.REALTIME,
                STAMP.count(744, "h", f"{key}/due"), STAMP.count(valid, "h", f"{key}/valid"),
                STAMP.number(valid * 100_000 // 744, 1, "%", f"{key}/share"),
                STAMP.count(26 if n == 11 else 31, "d", f"{key}/days"),
                lang.of("12月17—19日断网缺测", "offline 17–19 December") if n == 11 else "",
            )
        )  # fmt: skip
    return tuple(rows)


def derivations(row, lang: Language):
    hours = tuple(
        derivation.Row(f"{h:02d}:00", str(90 + h * 5 % 37), "" if h != 7 else lang.of(
            "缺测，不计入", "missing, left out"))
        for h in range(1, 25)
    )  # fmt: skip
    day = derivation.Derivation(
        lang.of("朝阳区 2015年12月8日 PM2.5 日均值", "Chaoyang, 8 December 2015, PM2.5 daily mean"),
        "107 μg/m³",
        "station/朝阳/2015-12-08/pm25",
        (
            derivation.Step(lang.of("小时值", "Hours"), hours),
            derivation.Step(
                lang.of("平均", "Mean"),
                (
                    derivation.Row(lang.of("和", "sum"), "2461", "23 h"),
                    derivation.Row(lang.of("修约前", "before rounding"), "107.000", "2461 / 23"),
                    derivation.Row(lang.of("修约后", "rounded"), "107", "GB/T 8170"),
                ),
            ),
        ),
        "lake 1842 · HJ633-2012 · 0.1.0",
        lang,
    )
    index = derivation.Derivation(
        lang.of(f"{row.place} 2015年12月 综合指数", f"{row.place}, December 2015, index"),
        row.index.text,
        row.index.key,
        (
            derivation.Step(
                lang.of("单项指数", "Single indices"),
                tuple(
                    derivation.Row(p.symbol, s.text, f"{f.text} / {limit / 1000:g}")
                    for p, s, f, limit in zip(
                        POLLUTANTS, row.singles, row.statistics, LIMITS, strict=True
                    )
                ),
            ),
        ),
        "lake 1842 · ranking-2014 · 0.1.0",
        lang,
    )
    return (index, day)


def made_up(lang: Language) -> bulletin.Bulletin:
    """The bulletin; the same for every call."""
    random = Random(2015)  # noqa: S311
    places = PLACES if lang is Language.ZH else PLACES_EN
    shelf, rules = national_shelf(), in_force(date(2015, 12, 31))
    levels = bulletin.levels_of(rules.levels.clause, lang)
    items = bulletin.items_of(rules.evaluation.clause, lang)
    ranking = rank_rows(random, places, lang)
    days = calendar(random, places, levels)
    exceeded = tuple(
        bulletin.ExceededDay(
            d.day, days[0].place, d.aqi, levels[d.level].name,
            ("PM2.5", "NO2") if d.day.day == 9 else ("PM2.5",),
        )
        for d in days[0].days if d.level is not None and d.level >= 2
    )  # fmt: skip
    primary = (
        bulletin.PrimaryDays("PM2.5", STAMP.count(17, "d", "overview/primary/pm25")),
        bulletin.PrimaryDays("NO2", STAMP.count(1, "d", "overview/primary/no2")),
    )
    over = overview(ranking[3], primary)
    place = lang.of("北京市朝阳区", "Chaoyang District, Beijing")
    period = lang.of("2015年12月", "December 2015")
    return bulletin.Bulletin(
        lang=lang,
        place=place,
        office=lang.of("朝阳区生态环境局（示例）", "Ecology and Environment Bureau (example)"),
        title="",
        period=period,
        comparison=lang.of("2014年12月", "December 2014"),
        issued=date(2016, 1, 1),
        state=DataState.REALTIME,
        headlines=headline.sentences(over, ranking, items, lang, place=place, period=period),
        overview=over,
        index_name="ranking-2014",
        items=items,
        levels=levels,
        ranking=ranking,
        changes=changes(over, ranking, items, lang),
        calendar=days,
        charts=charts(random),
        exceeded=exceeded,
        targets=targets(place, lang),
        stations=stations(random, places, lang),
        exceptional=(
            bulletin.ExceptionalRow(
                lang.of("2015年12月25日", "25 December 2015"), places[0],
                lang.of("沙尘", "sand"), lang.of("候选", "candidate"), "PM10",
                STAMP.count(412, "ug/m3", "exceptional/1/official"),
                Figure(BLANK, None, "ug/m3", DataState.SAND_EXCLUDED, "HJ633-2012", True,
                       "exceptional/1/excluded"),
            ),
        ),
        rules=bulletin.rule_lines(
            (*rules.entries(), index_variant("ranking-2014")), shelf, lang
        ),
        derivations=derivations(ranking[3], lang),
        basis=lang.of(
            "数据序号 1842 · 站点表 4f1c09aa · 规则 HJ633-2012 91b2cd30 · 程序 0.1.0",
            "lake 1842 · roster 4f1c09aa · rules HJ633-2012 91b2cd30 · code 0.1.0",
        ),
        notices=(
            lang.of("演示数据：本通报由测试虚构，不代表任何地区。",
                    "Demonstration: made up for a test; it stands for no real place."),
        ),
    )  # fmt: skip


def documents(lang: Language) -> dict[str, bytes]:
    """All documents of the bulletin, by kind."""
    made = made_up(lang)
    return {
        "docx": word.bulletin_docx(made),
        "xlsx": sheet.bulletin_xlsx(made),
        "pdf": page.bulletin_pdf(made),
        "why.pdf": page.derivation_pdf(made.derivations[1], made.issued),
    }


def fresh_template() -> bytes:
    """The Word template as the code makes it now."""
    tables = sections.tables(made_up(Language.ZH))
    return template.default_template({key: table.columns for key, table in tables.items()})


if __name__ == "__main__":
    if sys.argv[1:] == ["template"]:
        word.DEFAULT_TEMPLATE.write_bytes(fresh_template())
    else:
        for kind, data in documents(Language(sys.argv[1])).items():
            print(kind, hashlib.sha256(data).hexdigest())
