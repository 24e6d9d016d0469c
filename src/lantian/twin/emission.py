"""What the sources of the fictional county emit hour by hour, as points for the plume."""

from typing import Final

import numpy as np

from lantian.terms.hour import BEIJING_H
from lantian.twin.county import County
from lantian.twin.place import plane
from lantian.twin.plume import Emitters
from lantian.twin.source import EMITTED, Profile
from lantian.twin.weather import Floats

#: 1970-01-01 was a Thursday.
_FIRST_WEEKDAY: Final = 3


def emitters(county: County, h_from: int, h_to: int) -> Emitters:
    """Points and activity of all sources in hours [h_from, h_to).

    Examples
    --------
    >>> from lantian.twin.county import county
    >>> found = emitters(county(), 490_000, 490_024)
    >>> found.activity.shape == (len(county().sources), 24)
    True
    """
    share = {name: _factors(profile, h_from, h_to) for name, profile in county.profiles.items()}
    points, heights, spreads, owners, rates = [], [], [], [], []
    for number, source in enumerate(county.sources):
        for lon, lat in source.points:
            points.append(plane(lon, lat))
            heights.append(source.stack_m)
            spreads.append(source.spread_m)
            owners.append(number)
            rates.append([rate / len(source.points) for rate in source.emissions])
    x_km, y_km = np.array(points).T.copy()
    return Emitters(
        x_km,
        y_km,
        np.array(heights),
        np.array(spreads),
        np.array(owners),
        np.array(rates),
        np.array([share[source.profile] for source in county.sources]),
    )


def neighbour_emission(county: County, h_from: int, h_to: int) -> Floats:
    """Rates in kg/h of a neighbouring county whose burden is 1, shape (6, hours)."""
    total = np.zeros((len(EMITTED), h_to - h_from))
    for part in county.neighbour.emissions:
        factors = _factors(county.profiles[part.profile], h_from, h_to)
        total += np.array(part.emissions)[:, None] * factors
    return total


def _factors(profile: Profile, h_from: int, h_to: int) -> Floats:
    """Share of its rates at which a profile runs in each hour."""
    local = np.arange(h_from, h_to, dtype=np.int64) - 1 + BEIJING_H
    day = local // 24
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    factors: Floats = (
        np.array(profile.hours)[local % 24]
        * np.array(profile.weekdays)[(day + _FIRST_WEEKDAY) % 7]
        * np.array(profile.months)[month]
    )
    return factors
