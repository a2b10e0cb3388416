"""``python -m bench.aftermath [PATIENTS [LETTERS]]``: after a theft of so many patients, each step beside its target.

Makes a ledger in which one account reads each patient once in a fortnight, among other accounts, and a directory
of one twentieth more people; then runs the commands a site would run, each in a process of its own, and prints
wall seconds, processor seconds and the peak of its memory. The rate of PDF letters is measured on LETTERS of
them, and projected. Target: scope, worth, sheet and merge data of 759,000 patients in 15 minutes on 2 cores,
within 4 GiB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.ledger.book import Ledger
from rempart.ledger.keys import read_pseudonym_key
from rempart.ledger.pseudonym import PATIENT, hash_strings
from rempart.notice.site import made_up
from rempart.records import DECISION, EVENT

PATIENTS, LETTERS, WHOLE = 759_000, 4_000, 759_000
OTHERS, BATCH = 200, 1 << 16
START_MS, DAY_MS, DAYS = 1_772_323_200_000, 86_400_000, 14
FORMS = ("Patient", "Observation", "MedicationRequest", "Coverage")
GIVEN = ("Éléonore", "Jean-François", "Zoë", "Noël", "Anaïs", "Maël", "Œnone", "Gaël")
FAMILY = ("D’Aubigné-Lefèvre", "N’Guyen", "de L’Épine", "Müller", "Saint-Exupéry de la Tour", "Lœb", "Ça")
COMMAND = (sys.executable, "-c", "from rempart.cli import main; main()")


class Step(NamedTuple):
    """What one command took: wall and processor seconds, peak of resident memory in bytes."""

    wall_s: float
    busy_s: float
    peak: int


def write_ledger(data: Path, patients: int) -> None:
    """One thief's reads of ``patients``, and as many of others, evenly over :data:`DAYS` days."""
    chance = np.random.default_rng(1)
    names = [("account", 0, "thief"), *(("account", n, f"account-{n:03d}") for n in range(1, OTHERS + 1))]
    names += [("network", 0, "a" * 16), ("network", 1, "b" * 16), ("source", 0, "made-up.ndjson")]
    names += [("form", number, form) for number, form in enumerate(FORMS)]
    names += [("software", 0, "software"), ("role", 0, "role"), ("unit", 0, "unit")]
    with Ledger.open(data) as ledger:
        key = read_pseudonym_key(data)
        for first in range(0, 2 * patients, BATCH):
            number = np.arange(first, min(first + BATCH, 2 * patients))
            stolen = number % 2 == 0
            rows = np.zeros(number.size, EVENT)
            rows["recorded_ms"] = START_MS + number * DAYS * DAY_MS // (2 * patients)
            rows["offset"] = number * 900
            rows["account"] = np.where(stolen, 0, chance.integers(1, OTHERS + 1, number.size))
            rows["network"] = ~stolen
            rows["session"] = rows["account"].astype(np.uint64) + np.uint64(1)
            rows["form"] = chance.integers(0, len(FORMS), number.size)
            rows["action"], rows["count"], rows["page"] = 2, -1, -1
            rows["patients"], rows["first_patient"] = 1, np.arange(number.size)
            whose = np.where(stolen, number // 2, chance.integers(0, patients, number.size))
            pseudonyms = hash_strings(pa.array([f"p{one}" for one in whose.tolist()]), key, PATIENT)
            ids = pa.array([f"ev{one}" for one in number.tolist()])
            decisions = np.zeros(number.size, DECISION)
            ledger.append_decisions(rows, decisions, pseudonyms, ids, names if first == 0 else ())
        ledger.seal()
        ledger.drop_sealed_journals(ledger.sealed_seq)
    (data / "rejects.ndjson").touch()


def write_directory(path: Path, people: int) -> None:
    """A FHIR export of so many made-up patients, with accents, apostrophes and long names; some are children."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(people):
            file.write(
                f'{{"resourceType":"Patient","id":"p{n}","name":[{{"use":"official","family":"{FAMILY[n % 7]}",'
                f'"given":["{GIVEN[n % 8]}"]}}],"gender":"{"female" if n % 2 else "male"}",'
                f'"birthDate":"{1926 + n % 98}-{1 + n % 12:02d}-{1 + n % 28:02d}","address":[{{"use":"home","line":'
                f'["{1 + n % 300} rue de l’Église"],"postalCode":"{1000 + n % 94000:05d}","city":"L’Haÿ-les-Roses",'
                f'"country":"FR"}}]}}\n'
            )


def run(*words: str | Path) -> Step:
    """Run the command; SystemExit with what it said where it fails."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{words[0]}: {said}")
    return Step(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def show(name: str, step: Step) -> None:
    """One line a step."""
    print(
        f"{name:<34} {step.wall_s:8.1f} s {step.busy_s:8.1f} processor s {step.peak / 2**30:6.2f} GiB",
        flush=True,
    )


def measure(folder: Path, patients: int, letters: int) -> None:
    """Run and print every step."""
    data, site, directory = folder / "data", folder / "site.toml", folder / "directory.ndjson"
    write_ledger(data, patients)
    write_directory(directory, patients + patients // 20)
    site.write_text(made_up(), encoding="utf-8")
    several = {"whole": DAYS * DAY_MS, "part": max(DAYS * DAY_MS * letters // patients, 3_600_000)}
    for length in several.values():
        period = (str(np.datetime64(at, "ms")) for at in (START_MS, START_MS + length))
        since, until = period
        run(
            "incident",
            "open",
            "--account",
            "thief",
            "--from",
            since,
            "--to",
            until,
            "--reason",
            "bench",
            "--data",
            data,
        )
    steps = []
    told = ("--site", site, "--aware", "2026-03-20T08:00Z", "--now", "2026-03-21T08:00Z", "--data", data)

    def step(name: str, *words: str | Path) -> Step:
        done = run(*words)
        show(name, done)
        return done

    reason = ("--reason", "letters to the patients", "--data", data)
    steps.append(step("scope", "scope", "I0001", "--data", data, "--out", folder / "scope"))
    steps.append(
        step("value", "value", folder / "scope" / "scope.json", "--data", data, "--out", folder / "value")
    )
    people = folder / "people.ndjson"
    steps.append(
        step(
            "reidentify",
            "reidentify",
            "--scope",
            folder / "scope",
            "--people",
            directory,
            "--out",
            people,
            *reason,
        )
    )
    out = ("--scope", folder / "scope", "--people", people, "--no-pdf", "--out", folder / "notices")
    steps.append(step("notice, sheet and merge data", "notice", *out, *told))
    wall, busy = sum(one.wall_s for one in steps), sum(one.busy_s for one in steps)
    peak = max(one.peak for one in steps) / 2**30
    print(
        f"together: {wall:.0f} s, {busy:.0f} processor s, at most {peak:.2f} GiB (target: 900 s on 2 cores, 4 GiB)"
    )
    run("scope", "I0002", "--data", data, "--out", folder / "part")
    run(
        "reidentify",
        "--scope",
        folder / "part",
        "--people",
        directory,
        "--out",
        folder / "some.ndjson",
        *reason,
    )
    part = ("--scope", folder / "part", "--people", folder / "some.ndjson", "--out")
    plain = run("notice", *part, folder / "plain", "--no-pdf", *told)
    printed = run("notice", *part, folder / "set", *told)
    show(f"notice with PDF, part of {letters:,}", printed)
    made = pq.read_metadata(folder / "set" / "letters" / "merge-fr.parquet").num_rows
    rate, busy_rate = made / (printed.wall_s - plain.wall_s), made / (printed.busy_s - plain.busy_s)
    size = sum(path.stat().st_size for path in (folder / "set" / "letters").glob("*.pdf")) / made
    print(
        f"PDF letters: {rate:,.0f}/s, {busy_rate:,.0f} a processor second; {WHOLE:,}: {WHOLE / rate / 60:.0f} min at this "
        f"rate, {WHOLE / busy_rate / 60:.0f} processor min, {WHOLE * size / 2**30:.1f} GiB of files"
    )


def main() -> None:
    """Print one line a figure."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else PATIENTS
    letters = int(sys.argv[2]) if len(sys.argv) > 2 else min(LETTERS, patients)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), patients, letters)


if __name__ == "__main__":
    main()
