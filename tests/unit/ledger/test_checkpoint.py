from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rempart.errors import LedgerError
from rempart.ledger.checkpoint import load_latest, save
from rempart.records import DECISION

ARRAYS = {
    "plain": np.arange(7, dtype=np.uint64),
    "empty": np.zeros((0, 3), np.float32),
    "matrix": np.arange(6, dtype=np.int32).reshape(2, 3)[:, ::2],
    "records": np.ones(3, DECISION),
    "flags": np.array([True, False]),
}
META = {"words": {"account": ["a", "é\x1b"]}, "n": 5}


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    assert load_latest(tmp_path) is None
    save(tmp_path, 41, ARRAYS, META)
    found = load_latest(tmp_path)
    assert found is not None
    assert (found.seq, found.meta) == (41, META)
    assert list(found.arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].tobytes() == array.tobytes()
        assert found.arrays[name].flags.writeable


def test_only_what_is_wanted_is_read(tmp_path: Path) -> None:
    save(tmp_path, 1, ARRAYS, META)
    found = load_latest(tmp_path, lambda name: name in ("matrix", "flags"))
    assert found is not None
    assert found.meta == META
    assert {name: array.tolist() for name, array in found.arrays.items()} == {
        "matrix": [[0, 2], [3, 5]],
        "flags": [True, False],
    }


def test_the_last_two_are_kept_owner_only(tmp_path: Path) -> None:
    for seq in (5, 9, 10, 123):
        save(tmp_path, seq, {}, {})
    files = sorted((tmp_path / "checkpoints").iterdir())
    assert [int(path.stem) for path in files] == [10, 123]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (*files, tmp_path / "checkpoints"))


@pytest.mark.parametrize("damage", ["first", "middle", "last", "cut", "empty"])
def test_a_damaged_one_falls_back_to_the_one_before(tmp_path: Path, damage: str) -> None:
    save(tmp_path, 1, ARRAYS, {"n": 1})
    path = save(tmp_path, 2, ARRAYS, {"n": 2})
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-1]
    elif damage == "empty":
        content = bytearray()
    else:
        content[{"first": 0, "middle": len(content) // 2, "last": -1}[damage]] ^= 1
    path.write_bytes(content)
    found = load_latest(tmp_path)
    assert found is not None
    assert found.meta == {"n": 1}
    (tmp_path / "checkpoints" / f"{1:020d}.checkpoint").unlink()
    with pytest.raises(LedgerError, match="no checkpoint in"):
        load_latest(tmp_path)


def test_a_crash_while_saving_leaves_the_one_before(tmp_path: Path) -> None:
    save(tmp_path, 1, ARRAYS, {})
    rubbish = tmp_path / "checkpoints" / "x.partial"
    rubbish.write_bytes(b"half")
    found = load_latest(tmp_path)
    assert found is not None
    assert found.seq == 1
    save(tmp_path, 2, {}, {})
    assert not rubbish.exists()


def test_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no objects"):
        save(tmp_path, 1, {"o": np.array([{}], dtype=object)}, {})
