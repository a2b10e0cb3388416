"""A data folder of another version is refused in one line, not read wrong and not with a traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numpy.lib import recfunctions

from rempart.errors import LedgerError
from rempart.ledger.checkpoint import load_latest, save
from rempart.pipeline.course import Course
from rempart.settings import Settings

Arrays = dict[str, Any]


def without(name: str) -> Callable[[Arrays], Arrays]:
    return lambda arrays: {each: array for each, array in arrays.items() if not each.endswith(name)}


@pytest.mark.parametrize(
    "older",
    [
        lambda arrays: arrays | {"accounts": recfunctions.drop_fields(arrays["accounts"], "rows_day")},
        without("house.tips"),
        without("care.people"),
        without(".visits"),
        lambda arrays: arrays | {"house.later": arrays["canon"]},
    ],
    ids=["a field less", "no tips", "care", "shard", "one more"],
)
def test_other_state_names_the_version_and_what_to_do(
    tmp_path: Path, older: Callable[[Arrays], Arrays]
) -> None:
    data = tmp_path / "data"
    Course.open(data, Settings(), enforce=False, live=False, shards=2).close()
    Course.open(data, Settings(), enforce=False, live=False, shards=1).close()
    kept = load_latest(data)
    assert kept is not None
    changed = older(kept.arrays)
    assert changed.keys() != kept.arrays.keys() or "rows_day" not in changed["accounts"].dtype.names
    save(data, kept.seq, changed, kept.meta)
    with pytest.raises(LedgerError, match="written by another version of Rempart"):
        Course.open(data, Settings(), enforce=False, live=False)
