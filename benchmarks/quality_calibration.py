"""Error of calibrated micro-stations beside raw values and published corrections, same splits.

    LANTIAN_SHARED=../shared python benchmarks/quality_calibration.py [--quick]

Reads sensor_collocation of the shared data. Prints Markdown tables: PurpleAir PM2.5 by sensor,
by monitor and by day left out and as it would have run in time; the same for electrochemical and
metal-oxide sensors; and each sensor alone. --quick leaves out what runs in time.
"""

import argparse
import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lantian.quality.calibration import Judgement, Origin
from lantian.quality.calibration_left_out import left_out
from lantian.quality.calibration_pairs import Pairs, pairs_of
from lantian.quality.calibration_score import judge
from lantian.quality.calibration_values import apply, rolling
from lantian.quality.robust import Floats, floats
from lantian.rules.book import book
from lantian.rules.clauses import CalibrationClause

FOLDER = Path(os.environ.get("LANTIAN_SHARED", "../shared")) / "data" / "sensor_collocation"

type Predicted = dict[str, Floats]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Set:
    """Pairs of one data set with their clause and the groups that are left out."""

    name: str
    unit: str
    pairs: Pairs
    clause: CalibrationClause

    @property
    def reference(self) -> Floats:
        return floats(self.pairs.reference)

    @property
    def raw(self) -> Floats:
        return floats(self.pairs.raw)


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows: list[dict[str, str]], name: str, missing: float | None = None) -> Floats:
    values = np.array([float(row[name]) if row[name] not in ("", "NA") else np.nan for row in rows])
    return values if missing is None else np.where(values == missing, np.nan, values)


def hours(stamps: list[str]) -> npt.NDArray[np.int64]:
    return np.array(stamps, "datetime64[h]").astype(np.int64)


def stamp(date: str, time: str) -> str:
    """ISO form of d/m/Y and H:M:S, padded or not."""
    day, month, year = date.split("/")
    return f"{year}-{month:>02}-{day:>02}T{time:>08}"


def purpleair() -> Set:
    """Daily PM2.5 of 18 PurpleAir; A_B_Avg is the mean of the cf_1 channels."""
    rows = table("purpleair_aqs_daily_2021-2023.csv")
    pairs = pairs_of(
        [row["sensor_index"] for row in rows],
        hours([row["DAILY"] for row in rows]) + 24,
        column(rows, "A_B_Avg"),
        column(rows, "conc"),
        rh_pct=column(rows, "humidity_a"),
        temp_c=column(rows, "temp_Celsius"),
    )
    return Set("PurpleAir PM2.5", "ug/m3", pairs, clause("pm25"))


def quant(item: str) -> Set:
    """Hourly NO2 or O3 in ppb; LCS1 follows NO2 and LCS2 follows O3; no weather is given."""
    rows = table("quant_no2_o3_lcs_hourly.csv")
    own, other = ("LCS1", "LCS2") if item == "no2" else ("LCS2", "LCS1")
    pairs = pairs_of(
        ["lcs"] * len(rows),
        hours([row["Timestamp"].removesuffix("Z") for row in rows]),
        column(rows, own),
        column(rows, item.upper()),
        cross=column(rows, other),
    )
    dry = replace(clause(item), slope_with=(), offset_with=("cross",))
    return Set(f"QUANT {item.upper()} ({own})", "ppb", pairs, dry)


def uci(item: str) -> Set:
    """Hourly CO or NO2 of a road site; the raw value is the response of a metal oxide."""
    rows = table("AirQualityUCI.csv")
    own, reference = {"co": ("PT08_S1_CO", "CO_GT"), "no2": ("PT08_S4_NO2", "NO2_GT")}[item]
    pairs = pairs_of(
        ["pt08"] * len(rows),
        hours([stamp(row["Date"], row["Time"]) for row in rows]),
        column(rows, own, -200),
        column(rows, reference, -200),
        rh_pct=column(rows, "RH", -200),
        temp_c=column(rows, "T", -200),
        cross=column(rows, "PT08_S5_O3", -200),
    )
    unit = "mg/m3" if item == "co" else "ug/m3"
    # A response has no unit of concentration, so no saturation in one.
    return Set(f"UCI {item.upper()} ({own})", unit, pairs, replace(clause(item), saturation=1e6))


def clause(item: str) -> CalibrationClause:
    return book("calibration").entry(f"micro-{item}").clause


def monitors(pairs: Pairs) -> npt.NDArray[np.int64]:
    """Group of each row: sensors whose reference values are equal on most common days."""
    group = np.arange(len(pairs.names))
    for one in range(len(pairs.names)):
        for other in range(one):
            mine, theirs = (pairs.part(pairs.sensor == s) for s in (one, other))
            _, a, b = np.intersect1d(mine.hour, theirs.hour, return_indices=True)
            same = mine.reference[a] == theirs.reference[b]
            if len(same) >= 10 and same.mean() > 0.5:
                group[group == group[one]] = group[other]
    return np.asarray(group[pairs.sensor])


# --- peers ----------------------------------------------------------------------------------


def barkjohn(pairs: Pairs) -> Floats:
    """US EPA's correction: 0.524 x PA_cf1 - 0.0862 x RH + 5.75 (Barkjohn et al. 2021,
    doi 10.5194/amt-14-4617-2021). The extended form (Barkjohn et al. 2022, doi
    10.3390/s22249669) is the same below cf_1 = 570, which no row of the file reaches."""
    raw = floats(pairs.raw)
    if not np.nanmax(raw) < 570_000:
        raise ValueError("a row above 570 ug/m3 needs the extended form")
    return 0.524 * raw - 86.2 * pairs.weather.rh_pct + 5750.0


def linear(pairs: Pairs, names: tuple[str, ...], groups: npt.NDArray[np.int64]) -> Floats:
    """Least squares of reference on raw, RH and T, refitted without each group."""
    columns = [floats(pairs.raw), np.full(len(groups), 1000.0)]
    columns += [getattr(pairs.weather, name) for name in names]
    x, y = np.column_stack(columns), floats(pairs.reference)
    known = np.isfinite(x).all(axis=1)
    found = np.full(len(y), np.nan)
    for group in np.unique(groups):
        fit = known & np.isfinite(y) & (groups != group)
        rows = known & (groups == group)
        found[rows] = x[rows] @ np.linalg.lstsq(x[fit], y[fit], rcond=None)[0]
    return found


def linear_in_time(one: Set, names: tuple[str, ...]) -> Floats:
    """Least squares on the trailing window, refitted as often as the calibration."""
    pairs, rule = one.pairs, one.clause
    columns = [floats(pairs.raw), np.full(len(pairs.hour), 1000.0)]
    columns += [getattr(pairs.weather, name) for name in names]
    x, y = np.column_stack(columns), floats(pairs.reference)
    known = np.isfinite(x).all(axis=1)
    found = np.full(len(y), np.nan)
    for sensor in range(len(pairs.names)):
        own = known & (pairs.sensor == sensor)
        for at_h in refits(pairs, sensor, rule):
            fit = own & np.isfinite(y) & (pairs.hour < at_h)
            fit &= pairs.hour >= at_h - 24 * rule.window_d
            rows = own & (pairs.hour >= at_h) & (pairs.hour < at_h + 24 * rule.refit_d)
            if len(np.unique(pairs.hour[fit] // 24)) >= rule.least_d:
                found[rows] = x[rows] @ np.linalg.lstsq(x[fit], y[fit], rcond=None)[0]
    return found


def refits(pairs: Pairs, sensor: int, rule: CalibrationClause) -> Iterator[int]:
    hour = pairs.hour[pairs.sensor == sensor]
    yield from range(int(hour.min()), int(hour.max()) + 1, 24 * rule.refit_d)


# --- as it would have run in time ---------------------------------------------------------------


def in_time(one: Set, origin: Origin, groups: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Values and standard errors by calibrations that saw only what was before each hour."""
    pairs = one.pairs
    value, error = np.full((2, len(pairs.hour)), np.nan)
    for sensor, name in enumerate(pairs.names):
        rows = pairs.sensor == sensor
        hidden = np.isin(groups, groups[rows]) if origin is Origin.NETWORK else ~rows & rows
        span = pairs.hour[rows]
        made = rolling(
            pairs.without_reference(hidden), name, one.clause, int(span.min()), int(span.max())
        )
        part = pairs.part(rows)
        got = apply(made, part.hour, part.raw, part.weather)
        value[rows], error[rows] = floats(got.value_cal), floats(got.error)
    return value, error


# --- printing -------------------------------------------------------------------------------


def line(name: str, seen: Judgement, peak_pct: float, note: str) -> str:
    return (
        f"| {name} | {seen.n} | {seen.rmse / 1000:.3f} | {seen.mae / 1000:.3f} | {seen.r2:.3f} "
        f"| {seen.correlation2:.3f} | {seen.slope:.2f} | {seen.bias_pct:+.1f} | {peak_pct:+.1f} "
        f"| {note} |"
    )


def show(one: Set, title: str, predicted: Predicted, errors: Predicted | None = None) -> None:
    """One table; every row of it is scored on the rows that all of them calibrate."""
    both = np.isfinite(one.reference)
    for values in predicted.values():
        both &= np.isfinite(values)
    print(f"\n### {one.name}: {title}\n")
    print(f"| | n | RMSE {one.unit} | MAE | R2 | r2 | slope | bias % ", end="")
    print("| bias of the highest 3 % | within 1 and 2 errors |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    high = both & (one.reference >= np.quantile(one.reference[both], 0.97))
    for name, values in predicted.items():
        note = ""
        if errors and name in errors:
            away, error = np.abs(values - one.reference)[both], errors[name][both]
            note = f"{(away <= error).mean():.0%}, {(away <= 2 * error).mean():.0%}"
        peak_pct = 100 * (values[high].sum() / one.reference[high].sum() - 1)
        seen = judge(values[both], one.reference[both], one.clause)
        print(line(name, seen, peak_pct, note))


def show_sensors(one: Set, predicted: Predicted, groups: npt.NDArray[np.int64]) -> None:
    print(f"\n### {one.name}: each sensor left out\n")
    print("| sensor | days | monitor | " + " | ".join(predicted) + " | R2 | slope | accepted |")
    print("| --- | ---: | ---: |" + " ---: |" * (len(predicted) + 2) + " --- |")
    for sensor, name in enumerate(one.pairs.names):
        rows = one.pairs.sensor == sensor
        seen = [judge(v[rows], one.reference[rows], one.clause) for v in predicted.values()]
        last, group = seen[-1], groups[rows][0]
        words = "yes" if last.accepted else "no: " + ", ".join(last.refused)
        figures = " | ".join(f"{s.rmse / 1000:.2f}" for s in seen)
        print(
            f"| {name} | {rows.sum()} | {group + 1} | {figures} | {last.correlation2:.2f} "
            f"| {last.slope:.2f} | {words} |"
        )


def many_sensors(one: Set, *, quick: bool) -> None:
    pairs, sensor = one.pairs, one.pairs.sensor.astype(np.int64)
    monitor, day = monitors(pairs), (pairs.hour // 24).astype(np.int64)
    fixed = {"raw": one.raw, "US EPA 2021 (and 2022)": barkjohn(pairs)}
    names = ("rh_pct", "temp_c")
    for title, groups in (("sensor", sensor), ("monitor", monitor), ("day", day)):
        ours = {"Lantian": left_out(pairs, one.clause, groups)}
        peers = {**fixed, "least squares, raw RH T": linear(pairs, names, groups)}
        show(one, f"leave one {title} out", {**peers, **ours})
        if title == "sensor":
            show_sensors(one, {**fixed, **ours}, monitor)
    if quick:
        return
    for title, origin, groups in (
        ("in time, own reference", Origin.OWN, sensor),
        ("in time, own reference hidden", Origin.NETWORK, sensor),
        ("in time, own monitor hidden", Origin.NETWORK, monitor),
    ):
        value, error = in_time(one, origin, groups)
        peers = dict(fixed)
        if origin is Origin.OWN:
            peers["least squares, raw RH T"] = linear_in_time(one, names)
        show(one, title, {**peers, "Lantian": value}, {"Lantian": error})


def one_sensor(one: Set, names: tuple[str, ...], *, quick: bool) -> None:
    day = (one.pairs.hour // 24).astype(np.int64)
    raw = {} if one.name.startswith("UCI") else {"raw": one.raw}
    ours = {"Lantian": left_out(one.pairs, one.clause, day)}
    title = "least squares, raw" + "".join(f" {n.partition('_')[0].upper()}" for n in names)
    show(one, "leave one day out", {**raw, title: linear(one.pairs, names, day), **ours})
    if quick:
        return
    value, error = in_time(one, Origin.OWN, day)
    peers = {**raw, title: linear_in_time(one, names)}
    show(one, "in time", {**peers, "Lantian": value}, {"Lantian": error})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="leave out what runs in time")
    quick = parser.parse_args().quick
    many_sensors(purpleair(), quick=quick)
    for one, names in (
        (quant("no2"), ("cross",)),
        (quant("o3"), ("cross",)),
        (uci("co"), ("rh_pct", "temp_c")),
        (uci("no2"), ("rh_pct", "temp_c", "cross")),
    ):
        one_sensor(one, names, quick=quick)


if __name__ == "__main__":
    main()
