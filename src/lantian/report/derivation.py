"""The derivation of a figure as steps of labelled rows, rendered as text and as JSON."""

from dataclasses import dataclass
from typing import Any, Final

from lantian.report.language import Language, width_of


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a step: what, how much, and why or by which clause."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: hours used, sum and count, rounding, breakpoint, rule, …"""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """All steps from stored hours to one printed figure.

    Parameters
    ----------
    title : str
        What is derived, as "朝阳 2015年12月 PM2.5 均值".
    result : str
        The figure with unit, as it is printed elsewhere.
    key : str
        Key of the figure.
    steps : tuple of Step
        In the order of calculation.
    basis : str
        Lake sequence, roster, rules and code version on which it rests.
    lang : Language
        Language of the fixed words around the steps.
    """

    title: str
    result: str
    key: str
    steps: tuple[Step, ...]
    basis: str
    lang: Language = Language.ZH


_MOST: Final = 28


def as_text(derivation: Derivation) -> str:
    """Render as lines for a terminal, labels and values aligned.

    Examples
    --------
    >>> step = Step("平均", (Row("和", "1446", "24 h"), Row("个数", "24")))
    >>> print(as_text(Derivation("PM2.5 日均值", "60 μg/m³", "x", (step,), "序号 7")))
    PM2.5 日均值 = 60 μg/m³
    <BLANKLINE>
    1. 平均
       和    1446  24 h
       个数  24
    <BLANKLINE>
    依据 序号 7
    """
    lines = [f"{derivation.title} = {derivation.result}"]
    for number, step in enumerate(derivation.steps, 1):
        lines += ["", f"{number}. {step.title}"]
        label_width = min(_MOST, max((width_of(r.label) for r in step.rows), default=0))
        value_width = min(_MOST, max((width_of(r.value) for r in step.rows), default=0))
        for row in step.rows:
            cells = [_padded(row.label, label_width), _padded(row.value, value_width), row.note]
            lines.append(f"   {'  '.join(cells)}".rstrip())
    return "\n".join([*lines, "", f"{derivation.lang.of('依据', 'basis')} {derivation.basis}"])


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - width_of(text))


def as_json(derivation: Derivation) -> dict[str, Any]:
    """Render as plain values for `--json`.

    Examples
    --------
    >>> as_json(Derivation("AQI", "101", "x", (Step("取整", (Row("进位", "101"),)),), "b"))["steps"]
    [{'title': '取整', 'rows': [{'label': '进位', 'value': '101', 'note': ''}]}]
    """
    return {
        "title": derivation.title,
        "result": derivation.result,
        "key": derivation.key,
        "steps": [
            {
                "title": step.title,
                "rows": [{"label": r.label, "value": r.value, "note": r.note} for r in step.rows],
            }
            for step in derivation.steps
        ],
        "basis": derivation.basis,
    }
