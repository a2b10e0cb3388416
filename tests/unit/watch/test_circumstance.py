"""How much a patient counts that is opened somewhere, sometime, unusual."""

import numpy as np

from rempart.watch.circumstance import MOST, circumstance


def weight(place: float, hour: float, slept: float) -> float:
    return float(circumstance(np.float32(place), np.float32(hour), np.float32(slept)))


def test_the_usual_place_and_hour_count_nothing() -> None:
    assert weight(0, 0.3, 0) == 0
    assert weight(0, 1.5, 2) == 0


def test_each_oddity_adds_and_none_runs_away() -> None:
    assert 0 < weight(3, 0, 0) < weight(3, 4, 0) < weight(3, 4, 40)
    assert weight(60, 60, 3_000) == np.float32(MOST)
