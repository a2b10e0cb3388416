"""``python -m rempart.lab.compile``: everything compiled once, so that no first run waits for it.

Sends a day of a tiny region through a replay of files and through the live path, into a folder that
is thrown away. What is compiled is kept beside the modules (numba's cache). Gives nothing.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rempart.lab.emit import write_region
from rempart.lab.region import build_region
from rempart.lab.spec import RegionSpec
from rempart.pipeline.course import Course
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.records import Access
from rempart.settings import Settings
from rempart.sources.fhir import read_message

_TINY = (("gp", 1), ("hospital_doctor", 1), ("nurse", 1))


def compile_all() -> None:
    """Run both ways once."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_region(
            build_region(RegionSpec(days=3, patients=200, staff=_TINY, history_days=1)), home / "logs"
        )
        reader = plan([str(home / "logs")], [], lambda _: None)
        replay(
            reader, home / "out", None, Settings(), shards=2, batch=4_096, language="en", hear=lambda *_: None
        )  # fmt: skip
        course = Course.open(home / "live", Settings(), enforce=True, live=True)
        for number, line in enumerate((home / "logs" / "audit.ndjson").read_bytes().splitlines()[:50]):
            access = read_message(line, "live", number)
            if isinstance(access, Access):
                course.decide_one(access)
        course.close()


if __name__ == "__main__":
    compile_all()
