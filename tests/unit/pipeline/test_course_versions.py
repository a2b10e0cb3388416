"""A data folder of another version is refused in one line, not read wrong and not with a traceback."""

from pathlib import Path

import pytest
from numpy.lib import recfunctions

from rempart.errors import LedgerError
from rempart.ledger.checkpoint import load_latest, save
from rempart.pipeline.course import Course
from rempart.settings import Settings


def test_state_with_other_fields_names_the_version_and_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    Course.open(data, Settings(), enforce=False, live=False).close()
    Course.open(data, Settings(), enforce=False, live=False).close()
    kept = load_latest(data)
    assert kept is not None
    older = kept.arrays | {"accounts": recfunctions.drop_fields(kept.arrays["accounts"], "rows_day")}
    save(data, kept.seq, older, kept.meta)
    with pytest.raises(LedgerError, match="written by another version of Rempart"):
        Course.open(data, Settings(), enforce=False, live=False)
