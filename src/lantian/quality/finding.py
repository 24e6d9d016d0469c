"""A finding: why a station's hours look manipulated, as figures and as a sentence; append-only."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lantian.terms.pollutant import POLLUTANTS, Pollutant

_BY_KEY: Final[dict[str, Pollutant]] = {p.key: p for p in POLLUTANTS}


class Check(StrEnum):
    """What is looked for; each has its clause of that name in the book `quality`."""

    SMOOTH = "smooth"
    ALIKE = "alike"
    LIMIT_HOURS = "limit-hours"
    LIMIT_DAYS = "limit-days"
    WETTING = "wetting"
    BLOCKING = "blocking"
    UPKEEP = "upkeep"
    GAPS = "gaps"


#: Sentence of each check, Chinese and English; the words in braces are names of figures.
_SENTENCES: Final[dict[Check, tuple[str, str]]] = {
    Check.SMOOTH: (
        "{symbol}逐时变化过于平滑：粗糙度{rough:.2f}，为同期各站中位数的{level_pct:.0f}%",
        "{symbol} changes too smoothly from hour to hour: roughness {rough:.2f}, "
        "{level_pct:.0f} % of the median of the stations",
    ),
    Check.ALIKE: (
        "{symbol}逐时变化量与{other}站的相关系数为{r:.3f}，次相似站仅{second_r:.3f}；"
        "数值完全相同的小时占{equal_pct:.0f}%",
        "{symbol} moves from hour to hour as station {other} does: correlation {r:.3f}, with "
        "the next most similar station {second_r:.3f}; equal values in {equal_pct:.0f} % of hours",
    ),
    Check.LIMIT_HOURS: (
        "{symbol}小时值聚集在限值{limit:g} {unit}之下：紧邻其下{below:.0f}个，其上{above:.0f}个；"
        "{visits:.0f}次接近中位于其下的占{share_pct:.0f}%，按分布应为{expected_pct:.0f}%"
        "（z={z:.1f}）",
        "{symbol} hours heap below {limit:g} {unit}: {below:.0f} just below, {above:.0f} just "
        "above; of {visits:.0f} approaches {share_pct:.0f} % stay below, where the density "
        "suggests {expected_pct:.0f} % (z = {z:.1f})",
    ),
    Check.LIMIT_DAYS: (
        "{symbol}日值聚集在限值{limit:g} {unit}之下：紧邻其下{below:.0f}天，其上{above:.0f}天；"
        "{visits:.0f}次接近中位于其下的占{share_pct:.0f}%，按分布应为{expected_pct:.0f}%"
        "（z={z:.1f}）",
        "{symbol} days heap below {limit:g} {unit}: {below:.0f} just below, {above:.0f} just "
        "above; of {visits:.0f} approaches {share_pct:.0f} % stay below, where the density "
        "suggests {expected_pct:.0f} % (z = {z:.1f})",
    ),
    Check.WETTING: (
        "粗颗粒物（PM10减PM2.5）有{hours:.0f}小时降至相关站点推算值的{ratio_pct:.0f}%（推算"
        "{expected:.0f} {unit}），而PM2.5、NO2、CO无异常{weather_zh}",
        "coarse particles (PM10 less PM2.5) fell to {ratio_pct:.0f} % of what the neighbours say "
        "({expected:.0f} {unit}) in {hours:.0f} hours while PM2.5, NO2 and CO stayed usual"
        "{weather_en}",
    ),
    Check.BLOCKING: (
        "PM10与PM2.5有{hours:.0f}小时同时降至相关站点推算值的{ratio_pct:.0f}%（推算PM10 "
        "{expected:.0f} {unit}），而NO2、CO无异常{weather_zh}",
        "PM10 and PM2.5 together fell to {ratio_pct:.0f} % of what the neighbours say (PM10 "
        "{expected:.0f} {unit}) in {hours:.0f} hours while NO2 and CO stayed usual{weather_en}",
    ),
    Check.UPKEEP: (
        "{days:.0f}天共{hours:.0f}小时的校准或维护落在高值时段：相关站点推算{symbol}为"
        "{expected:.0f} {unit}，其他日同时段{usual:.0f}；"
        "均值因此偏低{effect_pct:.1f}%（z={z:.1f}）",
        "{hours:.0f} hours of calibration or maintenance on {days:.0f} days fall in high hours: "
        "the neighbours say {symbol} {expected:.0f} {unit}, on other days at those hours "
        "{usual:.0f}; the mean is {effect_pct:.1f} % lower by it (z = {z:.1f})",
    ),
    Check.GAPS: (
        "{days:.0f}天共{hours:.0f}小时缺测落在高值时段：相关站点推算{symbol}为"
        "{expected:.0f} {unit}，其他日同时段{usual:.0f}；"
        "均值因此偏低{effect_pct:.1f}%（z={z:.1f}）",
        "{hours:.0f} missing hours on {days:.0f} days fall in high hours: the neighbours say "
        "{symbol} {expected:.0f} {unit}, on other days at those hours {usual:.0f}; the mean is "
        "{effect_pct:.1f} % lower by it (z = {z:.1f})",
    ),
}
_OWN_PAST: Final = (
    "，为本站此前水平的{change_pct:.0f}%",
    ", {change_pct:.0f} % of what it was at this station before",
)
_WEATHER: Final = {
    "known": ("，风与湿度也不能解释", ", which neither wind nor humidity explains"),
    "unknown": ("（无气象数据）", " (weather unknown)"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One suspicion, for a person to look into; it changes no value and proves nothing.

    Attributes
    ----------
    check : Check
    station, pollutant : str
        Code of the station, key of the pollutant.
    first_hour, last_hour : int
        Hour numbers judged, both included.
    figures : tuple of (name, number or word)
        The evidence, rounded; concentrations in the unit of the pollutant.
    clause : str
        Entry of the rule book that held the thresholds.
    """

    check: Check
    station: str
    pollutant: str
    first_hour: int
    last_hour: int
    figures: tuple[tuple[str, float | str], ...]
    clause: str

    @property
    def id(self) -> str:
        """Identity by content: SHA-256 of all fields.

        Examples
        --------
        >>> figures = (("rough", 0.61), ("level_pct", 45.0))
        >>> Finding(Check.SMOOTH, "1001A", "pm25", 1, 720, figures, "smooth-1").id[:12]
        'b589d479e4f5'
        """
        content = (
            *(self.check.value, self.station, self.pollutant),
            *(self.first_hour, self.last_hour, self.figures, self.clause),
        )
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def zh(self) -> str:
        """Return the evidence as a Chinese sentence."""
        return f"{self.station}站：{self._sentence(0)}。"

    @property
    def en(self) -> str:
        """Return the evidence as an English sentence.

        Examples
        --------
        >>> figures = (("rough", 0.61), ("level_pct", 45.0))
        >>> print(Finding(Check.SMOOTH, "1001A", "pm25", 1, 720, figures, "smooth-1").en)
        Station 1001A: PM2.5 changes too smoothly from hour to hour: roughness 0.61, 45 % of \
the median of the stations.
        """
        return f"Station {self.station}: {self._sentence(1)}."

    def _sentence(self, language: int) -> str:
        figures = dict(self.figures)
        text = _SENTENCES[self.check][language]
        if self.check is Check.SMOOTH and "change_pct" in figures:
            text += _OWN_PAST[language]
        pollutant = _BY_KEY[self.pollutant]
        weather = _WEATHER.get(str(figures.get("weather")), ("", ""))
        return text.format(
            symbol=pollutant.symbol,
            unit=pollutant.unit.replace("ug", "μg").replace("m3", "m³"),
            weather_zh=weather[0],
            weather_en=weather[1],
            **figures,
        )
