"""Charts of a bulletin: the course of the day and the days in order, as PNG or SVG bytes."""

from collections.abc import Callable
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any, Final, Literal

import matplotlib as mpl
import numpy as np
import pylopdf_fonts_zh_cn as fonts
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet

from lantian.report.bulletin import Charts, DiurnalSeries, TrendSeries
from lantian.report.language import SUBSCRIPT, Language, unit_label
from lantian.terms.rounding import THOUSAND

type Format = Literal["png", "svg"]

_NOW: Final = "#1F4E79"
_BEFORE: Final = "#A6A6A6"
_LIMIT: Final = "#C00000"
_COLUMNS: Final = 3
_WIDTH_IN: Final = 6.7
_ROW_IN: Final = 1.35
_DPI: Final = 200


@cache
def _family() -> str:
    """Register the font that comes with the package's dependencies; return its name."""
    path = fonts.sans_path()
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()


def _style() -> Any:
    return {
        "font.family": _family(),
        "font.size": 7,
        "mathtext.default": "regular",
        "axes.unicode_minus": False,
        "axes.linewidth": 0.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 8,
        "axes.grid": True,
        "grid.color": "#E4E4E4",
        "grid.linewidth": 0.4,
        "xtick.major.width": 0.5,
        "ytick.major.width": 0.5,
        "xtick.major.size": 2,
        "ytick.major.size": 2,
        "svg.fonttype": "path",
        "svg.hashsalt": "lantian",
    }


def diurnal(charts: Charts, lang: Language, *, now: str, before: str, kind: Format) -> bytes:
    """Draw the mean course of the day, one panel for each pollutant.

    Parameters
    ----------
    charts : Charts
        Twenty-four values for each pollutant; None leaves a gap.
    lang : Language
        Language of the labels.
    now, before : str
        Labels of the period and the comparison period.
    kind : "png" or "svg"
        PNG for Word, SVG for PDF.

    Returns
    -------
    bytes
        The picture, without any date; the same data give the same bytes.
    """

    def draw(axes: Axes, series: DiurnalSeries) -> None:
        hours = np.arange(1, 25)
        _line(axes, hours, series.now, _NOW, now)
        _line(axes, hours, series.before, _BEFORE, before)
        axes.set_xlim(1, 24)
        axes.set_xticks([1, 6, 12, 18, 24])

    label = lang.of("时（小时末）", "hour (end)")
    return _picture(charts.diurnal, draw, lang, xlabel=label, kind=kind)


def trend(charts: Charts, lang: Language, *, now: str, before: str, kind: Format) -> bytes:
    """Draw the daily values, one panel for each pollutant, gaps left open; see `diurnal`."""

    def draw(axes: Axes, series: TrendSeries) -> None:
        days = np.arange(len(charts.days))
        _line(axes, days, series.now, _NOW, now)
        _line(axes, days, series.before, _BEFORE, before)
        if series.limit is not None:
            label = lang.of("日限值", "daily limit")
            axes.axhline(series.limit / THOUSAND, color=_LIMIT, lw=0.6, ls="--", label=label)
        ticks = _ticks(charts.days)
        axes.set_xticks(ticks, [_short(charts.days[t], charts.days) for t in ticks])
        axes.set_xlim(-0.5, max(len(charts.days) - 0.5, 0.5))

    return _picture(charts.trend, draw, lang, xlabel=lang.of("日期", "day"), kind=kind)


def _ticks(days: tuple[date, ...]) -> list[int]:
    step = max(1, -(-len(days) // 6))
    return list(range(0, len(days), step))


def _short(day: date, days: tuple[date, ...]) -> str:
    one_month = (days[0].year, days[0].month) == (days[-1].year, days[-1].month)
    return str(day.day) if one_month else f"{day.month}-{day.day}"


def _line(axes: Axes, x: Any, values: tuple[int | None, ...], colour: str, label: str) -> None:
    """Draw values with gaps; a dot keeps a value between two gaps visible."""
    y = [float("nan") if v is None else v / THOUSAND for v in values]
    if any(v is not None for v in values):
        order = 3 if colour == _NOW else 2
        axes.plot(
            x[: len(y)], y, color=colour, lw=1.0, marker="o", ms=1.4, label=label, zorder=order
        )


def _picture[S: (DiurnalSeries, TrendSeries)](
    panels: tuple[S, ...],
    draw: Callable[[Axes, S], None],
    lang: Language,
    *,
    xlabel: str,
    kind: Format,
) -> bytes:
    rows = max(1, -(-len(panels) // _COLUMNS))
    with mpl.rc_context():
        # A reader's own matplotlibrc must not change the picture.
        mpl.rcdefaults()
        mpl.rcParams.update(_style())
        sheet = Sheet(figsize=(_WIDTH_IN, _ROW_IN * rows + 0.3), layout="constrained")
        grid = sheet.subplots(rows, _COLUMNS, squeeze=False)
        legend: dict[str, Any] = {}
        for number, axes in enumerate(grid.flat):
            if number >= len(panels):
                axes.set_axis_off()
                continue
            draw(axes, panels[number])
            unit = unit_label(panels[number].unit, lang)
            axes.set_title(f"{_lowered(panels[number].symbol)}  {unit}", loc="left")
            axes.set_ylim(bottom=0)
            if number + _COLUMNS >= len(panels):
                axes.set_xlabel(xlabel)
            handles, labels = axes.get_legend_handles_labels()
            legend |= dict(zip(labels, handles, strict=True))
        sheet.legend(
            list(legend.values()),
            list(legend),
            loc="outside upper right",
            ncols=3,
            frameon=False,
            fontsize=7,
        )
        target = BytesIO()
        # Dates and version strings would make equal pictures differ.
        metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        sheet.savefig(target, format=kind, dpi=_DPI, metadata=metadata)
    return target.getvalue()


def _lowered(symbol: str) -> str:
    return SUBSCRIPT.sub(lambda m: f"{m[1]}$_{{{m[2]}}}$", symbol)
