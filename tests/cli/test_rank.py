"""`lantian rank`: the national table of 2019-06 against an exact reckoning, and how it refuses."""

import csv
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.county import PLACES, made_hours, made_lake
from lantian.cli.main import main
from lantian.lake.store import Lake
from lantian.terms.period import parse_period
from oracle import reference as ref

DAILY = "data/china_sites_2019/daily_published_national_2019-01_2019-10.parquet"
VARIANTS = (
    "ranking-2014",
    "old-limits-equal-weights",
    "old-limits-new-weights",
    "new-limits-equal-weights",
    "new-limits-new-weights",
)
ITEMS = {
    "so2_24h": "SO2_24h",
    "no2_24h": "NO2_24h",
    "pm10_24h": "PM10_24h",
    "pm25_24h": "PM2.5_24h",
    "co_24h": "CO_24h",
    "o3_mda8": "O3_mda8_calc",
}


@pytest.fixture(scope="module")
def stations(shared):
    """City and background flag of each station that lies in a city."""
    with (shared / "data/china_sites_2019/stations.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {r["code"]: (r["city"], r["background"] == "True") for r in rows if r["city"]}


@pytest.fixture(scope="module")
def places(stations, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("places") / "places.csv"
    lines = [f"{code},{city},{str(flag).lower()}" for code, (city, flag) in stations.items()]
    path.write_text("\n".join(["station,place,background", *lines]) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def ranked(shared, places) -> list[dict[str, str]]:
    """The ranking of all cities, by the one command."""
    out = places.with_name("rank.csv")
    assert main(national(shared, places, out, index=",".join(VARIANTS))) == 0
    with out.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reckoned(shared, stations) -> dict[str, dict]:
    """Days, statistics and indices of each city, one value after another, exactly."""
    table = pq.read_table(shared / DAILY)
    june = pc.and_(
        pc.greater_equal(table["date"], date(2019, 6, 1)),
        pc.less_equal(table["date"], date(2019, 6, 30)),
    )
    held = defaultdict(dict)
    for row in table.filter(june).to_pylist():
        values = {}
        for key, column in ITEMS.items():
            if row[column] is not None:
                value = Fraction(round(row[column] * 1000), 1000)
                values[key] = ref.reported(key.split("_")[0], value)
        held[row["site"]][row["date"].day] = values
    members = defaultdict(list)
    for code, (city, background) in stations.items():
        if not background:
            members[city].append(code)
    return {city: city_month(held, codes) for city, codes in members.items()}


def city_month(held: dict, codes: list[str]) -> dict:
    """Statistics and indices of one city from its stations' days of June 2019."""
    working = [code for code in codes if any(held[code].values())]
    days = []
    for day in range(1, 31):
        mean = {}
        for key in ITEMS:
            values = [held[c].get(day, {}).get(key) for c in working]
            there = [v for v in values if v is not None]
            if there and Fraction(len(there), len(working)) >= Fraction(3, 4):
                mean[key] = ref.reported(key.split("_")[0], ref.mean(there))
        days.append(mean)
    stats = ref.period_statistics(days)
    return {
        "few": any(sum(key in day for day in days) < 27 for key in ITEMS),
        "stats": stats,
        "aqi": [a for a in (ref.daily_aqi(day, "2012")["aqi"] for day in days) if a is not None],
        **{name: ref.composite_index(stats, name) for name in VARIANTS},
    }


def number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def test_index_and_rank_of_every_city_are_exact(ranked, reckoned):
    assert {row["place"] for row in ranked} == set(reckoned)
    assert len(ranked) > 350
    for name in VARIANTS:
        first = name == VARIANTS[0]
        column, rank = ("index", "rank") if first else (f"index[{name}]", f"rank[{name}]")
        cities = list(reckoned)
        expected = dict(
            zip(
                cities,
                ref.competition_rank(
                    [None if reckoned[c]["few"] else reckoned[c][name]["index"] for c in cities]
                ),
                strict=True,
            )
        )
        for row in ranked:
            city = row["place"]
            assert number(row[column]) == reckoned[city][name]["index"], (city, name)
            assert (int(row[rank]) if row[rank] else None) == expected[city], (city, name)


def test_statistics_and_single_indices_of_every_city_are_exact(ranked, reckoned):
    entering = {
        "so2": ("so2_ugm3", "so2_mean"),
        "no2": ("no2_ugm3", "no2_mean"),
        "pm10": ("pm10_ugm3", "pm10_mean"),
        "pm25": ("pm25_ugm3", "pm25_mean"),
        "co": ("co_mgm3", "co_p95"),
        "o3": ("o3_mda8_ugm3", "o3_p90"),
    }
    for row in ranked:
        city = reckoned[row["place"]]
        index = city["ranking-2014"]
        for key, (column, statistic) in entering.items():
            assert number(row[column]) == city["stats"][statistic], (row["place"], key)
            single = index["single"][key]
            found = number(row[f"index_{key}"])
            assert found == (None if single is None else ref.round_half_even(single, 3))
        if index["index"] is not None:
            largest = max(index["single"].values())
            assert number(row["index_max"]) == ref.round_half_even(largest, 3)
        assert int(row["valid_days"]) == len(city["aqi"])
        if city["aqi"]:
            good = Fraction(sum(a <= 100 for a in city["aqi"]), len(city["aqi"]))
            assert number(row["good_day_ratio"]) == ref.round_half_even(good, 3)


def test_the_ranking_reads_from_the_best_to_the_last(ranked, reckoned):
    ranks = [int(row["rank"]) for row in ranked if row["rank"]]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1
    # A place without rank is listed at the end, with its index where there is one, and why.
    tail = ranked[len(ranks) :]
    assert all(row["rank"] == "" and "有效天数不足" in row["note"] for row in tail)
    assert any(row["index"] for row in tail)
    print(
        f"{len(ranked)} cities, {len(ranks)} ranked; first {ranked[0]['place']} "
        f"{ranked[0]['index']}, last {ranked[len(ranks) - 1]['place']} "
        f"{ranked[len(ranks) - 1]['index']}"
    )
    for name in VARIANTS[1:]:
        moved = [abs(int(row["rank"]) - int(row[f"rank[{name}]"])) for row in ranked if row["rank"]]
        print(f"  {name}: {sum(m > 0 for m in moved)} cities change rank, at most by {max(moved)}")
    assert any(row["rank"] != row["rank[new-limits-new-weights]"] for row in ranked)
    assert len(reckoned) == len(ranked)


def test_the_rules_and_doubts_are_said_in_every_row(ranked):
    assert {row["rules"] for row in ranked} == {"HJ633-2012; ranking-2014"}
    assert all("未核实" in row["note"] for row in ranked)


def national(shared: Path, places: Path, out: Path, /, **other: str) -> list[str]:
    """The command on the national table, some options other than usual."""
    options = {
        "--days": str(shared / DAILY),
        "--period": "2019-06",
        "--level": "city",
        "--o3": "O3_mda8_calc",
        "--places": str(places),
        "-o": str(out),
    }
    options |= {"-o" if n == "o" else f"--{n.replace('_', '-')}": v for n, v in other.items()}
    return ["rank", *(word for option in options.items() for word in option)]


def test_two_columns_of_ozone_must_be_told_apart(shared, places, tmp_path, refused):
    words = national(shared, places, tmp_path / "r.csv")
    at = words.index("--o3")
    said = refused(*words[:at], *words[at + 2 :])
    assert "O3_8h_24h, O3_mda8_calc" in said
    assert "--o3 COLUMN" in said
    assert "O3_none" in refused(*national(shared, places, tmp_path / "r.csv", o3="O3_none"))


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("period", "2018-06", "2018-06"),
        ("period", "2019-13", "2019-13"),
        ("period", "2019-06-30..2019-06-01", "2019-06-01"),
        ("rules", "HJ633-2099", "HJ633-2099"),
        ("index", "ranking-2099", "ranking-2099"),
        ("min_days", "-1", "--min-days"),
        ("o", "rank.txt", "rank.txt"),
        ("o", "nowhere/rank.csv", "nowhere"),
        ("places", "absent.csv", "absent.csv"),
        ("days", "absent.parquet", "absent.parquet"),
        ("against", "same-period-last-year", "2018-06"),
        ("against", "yesterday", "yesterday"),
    ],
)
def test_what_cannot_be_is_refused(
    shared, places, tmp_path, refused, monkeypatch, option, value, word
):
    monkeypatch.chdir(tmp_path)
    assert word in refused(*national(shared, places, "rank.csv", **{option: value}))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Five stations of two cities in May and June 2019."""
    hours = made_hours(date(2019, 5, 1), date(2019, 6, 30))
    return made_lake(tmp_path_factory.mktemp("small") / "lake", hours)


def test_the_lake_and_its_own_table_of_days_give_one_ranking(small, tmp_path, done):
    days, places = tmp_path / "days.csv", tmp_path / "places.csv"
    places.write_text(PLACES, "utf-8")
    period = ["--period", "2019-06", "--level", "city", "--min-days", "20"]
    done("rank", small, *period, "-o", tmp_path / "a.csv")
    done("evaluate", small, "--from", "2019-06-01", "--to", "2019-06-30", "-o", days)
    done("rank", "--days", days, "--places", places, *period, "-o", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert len((tmp_path / "a.csv").read_text("utf-8").splitlines()) == 3


def test_change_on_an_earlier_period(small, tmp_path, done):
    words = ["rank", small, "--period", "2019-06", "--level", "city", "--against", "2019-05"]
    done(*words, "-o", tmp_path / "rank.csv")
    with (tmp_path / "rank.csv").open(encoding="utf-8") as file:
        june = list(csv.DictReader(file))
    done("rank", small, "--period", "2019-05", "--level", "city", "-o", tmp_path / "may.csv")
    with (tmp_path / "may.csv").open(encoding="utf-8") as file:
        may = {row["place"]: Fraction(row["index"]) for row in csv.DictReader(file)}
    changes = []
    for row in june:
        earlier = may[row["place"]]
        change = (Fraction(row["index"]) - earlier) / earlier * 100
        changes.append(Fraction(row["change_pct"]))
        assert changes[-1] == ref.round_half_even(change, 1)
    able = [change if row["rank"] else None for change, row in zip(changes, june, strict=True)]
    better = [int(r["improvement_rank"]) if r["improvement_rank"] else None for r in june]
    assert better == ref.competition_rank(able)


def test_months_among_the_last_are_counted_back(small, tmp_path, done):
    words = ["rank", small, "--period", "2019-06", "--min-days", "15", "-o", tmp_path / "rank.csv"]
    found = {}
    for last in ("1", "5"):
        done(*words, "--among-last", last)
        with (tmp_path / "rank.csv").open(encoding="utf-8") as file:
            found[last] = [int(row["months_among_last"]) for row in csv.DictReader(file)]
    assert found["5"] == [2, 2, 2, 2, 2]
    assert found["1"][:-1] == [0, 0, 0, 0]
    assert found["1"][-1] in (1, 2)


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["--period", "2019-07"], "2019-05-01 to 2019-06-30"),
        (["--period", "2019-06", "--level", "township"], "township"),
        (["--period", "2019-06", "--against", "same-period-last-year"], "2018-06"),
        (["--period", "2019-06", "--days", "days.csv"], "either DIR or --days"),
        (["--period", "2019-06", "--o3", "O3"], "--o3"),
        (["--period", "2019-06", "--level", "city", "--places", "absent.csv"], "absent.csv"),
        (["--period", "2019-06", "--among-last", "0"], "--among-last"),
        (["--period", "2019-05..2019-06", "--among-last", "3"], "--among-last"),
        (["--period", "2019-06", "--as-of", "99"], "99"),
    ],
)
def test_what_a_lake_cannot_give_is_refused(small, tmp_path, refused, words, word):
    assert word in refused("rank", small, *words, "-o", tmp_path / "rank.csv")
    assert list(tmp_path.iterdir()) == []


def test_neither_lake_nor_table_and_idle_options_are_refused(tmp_path, refused):
    words = ["--period", "2019-06", "-o", tmp_path / "rank.csv"]
    assert "either DIR or --days" in refused("rank", *words)
    assert "--as-of" in refused("rank", "--days", "days.csv", "--as-of", "1", *words)
    approved = refused("rank", "--days", "days.csv", "--exclude-approved", *words)
    assert "--exclude-approved" in approved
    Lake.init(tmp_path / "empty")
    assert "lantian lake add" in refused("rank", tmp_path / "empty", *words)
    assert "lantian lake init" in refused("rank", tmp_path / "none", *words)


@pytest.mark.parametrize(
    ("period", "change", "rules"),
    [
        ("2018-08-20..2018-09-10", "2018-09-01", "HJ633-2012"),
        ("2026-02-20..2026-03-10", "2026-03-01", "HJ633-2026"),
    ],
)
def test_a_period_across_a_change_is_ranked_by_one_rule_set_and_says_so(
    tmp_path, done, period, change, rules
):
    span = parse_period(period)
    folder = made_lake(tmp_path / "lake", made_hours(span.first, span.last, gaps=0.0))
    out, err = done("rank", folder, "--period", period, "-o", tmp_path / "rank.csv")
    said = f"crosses the change of {change}"
    assert said in err
    assert f"all of it is judged by {rules}" in err
    with (tmp_path / "rank.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert all(row["rules"].startswith(f"{rules}; ") and said in row["note"] for row in found)
    assert "5 有排名" in out
