"""A drone's flight: what it measured, by layers of height."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest

type Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layer:
    """What was measured in a layer of air.

    `low_m` belongs to the layer, `high_m` to the next; `mean`, `low`, `high` are NaN where
    nothing was measured.
    """

    low_m: float
    high_m: float
    number: int
    mean: float
    low: float
    high: float


def by_height(height_m: Doubles, values: Doubles, *, layer_m: float = 10.0) -> list[Layer]:
    """Return the layers between the lowest and the highest measurement, the empty ones too.

    Parameters
    ----------
    height_m, values : ndarray of float64, shape (n,)
        Above the ground; measurements where either is NaN do not count.
    layer_m : float
        Thickness.

    Raises
    ------
    BadRequest
        If the thickness is not above 0.

    Examples
    --------
    >>> for layer in by_height(np.array([3.0, 8.0, 25.0]), np.array([60.0, 50.0, 20.0])):
    ...     print(layer.low_m, layer.number, layer.mean)
    0.0 2 55.0
    10.0 0 nan
    20.0 1 20.0
    """
    if not layer_m > 0:
        raise BadRequest(
            f"层厚 {layer_m} 不大于 0 / a layer's thickness must be above 0",
            where="layer_m",
            fix="如 10 / as 10",
        )
    there = np.isfinite(height_m) & np.isfinite(values)
    if not there.any():
        return []
    number = np.floor(height_m[there] / layer_m).astype(np.int64)
    measured = values[there]
    return [
        _layer(measured[number == n], float(n * layer_m), float((n + 1) * layer_m))
        for n in range(int(number.min()), int(number.max()) + 1)
    ]


def _layer(measured: Doubles, low_m: float, high_m: float) -> Layer:
    if not measured.size:
        return Layer(low_m, high_m, 0, np.nan, np.nan, np.nan)
    mean, low, high = (float(f(measured)) for f in (np.mean, np.min, np.max))
    return Layer(low_m, high_m, measured.size, mean, low, high)
