"""What agreement is worth: names by how common they are, twins told apart, first names by the decade the row states."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from rempart.leak.chunk import Chunk
from rempart.leak.compare import FIELDS, Compared
from rempart.leak.frequencies import discounted
from rempart.leak.population import build
from rempart.leak.side import Side
from rempart.leak.tables import typed
from rempart.leak.weigh import Weights, score

sys.path.insert(0, str(Path(__file__).parents[2] / "lab"))
from french_people import Country, people

OURS = people(Country.draw(11, 4000), 3000, 1)

SIZE = len(OURS["nom"])


def population_side() -> Side:
    cells = tuple(pa.array(values, pa.large_string()) for values in OURS.values())
    columns, _, size = typed([Chunk("t", tuple(OURS), cells)])
    return build(columns, size, 20_000, lambda column: np.arange(len(column), dtype=np.uint64)).side


def weight(**levels: int) -> float:
    """The log likelihood ratio of one pair of these levels that chance gives one stranger in e^40."""
    word = sum(level << (4 * FIELDS.index(name)) for name, level in levels.items())
    pair = Compared(
        np.array([0, 1]), np.zeros(1, np.int32), np.array([word], np.uint64), np.array([-40], np.float32)
    )
    return float(score(population_side(), pair, Weights.start().log_m)[1][0])


def test_another_first_name_and_sex_on_the_same_birthday_is_a_twin() -> None:
    share_of_ours = math.log(SIZE)
    assert weight(given=5, family=1, birth=1, sex=5) < share_of_ours
    assert weight(given=5, family=1, birth=1, sex=1) > share_of_ours
    assert weight(given=5, family=1, birth=1, sex=5, nir=1) > share_of_ours + 10
    assert weight(given=1, family=1, birth=1, sex=5) > share_of_ours + 10


def test_a_name_borne_once_is_rarer_than_one_in_the_population() -> None:
    counts = np.array([1] * 60 + [2] * 20 + [500])
    lowered = discounted(counts)
    assert lowered[0] == pytest.approx(1 - 60 / 100)
    assert lowered[-1] == pytest.approx(500, rel=0.01)
    assert (discounted(np.array([1, 1, 1])) > 0).all()
