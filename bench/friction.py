"""``python -m bench.friction --kind KIND --seeds 1 2``: what honest staff feel while a house is young, and when all of it changes at once.

Plays each region's honest work from its tape without a thief, in enforce mode; every challenge is passed within
the minute. Prints challenged account-days per 1,000, by days since the beginning, with intervals (accounts
resampled whole), against the dial, and beside them how many requests were asked. Then again with one change on a Wednesday in the third week, which hits
the whole house:

- ``rollout``: every program and browser is replaced by its next version;
- ``merger``: everybody's network is replaced, by one of three new ones;
- ``flu``: for five days half as many accesses again, each of somebody whom the house knows;
- ``feed``: nothing that the care feed says on that day is known before the next.

Misses: staff who fail, and changes that come slowly.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from bench.detector import TAPES, site_of
from rempart.care.index import LINK
from rempart.lab.kinds import KIND_NAMED, KINDS
from rempart.lab.rehearsal import Rehearsal
from rempart.lab.tape import NO_EVENTS, Tape, taped
from rempart.pipeline.buckets import pick, stretch
from rempart.pipeline.care_feed import CarePayload
from rempart.records import EVENT, FLAG_TRUSTED, Frame, Kind
from rempart.settings import Settings
from rempart.watch.state import DAY_MS, Array

CHANGED_DAY = 16
SPANS = ((0, 1), (1, 3), (3, 7), (7, 14), (14, 28))
AFTER = ((16, 17), (17, 19), (19, 23))
RESAMPLES = 1_000
EVENTS_A_FRAME = 4_000
PASSED_AFTER_MS = 20_000
Days = dict[tuple[int, int], int]
"""(account, day) of every account-day worked, and how many of its requests were asked."""


@dataclass(frozen=True, slots=True)
class Work:
    """Honest rows (n,) of EVENT in time order with their patients, and what the detector knows beforehand."""

    tape: Tape
    rows: Array
    patients: Array

    def frame(self, first: int, last: int) -> Frame:
        """The rows from ``first`` to before ``last``."""
        return stretch(Frame(self.rows[first:last].copy(), self.patients, NO_EVENTS), 0, last - first)


def as_it_was(tape: Tape) -> Work:
    """The tape's own work."""
    return Work(tape, tape.rows, tape.patients)


def _changed(tape: Tape) -> int:
    return tape.region.midnight_ms(CHANGED_DAY)


def _renumbered(tape: Tape, word: str, fresh: Callable[[int], str]) -> Work:
    """From CHANGED_DAY on every name of the vocabulary ``word`` is the one that ``fresh`` gives its number."""
    have = sum(1 for vocabulary, _, _ in tape.names if vocabulary == word)
    others = list(dict.fromkeys(fresh(number) for number in range(have)))
    becomes = np.array([have + others.index(fresh(number)) for number in range(have)], np.int32)
    names = (*tape.names, *((word, have + number, name) for number, name in enumerate(others)))
    rows = tape.rows.copy()
    late = (rows["recorded_ms"] >= _changed(tape)) & (rows[word] >= 0)
    rows[word][late] = becomes[rows[word][late]]
    return Work(replace(tape, names=names), rows, tape.patients)


def rollout(tape: Tape) -> Work:
    """New versions of all programs."""
    return _renumbered(tape, "software", lambda number: f"next version of {number}")


def merger(tape: Tape) -> Work:
    """Three new networks in place of all others."""
    return _renumbered(tape, "network", lambda number: f"{number % 3:016x}")


def flu(tape: Tape) -> Work:
    """Half as many accesses again for five days."""
    chance = np.random.default_rng(tape.region.spec.seed)
    rows, begin = tape.rows, _changed(tape)
    ill = (rows["recorded_ms"] >= begin) & (rows["recorded_ms"] < begin + 5 * DAY_MS)
    read = np.flatnonzero(ill & (rows["kind"] == Kind.ACCESS) & (rows["patients"] == 1))
    more = rows[chance.choice(read, read.size // 2, replace=False)].copy()
    more["recorded_ms"] += 15_000
    more["request"] = 0
    everybody = np.unique(tape.patients)
    more["first_patient"] = tape.patients.size + np.arange(more.size)
    patients = np.concatenate([tape.patients, chance.choice(everybody, more.size)])
    whole = np.concatenate([rows, more])
    nameless = pa.nulls(whole.size, pa.string())
    mixed = pick(Frame(whole, patients, nameless), np.argsort(whole["recorded_ms"], kind="stable"))
    return Work(tape, mixed.rows, mixed.patients)


def feed(tape: Tape) -> Work:
    """A day without news of care."""
    begin, care = _changed(tape), []
    for content in tape.care:
        payload = msgspec.msgpack.decode(content, type=CarePayload)
        links = np.frombuffer(payload.links, LINK).copy()
        lost = (links["known_ms"] >= begin) & (links["known_ms"] < begin + DAY_MS)
        links["known_ms"][lost] = begin + DAY_MS
        payload.links = links.tobytes()
        care.append(msgspec.msgpack.encode(payload))
    return Work(replace(tape, care=tuple(care)), tape.rows, tape.patients)


CHANGES: tuple[Callable[[Tape], Work], ...] = (as_it_was, rollout, merger, flu, feed)


def felt(work: Work, settings: Settings) -> Days:
    """Play the work; every challenge is passed."""
    detector, region = Rehearsal(work.tape, settings), work.tape.region
    days: Days = {}
    at, rows = 0, work.rows
    utc_days = rows["recorded_ms"] // DAY_MS
    while at < rows.size:
        stop = min(at + EVENTS_A_FRAME, int(np.searchsorted(utc_days, utc_days[at], side="right")))
        doubted = _doubted(work.frame(at, stop), detector)
        if doubted >= 0:
            detector.take_back()
            stop = at + doubted + 1
            detector.judge_frame(work.frame(at, stop))
            detector.judge_frame(_pass(rows[stop - 1]))
        for row in rows[at:stop][rows["kind"][at:stop] == Kind.ACCESS]:
            days.setdefault((int(row["account"]), region.day_of(int(row["recorded_ms"]))), 0)
        if doubted >= 0:
            row = rows[stop - 1]
            days[int(row["account"]), region.day_of(int(row["recorded_ms"]))] += 1
        at = stop
    return days


def _doubted(frame: Frame, detector: Rehearsal) -> int:
    """Place of the first access that is not allowed, -1 where all are."""
    answers = detector.judge_frame(frame)
    hard = (answers["action"] != 0) & (frame.rows["kind"] == Kind.ACCESS)
    return int(np.argmax(hard)) if hard.any() else -1


def _pass(asked: Array) -> Frame:
    """The login that answers the challenge of the row ``asked``."""
    row = np.zeros(1, EVENT)
    for name in ("session", "source", "account", "network", "software", "role", "unit"):
        row[name] = asked[name]
    row["recorded_ms"] = asked["recorded_ms"] + PASSED_AFTER_MS
    row["kind"], row["form"], row["flags"] = Kind.LOGIN_PASSED, -1, FLAG_TRUSTED
    return Frame(row, np.zeros(0, np.uint64), NO_EVENTS)


def rate(regions: Sequence[Days], span: tuple[int, int]) -> str:
    """Challenged account-days per 1,000 in ``span`` (first day, day after the last), how sure that is, and requests asked."""
    accounts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, days in enumerate(regions):
        for (account, day), asked in days.items():
            if span[0] <= day < span[1]:
                accounts[number, account].append(asked)
    if not accounts:
        return "      no work"
    pairs = np.array([(np.count_nonzero(each), len(each)) for each in accounts.values()])
    asked = 1000.0 * sum(map(sum, accounts.values())) / pairs[:, 1].sum()
    rng = random.Random(1)
    found = sorted(_per_1000(pairs[rng.choices(range(len(pairs)), k=len(pairs))]) for _ in range(RESAMPLES))
    low, high = found[int(0.025 * RESAMPLES)], found[int(0.975 * RESAMPLES)]
    return f"{_per_1000(pairs):6.1f} [{low:5.1f}, {high:5.1f}] {asked:7.1f} asked"


def _per_1000(pairs: Array) -> float:
    return float(1000.0 * pairs[:, 0].sum() / max(pairs[:, 1].sum(), 1))


def tapes(kinds: Sequence[str], seeds: Sequence[int], folder: Path) -> Iterator[Tape]:
    """The honest work of each kind and seed."""
    for name in kinds:
        for seed in seeds:
            site = site_of(KIND_NAMED[name], seed, held_out=False)
            yield taped(folder, f"{site.name}-{seed}", lambda site=site, seed=seed: site.build(seed))  # type: ignore[misc]


def main(arguments: Sequence[str]) -> None:
    """Play and print a table a change."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.friction", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument(
        "--kind", choices=[kind.name for kind in KINDS], action="append", help="default: every kind"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[201])
    parser.add_argument(
        "--change", choices=[each.__name__ for each in CHANGES], action="append", help="default: all"
    )
    parser.add_argument("--tapes", type=Path, default=TAPES, help="folder of recorded honest work")
    parser.add_argument("--challenges-per-year", type=float, default=Settings().challenges_per_year)
    given = parser.parse_args(arguments)
    settings = Settings(challenges_per_year=given.challenges_per_year)
    played: dict[str, list[Days]] = defaultdict(list)
    for tape in tapes(given.kind or list(KIND_NAMED), given.seeds, given.tapes):
        for change in CHANGES:
            if not given.change or change.__name__ in given.change:
                played[change.__name__].append(felt(change(tape), settings))
                print(
                    f"{change.__name__}: {rate(played[change.__name__][-1:], AFTER[0])}",
                    file=sys.stderr,
                    flush=True,
                )
    print(
        f"challenged account-days per 1,000, and requests asked; the dial says {1000 * settings.challenges_per_day:.1f}"
    )
    for name, regions in played.items():
        print(f"\n{name}, {len(regions)} regions")
        for first, last in SPANS if name == as_it_was.__name__ else AFTER:
            print(f"  days {first:2d} to {last - 1:2d}: {rate(regions, (first, last))}")
        if name == as_it_was.__name__:
            for first, last in AFTER:
                print(f"  days {first:2d} to {last - 1:2d}: {rate(regions, (first, last))}")


if __name__ == "__main__":
    main(sys.argv[1:])
