"""Templates obey the page's security policy, and the tags say what they should."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

import lantian.desk
from desk.site import gallery
from lantian.desk.marks import ink_on
from lantian.desk.site.form_look import FormLook
from lantian.desk.site.templatetags.desk import aqi, icon, lowered, moment, table
from lantian.report.figure import DataState, Stamp
from lantian.rules.ruleset import rule_set

DESK = Path(lantian.desk.__file__).parent
TEMPLATES = sorted(DESK.glob("*/templates/**/*.html"))
STATIC = DESK / "site" / "static"
FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "htmx handler or expression": re.compile(r"\shx-(on|vars)\b|\bjs:|hx-trigger=\"[^\"]*\["),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.I),
    "other host": re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.I),
}


def rendered(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context, RequestFactory().get("/"))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda p: p.relative_to(DESK).as_posix())
def test_a_template_compiles_and_holds_nothing_inline(file: Path) -> None:
    get_template(
        file.relative_to(next(p for p in file.parents if p.name == "templates")).as_posix()
    )
    text = re.sub(r"\{[#%].*?[#%]\}", "", file.read_text(encoding="utf-8"))
    assert [name for name, sign in FORBIDDEN.items() if sign.search(text)] == []


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "img/icons.svg").read_text("utf-8")))
    asked = {
        name
        for file in TEMPLATES
        for name in re.findall(r'{% icon "(\w+)"', file.read_text("utf-8"))
    }
    asked |= {
        n
        for f in STATIC.glob("js/**/*.js")
        for n in re.findall(r'\bicon\("(\w+)"', f.read_text("utf-8"))
    }
    assert len(asked) > 20
    assert asked - drawn == set()


def test_both_languages() -> None:
    text = '{% t "今日" "Today" %} {% t zh en %}'
    assert rendered(text, zh="<", en=">") == "今日 &lt;"
    with override("en"):
        assert rendered(text, zh="<", en=">") == "Today &gt;"


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@given(st.integers(0, 0xFFFFFF))
def test_ink_is_legible_on_any_colour(number: int) -> None:
    colour = f"#{number:06X}"
    ink = {"dark": "#000000", "light": "#ffffff"}[ink_on(colour)]
    assert contrast(ink, colour) >= 4.5


def tokens(file: str) -> dict[str, str]:
    text = (STATIC / "css" / file).read_text(encoding="utf-8")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", text))
    return {k: v if len(v) == 7 else "#" + "".join(2 * c for c in v[1:]) for k, v in found.items()}


@pytest.mark.parametrize("theme", ["tokens.css", "wall.css"])
def test_colours_of_text_contrast_enough(theme: str) -> None:
    has = tokens("tokens.css") | tokens(theme)
    grounds = ("ground", "surface", "surface-sunk")
    pairs = [(ink, on) for ink in ("ink", "ink-soft", "ink-faint", "accent") for on in grounds]
    pairs += [(mood, on) for mood in ("good", "warn", "bad") for on in ("surface", f"{mood}-wash")]
    pairs += [("accent-strong", "accent-wash"), ("bar-ink", "bar"), ("bar-ink", "bar-raised")]
    assert {
        pair: contrast(has[pair[0]], has[pair[1]])
        for pair in pairs
        if contrast(has[pair[0]], has[pair[1]]) < 4.5
    } == {}


def test_edges_of_controls_and_the_focus_contrast_enough() -> None:
    has = tokens("tokens.css")
    assert contrast(has["line-strong"], has["surface"]) >= 3
    assert min(contrast(has["focus"], has[on]) for on in ("ground", "surface", "surface-sunk")) >= 3


def test_an_index_says_number_level_and_word() -> None:
    for number, level in enumerate(rule_set("HJ633-2026").levels.clause.level, 1):
        said = rendered(
            "{% aqi 131 level %}",
            level={"number": number, "name": level.name_zh, "colour": level.hex},
        )
        assert "131" in said
        assert "ⅠⅡⅢⅣⅤⅥ"[number - 1] in said
        assert level.name_zh in said
        assert f'fill="{level.hex}"' in said
    assert "无数据" in rendered("{% aqi None None %}")
    assert ">0</b>" in aqi(0, gallery.levels()[0])


def test_a_figure_prints_unit_state_doubt_and_link() -> None:
    stamp = Stamp(DataState.SAND_EXCLUDED, "HJ633-2026", verified=False)
    said = rendered("{% figure f href='/why' %}", f=stamp.number(41_000, 0, "ug/m3", "x"))
    assert all(part in said for part in ("<b>41</b>", "μg/m³", "扣沙", "未核实", 'href="/why"'))
    blank = rendered(
        "{% figure f %}", f=Stamp(DataState.AUDITED, "x", verified=True).blank("%", "x")
    )
    assert "—" in blank
    assert "未核实" not in blank


def test_a_table_escapes_labels_and_links_its_cells() -> None:
    said = rendered("{% table rows %}", rows=gallery.context()["rows"])
    assert "<b>甲站" not in said
    assert said.count('data-label="PM2.5"') == 2
    assert said.count("PM<sub>2.5</sub>") == 1
    assert 'aria-sort="ascending"' in said
    assert said.count('scope="row"') == 2
    with pytest.raises(ValueError, match="zip"):
        table({"columns": [{"title": "甲"}], "rows": [{"cells": ["一", "二"]}]})


def test_a_form_tells_its_errors_twice_and_links_them() -> None:
    said = rendered('{% include "parts/form.html" %}', form=gallery.SourceForm({"name": ""}))
    assert 'href="#id_name"' in said
    assert 'id="id_name_error"' in said
    assert 'aria-invalid="true"' in said
    assert said.index("未保存") < said.index("<label")
    plain = rendered("{{ form }}", form=gallery.SourceForm(renderer=FormLook()))
    assert "field-must" in plain
    assert "未保存" not in plain


def test_a_title_is_heading_and_title_escaped_once() -> None:
    said = rendered(
        '{% extends "base.html" %}{% block title %}{{ name }}{% endblock %}',
        name="<甲>&乙",
        fictional=False,
    )
    assert said.count("&lt;甲&gt;&amp;乙") == 2
    assert "<title>&lt;甲&gt;&amp;乙 · " in said


AT = datetime(2026, 7, 26, 23, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "fine", "text"),
    [
        (AT, "minute", "2026-07-27 07:05"),
        (AT, "second", "2026-07-27 07:05:09"),
        (AT, "hour", "2026-07-27 07时"),
        (date(2026, 7, 27), "day", "2026-07-27"),
    ],
)
def test_a_moment_is_in_the_zone_of_the_page(at: datetime | date, fine: str, text: str) -> None:
    assert f">{text}</time>" in moment(at, fine)


def test_nothing_is_a_dash_and_markup_is_escaped() -> None:
    assert moment(None) == "—"
    assert lowered("<O3>") == "&lt;O<sub>3</sub>&gt;"
    assert 'aria-hidden="true"' in icon("search")
    assert 'aria-label="&lt;"' in icon("search", "<")
