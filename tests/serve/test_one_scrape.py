"""With several workers one scrape is whole, whichever worker answers it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from world import Client, Process, Signer, begin_service, settings_file

ANSWERED = re.compile(r'^rempart_answers_total\{worker="(\d+)",answer="serve"\} (\d+)$', re.MULTILINE)
COUNTED = re.compile(r'^rempart_decision_seconds_count\{worker="(\d+)"\} (\d+)$', re.MULTILINE)


def scrape(process: Process, pattern: re.Pattern[str]) -> dict[str, int]:
    """A figure of every worker, as one page shows it."""
    page = Client(process.port).ask("/metrics")[2].decode()
    return {worker: int(count) for worker, count in pattern.findall(page)}


def test_one_scrape_counts_the_answers_of_every_worker(tmp_path: Path, signer: Signer) -> None:
    process = begin_service(tmp_path, settings_file(tmp_path, signer), workers=3)
    try:
        token, asked = signer.token("counted"), 0
        until = time.monotonic() + 60
        while len(scrape(process, ANSWERED)) < 3 and time.monotonic() < until:
            for _ in range(10):  # A connection of its own each, so that every worker gets some.
                assert Client(process.port).decide("/fhir/Patient/1", token)[0] == 200
                asked += 1
            time.sleep(0.5)
        while sum(scrape(process, ANSWERED).values()) < asked and time.monotonic() < until:
            time.sleep(0.2)
        for _ in range(12):
            seen = scrape(process, ANSWERED)
            assert len(seen) == 3
            assert sum(seen.values()) == asked
            assert scrape(process, COUNTED) == seen
    finally:
        assert process.stop() == 0, process.log.read_text()[-2000:]
