"""`lantian why`: every printed step of a station day, a city month and a rank, recomputed."""

import csv
import json
import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.county import made_hours, made_lake
from lantian.cli.main import main
from lantian.lake.store import Lake
from oracle import reference as ref

FOCUS = "data/china_sites_2019/hourly_alltypes_focus_2019-01_2019-10.parquet"
COLUMNS = {"so2": "SO2", "no2": "NO2", "pm10": "PM10", "pm25": "PM2.5", "co": "CO", "o3": "O3"}
KEYS = {p: f"{p}_24h" for p in COLUMNS if p != "o3"} | {
    "o3_mda8": "o3_mda8",
    "o3_max1h": "o3_max1h",
}
BREAKPOINTS = {p: f"{p}_24h" for p in COLUMNS} | {"o3_mda8": "o3_8h", "o3_max1h": "o3_1h"}
JULY = [date(2019, 7, d) for d in range(1, 32)]


@pytest.fixture(scope="module")
def lake(shared, tmp_path_factory) -> Path:
    """A lake of the focus stations in July 2019, with their ten cities."""
    folder = tmp_path_factory.mktemp("july")
    table = pq.read_table(shared / FOCUS)
    first, last = datetime.fromisoformat("2019-07-01T01"), datetime.fromisoformat("2019-08-01T00")
    held = pc.and_(pc.greater_equal(table["time"], first), pc.less_equal(table["time"], last))
    pq.write_table(table.filter(held), folder / "july.parquet")
    codes = set(table["site"].to_pylist())
    with (shared / "data/china_sites_2019/stations.csv").open(encoding="utf-8-sig") as file:
        known = list(csv.DictReader(file))
    cities = {row["city"] for row in known if row["code"] in codes}
    rows = [row for row in known if row["city"] in cities]
    lines = [f"{r['code']},{r['city']},{int(r['background'] == 'True')}" for r in rows]
    (folder / "places.csv").write_text("\n".join(["station,place,background", *lines]), "utf-8")
    for words in (
        ["lake", "init", folder / "lake"],
        ["lake", "add", folder / "lake", folder / "july.parquet"],
        ["roster", folder / "lake", "places", folder / "places.csv"],
    ):
        assert main([str(word) for word in words]) == 0
    return folder / "lake"


@pytest.fixture(scope="module")
def days(lake) -> dict[tuple[str, date], dict]:
    """Rows of `evaluate` by station and day."""
    out = lake.with_name("days.parquet")
    words = ["evaluate", lake, "--from", "2019-07-01", "--to", "2019-07-31", "-o", out]
    assert main([str(word) for word in words]) == 0
    return {(row["station"], row["day"]): row for row in pq.read_table(out).to_pylist()}


@pytest.fixture(scope="module")
def ranking(lake) -> list[dict[str, str]]:
    """Rows of `rank` of the ten cities."""
    out = lake.with_name("rank.csv")
    words = ["rank", lake, "--period", "2019-07", "--level", "city", "-o", out]
    assert main([str(word) for word in words]) == 0
    with out.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def answer(lake, done):
    """Ask why, as JSON."""

    def ask(*words: str) -> dict:
        return json.loads(done("why", lake, *words, "--json")[0])

    return ask


def steps(answer: dict) -> dict[str, dict[str, dict]]:
    """Steps by the first word of their section and of their own label."""
    return {
        section["title"]: {step["label"].split(" ")[0]: step for step in section["steps"]}
        for section in answer["sections"]
    }


def numbers(text: str) -> list[Fraction]:
    """Every number that a step prints, in order."""
    return [Fraction(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def exact(thousandths: int) -> Fraction:
    return Fraction(thousandths, 1000)


def check_hours(step: dict, series: list[Decimal | None]) -> dict[int, Fraction]:
    """Hours used and left out are those of the data, and all 24 are accounted for."""
    used = {int(h): exact(v) for h, v in step["facts"]["used_thousandths"].items()}
    assert used == {h: Fraction(v) for h, v in enumerate(series, 1) if v is not None}
    assert {int(h) for h in step["facts"]["left_out"]} == set(range(1, 25)) - set(used)
    printed = re.findall(r"(\d\d)=([\d.]+)", step["text"])
    assert {int(h): Fraction(v) for h, v in printed} == used
    return used


def check_mean(step: dict, hours: list[Fraction], pollutant: str) -> Fraction:
    """Sum, count and the value before and after rounding, as facts and as printed."""
    facts = step["facts"]
    assert (exact(facts["sum_thousandths"]), facts["count"]) == (sum(hours), len(hours))
    mean = sum(hours) / len(hours)
    value = exact(facts["value_thousandths"])
    assert value == ref.round_half_even(mean, facts["decimals"]) == ref.reported(pollutant, mean)
    total, count, before, after = numbers(step["text"].rpartition(" ")[0])
    assert (total, count, after) == (sum(hours), len(hours), value)
    assert abs(before - mean) <= Fraction(1, 10**6)
    return value


def check_iaqi(step: dict, value: Fraction, item: str) -> int:
    """Breakpoint row and formula, as facts and as printed; the index by the reference."""
    facts = step["facts"]
    column = BREAKPOINTS[item]
    row = ref.BREAKPOINTS["2012"][column].index(facts["bp_hi"] // 1000)
    assert facts["bp_lo"] == ref.BREAKPOINTS["2012"][column][row - 1] * 1000
    assert [facts["iaqi_lo"], facts["iaqi_hi"]] == list(ref.IAQI_LEVELS[row - 1 : row + 1])
    assert exact(facts["bp_lo"]) <= value <= exact(facts["bp_hi"])
    hi, lo, bp_hi, bp_lo, c, bp_lo2, lo2, printed = numbers(step["text"])[:8]
    assert (bp_lo, lo, c) == (bp_lo2, lo2, value)
    assert ceil((hi - lo) / (bp_hi - bp_lo) * (c - bp_lo) + lo) == printed == facts["iaqi"]
    assert facts["iaqi"] == ref.iaqi(column, value, "2012")
    return facts["iaqi"]


@pytest.fixture(scope="module")
def hours(lake):
    """What the file says of each station day: 24 hours of each pollutant."""
    found = defaultdict(lambda: {p: [None] * 24 for p in COLUMNS})
    for row in pq.read_table(lake.with_name("july.parquet")).to_pylist():
        ended = row["time"] - timedelta(hours=1)
        for p, column in COLUMNS.items():
            if row[column] is not None:
                value = Decimal(f"{row[column]:.1f}")
                found[row["site"], ended.date()][p][ended.hour] = value
    return found


# An ozone day over the limit, a clean one, one with hours left out, and one that is not valid.
STATION_DAYS = [("1001A", 15), ("2392A", 3), ("2394A", 21), ("1625A", 9)]


@pytest.mark.parametrize(("station", "day"), STATION_DAYS)
def test_each_step_of_a_station_day(answer, days, hours, station, day):
    asked = date(2019, 7, day)
    found = steps(answer("--station", station, "--day", str(asked)))
    row = days[station, asked]
    series = hours[station, asked]
    expected = ref.daily_values(series)
    for title, section in found.items():
        if title == "AQI":
            continue
        item = re.search(r"\((.+)\)", title)[1]
        pollutant = item.split("_")[0]
        used = check_hours(section["小时值"], series[pollutant])
        windows = ref.ozone_windows(series["o3"])
        had = len(windows) if item == "o3_mda8" else len(used)
        valid = section["有效性"]["facts"]
        assert (valid["had"], valid["needed"]) == (had, 14 if item == "o3_mda8" else 20)
        assert valid["valid"] == (expected[KEYS[item]] is not None)
        assert numbers(section["有效性"]["text"].partition("(≥")[0])[0] == had
        if not valid["valid"]:
            assert set(section) == {"小时值", "有效性"}
            continue
        held = list(used.values())
        if item == "o3_max1h":
            held = [max(held)]
        if item == "o3_mda8":
            first, last = (
                section["最大窗口"]["facts"][f"window_{end}"] for end in ("first", "last")
            )
            assert numbers(section["最大窗口"]["text"])[:2] == [first, last]
            assert last - first == 7
            held = [used[h] for h in range(first, last + 1) if h in used]
            assert sum(held) / len(held) == max(windows)
        value = check_mean(section["平均与修约"], held, pollutant)
        assert row[f"{item}_{'mgm3' if item == 'co' else 'ugm3'}"] == float(value)
        assert row[f"iaqi_{item}"] == check_iaqi(section["IAQI"], value, item)
    check_index(found["AQI"], row, expected)


def check_index(section: dict, row: dict, expected: dict) -> None:
    judged = ref.daily_aqi(expected, "2012")
    top = section["AQI"]
    assert top["facts"]["aqi"] == max(top["facts"]["iaqi"].values()) == judged["aqi"] == row["aqi"]
    assert numbers(top["text"])[-1] == row["aqi"]
    assert section["级别"]["facts"]["level"] == judged["level"] == row["level"]
    symbols = [COLUMNS[p] for p in COLUMNS if p in judged["primary"]]
    assert section["首要污染物"]["facts"]["primary"] == symbols
    assert row["primary"] == ",".join(symbols)
    assert "HJ 633-2012" in top["note"]


def test_the_station_days_hold_the_hard_cases(days):
    rows = [days[station, date(2019, 7, day)] for station, day in STATION_DAYS]
    assert any("O3" in row["exceeding"] for row in rows)
    assert any(row["aqi"] <= 100 for row in rows)
    assert any(min(row[f"valid_hours_{p}"] for p in COLUMNS) < 24 for row in rows)


STATISTIC = {"so2": "mean", "no2": "mean", "pm10": "mean", "pm25": "mean", "co": "p95", "o3": "p90"}


def test_each_step_of_a_city_month(answer, days, ranking):
    found = steps(answer("--place", "濮阳", "--period", "2019-07"))
    row = next(r for r in ranking if r["place"] == "濮阳")
    members = [s for s in found["站点 / stations"] if s != "方法"]
    counted = [s for s in members if "不计入" not in found["站点 / stations"][s]["text"]]
    assert set(members) == {"2392A", "2393A", "2394A", "2395A", "3021A"}
    assert set(counted) == {"2392A", "2394A", "2395A", "3021A"}  # 2393A was never in operation
    total, statistics = Fraction(0), {}
    for p, symbol in COLUMNS.items():
        section, item = found[symbol], "o3_mda8" if p == "o3" else p
        column = f"{item}_{'mgm3' if p == 'co' else 'ugm3'}"
        city = check_days(section["日值"], days, counted, column, p)
        if p not in ("co", "o3"):
            statistics[f"{p}_mean"] = check_mean(section["平均"], list(city.values()), p)
        per_cent = ref.PERCENTILES[p]
        statistics[f"{p}_p{per_cent}"] = check_percentile(
            section["第"], list(city.values()), per_cent
        )
        statistic = statistics[f"{p}_{STATISTIC[p]}"]
        assert Fraction(row[column]) == statistic
        total += check_single(section["单项指数"], statistic, ref.OLD_LIMITS[p])
        assert Fraction(row[f"index_{p}"]) == ref.round_half_even(statistic / ref.OLD_LIMITS[p], 3)
    assert statistics == {k: v for k, v in statistics.items() if v is not None}
    check_composite(found["综合指数 / composite index"], statistics, total, row)


def check_days(step: dict, days: dict, stations: list[str], column: str, p: str) -> dict:
    """The place's days are the means of its stations' days, as `evaluate` gives them."""
    used = {date.fromisoformat(d): exact(v) for d, v in step["facts"]["used_thousandths"].items()}
    for day in JULY:
        cells = [days[s, day][column] for s in stations if (s, day) in days]
        held = [Fraction(f"{cell:.1f}") for cell in cells if cell is not None]
        enough = 4 * len(held) >= 3 * len(stations)
        assert used.get(day) == (ref.reported(p, ref.mean(held)) if enough else None)
        assert (str(day) in step["facts"]["left_out"]) != enough
    printed = re.findall(r"07-(\d\d)=([\d.]+)", step["text"])
    assert {date(2019, 7, int(d)): Fraction(v) for d, v in printed} == used
    assert (numbers(step["text"])[0], step["facts"]["needed"]) == (len(used), 27)
    return used


def check_percentile(step: dict, values: list[Fraction], per_cent: int) -> Fraction:
    facts, ordered = step["facts"], sorted(values)
    k = 1 + (len(values) - 1) * Fraction(per_cent, 100)
    n = int(k)
    assert (facts["n"], facts["per_cent"]) == (len(values), per_cent)
    assert exact(facts["x_low"]) == ordered[n - 1]
    assert exact(facts["x_high"]) == ordered[min(n, len(ordered) - 1)]
    between = exact(facts["x_low"]) + (k - n) * exact(facts["x_high"] - facts["x_low"])
    assert (
        Fraction(facts["exact_hundredths"], 100_000) == between == ref.percentile(values, per_cent)
    )
    value = exact(facts["value_thousandths"])
    assert value == ref.round_half_even(between, facts["decimals"])
    printed = numbers(step["text"].rpartition(" ")[0])
    assert printed == [1, len(values), 1, per_cent, k, n, ordered[n - 1], n + 1, *printed[8:]]
    assert printed[8:] == [exact(facts["x_high"]), between, value]
    return value


def check_single(step: dict, statistic: Fraction, limit: int) -> Fraction:
    facts = step["facts"]
    assert exact(facts["concentration_thousandths"]) == statistic
    assert exact(facts["limit_thousandths"]) == limit
    single = statistic / limit
    rounded = ref.round_half_even(single, facts["decimals"])
    assert Fraction(facts["single"], 10 ** facts["decimals"]) == rounded
    assert numbers(step["text"]) == [statistic, limit, rounded]
    return single


def check_composite(section: dict, statistics: dict, total: Fraction, row: dict) -> None:
    step, largest = section["综合指数"], section["最大单项指数"]
    expected = ref.composite_index(statistics, "ranking-2014")
    index = Fraction(step["facts"]["index"], 10 ** step["facts"]["decimals"])
    assert Fraction(step["facts"]["total"], step["facts"]["parts"]) == total == expected["sum"]
    assert index == expected["index"] == Fraction(row["index"])
    *terms, before, after = numbers(step["text"])
    assert sum(c / limit for c, limit in zip(terms[::2], terms[1::2], strict=True)) == total
    assert abs(before - total) <= Fraction(1, 10**6)
    assert after == index
    assert set(step["facts"]["weights"].values()) == {1}
    top = max(expected["single"], key=lambda p: expected["single"][p])
    assert largest["facts"]["pollutant"] == COLUMNS[top]
    assert Fraction(largest["facts"]["index_max"], 1000) == Fraction(row["index_max"])


@pytest.mark.parametrize("place", ["濮阳", "北京", "济宁"])
def test_each_step_of_a_rank(answer, ranking, place):
    found = answer("--place", place, "--period", "2019-07")
    section = next(s for s in found["sections"] if s["title"].startswith("排名"))
    ranked = [row for row in ranking if row["rank"]]
    own = next(row for row in ranking if row["place"] == place)
    assert found["result"].endswith(f"rank {own['rank'] or '—'}")
    head, *neighbours = section["steps"]
    if not own["rank"]:
        assert head["text"] in own["note"]
        assert neighbours == []
        return
    assert head["text"] == f"{own['rank']} / {len(ranked)}"
    at = ranked.index(own)
    around = ranked[max(at - 2, 0) : at + 3]
    assert [s["facts"]["place"] for s in neighbours] == [row["place"] for row in around]
    for step, row in zip(neighbours, around, strict=True):
        assert (step["facts"]["rank"], step["label"][2:]) == (int(row["rank"]), row["rank"])
        assert Fraction(step["facts"]["index"], 100) == Fraction(row["index"])
        shown, gap = re.fullmatch(r"\S+ ([\d.]+) \(([+-][\d.]+)\)", step["text"]).groups()
        assert (Fraction(shown), Fraction(gap)) == (
            Fraction(row["index"]),
            Fraction(row["index"]) - Fraction(own["index"]),
        )
        assert step["label"].startswith("●" if row is own else "○")


def test_the_ranking_has_ties_or_order_by_the_reference(ranking):
    indices = [Fraction(row["index"]) if row["rank"] else None for row in ranking]
    ranks = [int(row["rank"]) if row["rank"] else None for row in ranking]
    assert ranks == ref.competition_rank(indices)
    assert sum(rank is not None for rank in ranks) >= 5


def test_text_and_pdf_say_the_same(lake, done, tmp_path):
    words = ["why", lake, "--station", "1001A", "--day", "2019-07-15", "--pollutant", "O3"]
    text, _ = done(*words)
    told = json.loads(done(*words, "--json")[0])
    for section in told["sections"]:
        assert section["title"] in text
        assert all(step["text"] in text for step in section["steps"])
    assert [s["title"] for s in told["sections"]] == ["O3 (o3_mda8)", "O3 (o3_max1h)", "AQI"]
    assert told["basis"]["sequence"] == 2
    done(*words, "--pdf", tmp_path / "why.pdf")
    assert (tmp_path / "why.pdf").read_bytes().startswith(b"%PDF")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Five stations of two cities, 2026-02-27 to 2026-03-03."""
    hours = made_hours(date(2026, 2, 27), date(2026, 3, 3))
    return made_lake(tmp_path_factory.mktemp("small") / "lake", hours)


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["--station", "9Z", "--day", "2026-03-01"], "9Z"),
        (["--station", "1A", "--day", "2026-04-01"], "2026-02-27 to 2026-03-03"),
        (["--station", "1A", "--day", "2026-02-30"], "2026-02-30"),
        (["--station", "1A", "--day", "2026-03-01", "--pollutant", "NOx"], "NOx"),
        (["--station", "1A", "--day", "2026-03-01", "--rules", "HJ633-2099"], "HJ633-2099"),
        (["--station", "1A", "--day", "2026-03-01", "--as-of", "99"], "99"),
        (["--place", "丙市", "--period", "2026-03"], "丙市"),
        (["--place", "甲市", "--period", "2026-13"], "2026-13"),
        (["--place", "甲市", "--period", "2025-03"], "2025-03"),
        (["--place", "甲市", "--period", "2026-03-03..2026-03-01"], "2026-03-01"),
        (["--place", "甲市", "--period", "2026-03", "--index", "none"], "none"),
        (["--place", "甲市", "--period", "2026-03", "--level", "county"], "county"),
        (["--station", "1A", "--period", "2026-03"], "--station"),
        (["--station", "1A"], "--day"),
        ([], "--period"),
    ],
)
def test_what_cannot_be_is_refused(small, refused, words, word):
    assert word in refused("why", small, *words)


def test_a_page_in_no_folder_and_an_empty_lake_are_refused(small, tmp_path, refused):
    words = ["--station", "1A", "--day", "2026-03-01"]
    assert "nowhere" in refused("why", small, *words, "--pdf", tmp_path / "nowhere" / "why.pdf")
    Lake.init(tmp_path / "empty")
    assert "lantian lake add" in refused("why", tmp_path / "empty", *words)
    assert "lantian lake init" in refused("why", tmp_path / "none", *words)


def test_a_period_across_a_change_of_rules_says_so(small, done):
    text, _ = done("why", small, "--place", "甲市", "--period", "2026-02-27..2026-03-03")
    assert "the period crosses the change of 2026-03-01" in text
    text, _ = done("why", small, "--station", "1A", "--day", "2026-02-28")
    assert "HJ 633-2012" in text
    text, _ = done("why", small, "--station", "1A", "--day", "2026-03-01")
    assert "HJ 633-2026" in text
