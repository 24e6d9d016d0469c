"""Flow `demo`: the whole first loop on real data, Beijing in December 2015."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from lantian.flows.add import add_files
from lantian.flows.brief import brief_of
from lantian.flows.bulletin import freeze_bulletin, gather, judge, subject_of
from lantian.flows.evaluate import evaluate_days
from lantian.flows.grounds import shelf_of
from lantian.flows.rank import Ranking, write_ranking
from lantian.flows.target import targets
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from lantian.report.brief import brief_text
from lantian.report.language import Language
from lantian.report.page import bulletin_pdf
from lantian.report.progress import progress_text
from lantian.report.sheet import bulletin_xlsx
from lantian.report.word import bulletin_docx
from lantian.rules.ruleset import for_period
from lantian.terms.mark import Source
from lantian.terms.period import Period, parse_period

DATA: Final = Path(__file__).parent / "beijing"
#: The data folder within the folder of the demonstration.
LAKE: Final = "lake"
MONTH: Final = parse_period("2015-12")
DAY: Final = date(2015, 12, 20)
_NOTICE: Final = {
    Language.ZH: "演示：真实历史数据（UCI 501，CC BY 4.0），目标为示例，非官方通报。",
    Language.EN: "Demo: real past data (UCI 501, CC BY 4.0), example targets, not official.",
}


def demonstrate(out: Path, say: Callable[[str], None]) -> list[Path]:
    """Load, evaluate, rank, set targets, write brief and bulletin; return the documents.

    Parameters
    ----------
    out : Path
        Folder for the lake and the documents; made where it is not there.
    say : callable
        Takes each line of progress and summary.

    Returns
    -------
    list of Path
        Documents written.

    Raises
    ------
    LakeBroken
        If the folder cannot be written.
    """
    started = time.monotonic()

    def step(words: str) -> None:
        say(f"[{time.monotonic() - started:5.1f} s] {words}")

    out.mkdir(parents=True, exist_ok=True)
    folder = out / LAKE
    if not Lake.exists(folder):
        Lake.init(folder)
    with Lake.open(folder) as lake:
        step("载入北京 12 站 2013-03 至 2017-02 逐时数据 / load hours of 12 Beijing stations")
        _load(lake, step)
        step("逐站逐日评价 2013–2017 / judge every station day")
        days = out / "days.parquet"
        held = Period(date(2013, 3, 1), date(2017, 2, 28))
        rows = evaluate_days(lake, held, days)
        step(f"{rows} 站日 / station days -> {days.name}")
        made = [days, *_report(lake, out, step)]
        say("")
        say(_summary(lake))
    return made


def _load(lake: Lake, step: Callable[[str], None]) -> None:
    add_files(
        lake,
        [DATA / "hours.parquet"],
        layout="prsa",
        units={},
        origin=Source.REALTIME_FILE,
        progress=step,
    )
    for register in ("stations", "places", "targets"):
        enrol(lake, register, DATA / f"{register}.csv")


def _report(lake: Lake, out: Path, step: Callable[[str], None]) -> list[Path]:
    """Write ranking, bulletin in both languages, and brief."""
    made = []
    ranked = out / "rank-2015-12.csv"
    write_ranking(_ranking(lake), ranked)
    step(f"综合指数排名 / ranking -> {ranked.name}")
    made.append(ranked)
    shelf = shelf_of(lake)
    for lang in Language:
        bulletin = gather(lake, MONTH, lang=lang, shelf=shelf, notices=(_NOTICE[lang],))
        for ending, make in (
            ("docx", bulletin_docx),
            ("xlsx", bulletin_xlsx),
            ("pdf", bulletin_pdf),
        ):
            path = out / f"bulletin-2015-12-{lang.value}.{ending}"
            path.write_bytes(make(bulletin))
            made.append(path)
        if lang is Language.ZH:
            freeze_bulletin(lake, bulletin, MONTH)
        step(f"通报 / bulletin ({lang.value}) -> bulletin-2015-12-{lang.value}.docx .xlsx .pdf")
    brief = out / f"brief-{DAY}.txt"
    brief.write_text(
        brief_text(brief_of(lake, DAY, lang=Language.ZH, shelf=shelf)) + "\n", encoding="utf-8"
    )
    made.append(brief)
    step(f"晨报 / brief -> {brief.name}")
    return made


def _ranking(lake: Lake) -> Ranking:
    rules, _ = for_period(MONTH)
    return judge(lake, subject_of(lake, None, None), MONTH, rules, shelf_of(lake)).ranked


def _summary(lake: Lake) -> str:
    """Say the ranking, the targets and the brief."""
    ranking = _ranking(lake)
    digits = ranking.index.index_decimals
    lines = [f"{MONTH.label} 综合指数 / composite index, {ranking.rules.name}:"]
    for row in ranking.order():
        value = int(ranking.index.index[row]) / 10**digits
        change = "" if ranking.change is None else f"  {int(ranking.change[row]) / 10:+.1f} %"
        lines.append(
            f"  {int(ranking.ranks[row]):2d}  {value:6.{digits}f}{change}  {ranking.names[row]}"
        )
    shelf = shelf_of(lake)
    report = targets(lake, today=DAY, shelf=shelf)
    lines += ["", f"截至 {DAY} 的目标 / targets as of {DAY}:", *progress_text(report.rows), ""]
    lines.append(brief_text(brief_of(lake, DAY, lang=Language.ZH, shelf=shelf)))
    return "\n".join(lines)
