"""``python -m rempart.lab.compile``: everything compiled once, so that no first run waits for it.

Sends a day of a tiny region through a replay of files and through the live path, and a small table through
the examination of a file on sale, in a process each, into folders that are thrown away. What is compiled
is kept beside the modules (numba's cache). Gives nothing.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from rempart.lab.emit import write_region
from rempart.lab.region import build_region
from rempart.lab.spec import RegionSpec
from rempart.market.book import load
from rempart.pipeline.course import Course
from rempart.pipeline.leak import investigate
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.pipeline.warming import warm_up
from rempart.records import Access
from rempart.settings import Settings
from rempart.sources.fhir import read_message

_TINY = (("gp", 1), ("hospital_doctor", 1), ("nurse", 1))


def compile_all() -> None:
    """Run each way once."""
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        for done in [processes.submit(way) for way in (_judge_a_region, _examine_a_file)]:
            done.result()


def _judge_a_region() -> None:
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
        warm_up(Settings())


def _examine_a_file() -> None:
    """Hold a table of people against itself, so that the comparison is compiled too."""
    head = "patient_id,nom,prenom,date_naissance,telephone,email,adresse,code_postal"
    rows = (
        f"P{k},nom{chr(97 + k)},jean,19{50 + k}-01-0{1 + k},06123456{10 + k},a{k}@example.org,{k} rue haute,5900{k}"
        for k in range(9)
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        people = home / "people.csv"
        people.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        investigate(
            [people], [people], home / "leak", home / "leak", today=date(2026, 1, 1), book=load(), mapping=None,
            hear=lambda *_: None,
        )  # fmt: skip


if __name__ == "__main__":
    compile_all()
