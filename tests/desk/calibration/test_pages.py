"""The pages of calibration: states and reasons, versions, values beside their reference."""

import json
import re
from datetime import date
from typing import Any, Final

from lantian.flows.calibration import accepted_versions, calibrate_day
from lantian.terms.pollutant import O3

#: A week later, when a calibration is due again.
DAY_AFTER: Final = date(2026, 3, 27)


def embedded(html: str, name: str) -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found is not None
    return json.loads(found[1])


def test_the_list_says_which_are_calibrated_and_why_others_are_not(pages, client_as) -> None:
    client = client_as("department")
    html = client.get("/calibration/?item=o3").content.decode()
    (made,) = accepted_versions(pages, "M1", O3)
    first, second = (html.index(f"/calibration/{code}/?item=o3") for code in ("M1", "M2"))
    assert "采用" in html[first:second]
    assert made.version[:8] in html[first:second]
    assert "9A" in html[first:second]
    assert "参比数据太少" in html[second:]
    assert "1 / 2" in html
    none = client.get("/calibration/?item=co").content.decode()
    assert none.count("尚未校准") == 2


def test_a_station_shows_raw_calibrated_and_reference_with_all_versions(pages, client_as) -> None:
    again = accepted_versions(pages, "M1", O3)[0]
    calibrate_day(pages, DAY_AFTER, pollutants=[O3])
    html = client_as("department").get("/calibration/M1/?item=o3").content.decode()
    versions = accepted_versions(pages, "M1", O3)
    assert [v.version in html for v in versions] == [True, True]
    assert again in versions
    lines = embedded(html, "calibration-series")["series"]
    raw, made, reference = (line["values"] for line in lines)
    assert len(raw) == 28 * 24
    away = [abs(m - r) for m, r in zip(made, reference, strict=True) if m is not None]
    far = [abs(m - r) for m, r in zip(raw, reference, strict=True) if m is not None]
    assert max(away) < 1 < sum(far) / len(far)
    assert made[0] is None  # nothing was valid then
    points = embedded(html, "calibration-scatter")["points"]
    assert {p["group"] for p in points} == {"原始值", "校准值"}


def test_a_refused_station_says_why(pages, client_as) -> None:
    html = client_as("department").get("/calibration/M2/?item=o3").content.decode()
    assert "最近一次校准不采用" in html
    assert "参比数据太少" in html
    assert embedded(html, "calibration-scatter")["points"] == []


def test_pages_in_english_and_of_nothing(pages, client_as) -> None:
    client = client_as("department")
    assert "too few references" in client.get("/calibration/M2/?item=o3&lang=en").content.decode()
    assert client.get("/calibration/9A/").status_code == 404
    assert client.get("/calibration/?item=xx").status_code == 400


def test_who_may_not_read_the_air_is_refused(pages, client_as) -> None:
    assert client_as("administrator").get("/calibration/").status_code == 403
