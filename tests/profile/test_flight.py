"""A flight's layers hold every measurement once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.profile.flight import by_height

HEIGHTS = st.lists(st.integers(-50, 5_000).map(lambda tenths: tenths / 10), min_size=1, max_size=60)


@given(HEIGHTS, st.sampled_from([5.0, 10.0, 50.0]))
def test_every_measurement_is_in_the_layer_of_its_height(
    heights: list[float], layer_m: float
) -> None:
    height_m = np.array(heights)
    layers = by_height(height_m, height_m, layer_m=layer_m)
    assert sum(layer.number for layer in layers) == height_m.size
    for layer in layers:
        assert layer.high_m - layer.low_m == layer_m
        if layer.number:
            assert layer.low_m <= layer.low <= layer.high < layer.high_m
            assert layer.low - 1e-9 <= layer.mean <= layer.high + 1e-9


def test_nothing_measured_is_no_layer_and_no_thickness_is_refused() -> None:
    assert by_height(np.array([np.nan, 10.0]), np.array([5.0, np.nan])) == []
    with pytest.raises(BadRequest):
        by_height(np.array([1.0]), np.array([1.0]), layer_m=0)
