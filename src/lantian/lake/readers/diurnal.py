"""A clock that is hours off shows in ozone: its mean day peaks after noon, everywhere."""

from typing import Final

from lantian.terms.pollutant import O3, POLLUTANTS

_O3: Final = POLLUTANTS.index(O3)
_FEWEST_DAYS: Final = 5
_FEWEST_STATION_DAYS: Final = 100
_FEWEST_DAYS_ALONE: Final = 20
_FEWEST_HOURS_OF_DAY: Final = 18
#: Local hours (ending) at which the first harmonic of ozone's mean day may peak.
_PEAK: Final = (11.0, 20.0)
_USUAL_PEAK_H: Final = 15.5
#: Share of the mean that the first harmonic must have; a flat day tells nothing.
_CLEAR: Final = 0.2
