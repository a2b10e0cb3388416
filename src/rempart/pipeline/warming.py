"""Everything compiled before the first question: a few accesses judged in a folder that is thrown away.

Reads the settings; gives nothing. Costs a fraction of a second where numba's cache is warm, half a minute
where it is not. Misses: the path of files, which ``python -m rempart.lab.compile`` also warms.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rempart.pipeline.course import Course
from rempart.records import Access, Kind
from rempart.settings import Settings

_EIGHT_MS = 1_767_254_400_000
_ACCOUNTS = "abcd"
_MANY = 2_200
"""Half of the places that the smallest tables have at first, and some."""


def warm_up(settings: Settings) -> None:
    """Judge charts of several accounts together, as many as make every table grow, then a search and a login by themselves."""
    with tempfile.TemporaryDirectory(prefix="rempart-") as folder:
        course = Course.open(Path(folder) / "data", settings, enforce=True, live=True)
        for account in _ACCOUNTS:
            course.decide_one(_access(account, account, Kind.ACCESS, ("p",)))
        course.decide_each([_access(f"{k}", _ACCOUNTS[k % 4], Kind.ACCESS, (f"p{k}",)) for k in range(_MANY)])
        for number, (kind, patients) in enumerate(((Kind.ACCESS, ()), (Kind.LOGIN_PASSED, ()))):
            course.decide_one(_access(f"alone {number}", "a", kind, patients))
        course.flush()
        course.abandon()


def _access(event: str, account: str, kind: Kind, patients: tuple[str, ...]) -> Access:
    return Access(
        "warm", 0, 0, event, int(kind), _EIGHT_MS, account, "", "", "unit", "10.0.0.1", "", "", "",
        "R", -1, "Patient", patients, not patients, 10, -1, "Patient?name", 2, 1,
    )  # fmt: skip
