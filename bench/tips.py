"""``python -m bench.tips --seeds 1 2``: the same crews with and without another region's bundle, in a closed loop.

Each thief of the plain kind (held-out families and sites stay closed) is played twice from the same honest past:
once as it is, once after a bundle that names the exits it uses, weighed by the house's own use as `rempart share
--read --weigh` does. Prints patients taken before the stop and hours to it. Then the honest staff alone, with and
without a bundle that names their own telephone carriers' exits: what a wrong or stale tip costs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.detector import TAPES, felt, site_of
from rempart.lab.held_out import HELD_OUT_FAMILIES
from rempart.lab.kinds import KIND_NAMED
from rempart.lab.rehearsal import Moment, Rehearsal
from rempart.lab.stand import WARM_UP_DAYS, hire_for
from rempart.lab.tally import Friction, ThiefResult, add_up
from rempart.lab.tape import Tape, taped
from rempart.lab.taped_loop import Fork, TapedLoop
from rempart.lab.thieves.thief import Thief
from rempart.ledger.pseudonym import NETWORK, hash_text
from rempart.records import Kind
from rempart.watch.state import DAY_MS, TIP, Array
from rempart.watch.tips import weigh_tip

MEASURED = "plain"
WRONG = 100
"""So many exits of carriers that staff use are named by the wrong bundle."""
SEEN_BEFORE_MS = 7 * DAY_MS
"""The crew was last seen elsewhere a week before it begins here."""


class Tipped(Rehearsal):
    """A rehearsal that can be told what a bundle names."""

    def tips(self, tape: Tape, addresses: Sequence[str], at: int, now_ms: int) -> Array:
        """Rows of TIP for ``addresses``, weighed by the acts of the tape before the ``at``-th."""
        names = self._stages.names
        numbers = [
            names.number("network", f"{hash_text(one.lower(), tape.key, NETWORK):016x}") for one in addresses
        ]
        rows = tape.rows[: int(tape.first_row[at])]
        rows = rows[rows["kind"] == Kind.ACCESS]
        day = rows["recorded_ms"] // DAY_MS
        days = [
            _distinct(rows[rows["network"] == number], day[rows["network"] == number]) for number in numbers
        ]
        whole = _distinct(rows, day)
        found = [(number, weigh_tip(used, whole)) for number, used in zip(numbers, days, strict=True)]
        tips = np.zeros(len(found), TIP)
        tips["key"], tips["nats"] = [2 * number for number, _ in found], [nats for _, nats in found]
        tips["seen_ms"] = now_ms - SEEN_BEFORE_MS
        return np.sort(tips[tips["nats"] > 0], order="key")


def _distinct(rows: Array, day: Array) -> int:
    """Days of accounts among ``rows``."""
    return int(np.unique(rows["account"].astype(np.int64) * 100_000 + day).size)


def told(fork: Fork, tips: Array) -> Fork:
    """The same place in the tape, where the detector knows ``tips``."""
    moment = fork.moment
    return replace(fork, moment=Moment(moment.watch | {"house.tips": tips}, moment.care))


def play(
    tape: Tape, rehearsal: Tipped, thief: Thief, fork: Fork, temper: object, luck: str
) -> tuple[ThiefResult, list[str]]:
    """What became of the thief, and the addresses it used."""
    loop = TapedLoop(tape, rehearsal, [thief], temper, fork, luck)  # type: ignore[arg-type]
    loop.play_out()
    return loop.raids()[0], sorted({one.address for sessions in loop.sessions() for one in sessions})


def measure(seed: int) -> tuple[list[tuple[ThiefResult, ThiefResult]], list[tuple[Friction, Friction]]]:
    """Every thief without and with the bundle; honest friction without and with a bundle about the carriers."""
    kind = KIND_NAMED[MEASURED]
    site = site_of(kind, seed, held_out=False)
    tape = taped(TAPES, f"{site.name}-{seed}", lambda: site.build(seed))
    rehearsal = Tipped(tape)
    families = [family for family in kind.families if family.name not in HELD_OUT_FAMILIES]
    thieves, again = hire_for(tape, families, 1), hire_for(tape, families, 1)
    region = tape.region
    honest = TapedLoop(tape, rehearsal, temper=kind.temper)
    forks: dict[int, Fork] = {}
    for day in sorted({WARM_UP_DAYS, *(region.day_of(thief.starts_ms) for thief in thieves)}):
        honest.play_until(region.midnight_ms(day))
        forks[day] = honest.fork()
    honest.play_until(region.end_ms)
    plain = add_up(honest.honest.friction(WARM_UP_DAYS))
    pairs = []
    for number, (thief, same) in enumerate(zip(thieves, again, strict=True)):
        fork, luck = forks[region.day_of(thief.starts_ms)], f"tips/{number}"
        without, addresses = play(tape, rehearsal, thief, fork, kind.temper, luck)
        tips = rehearsal.tips(tape, addresses, fork.at, thief.starts_ms)
        named, _ = play(tape, rehearsal, same, told(fork, tips), kind.temper, luck)
        pairs.append((without, named))
    fork = forks[WARM_UP_DAYS]
    carriers = sorted({act.session.address for act in tape.acts if act.session.address.startswith("100.")})
    carriers = carriers[:: max(1, len(carriers) // WRONG)][:WRONG]
    tips = rehearsal.tips(tape, carriers, fork.at, region.midnight_ms(WARM_UP_DAYS))
    wrong = TapedLoop(tape, rehearsal, [], kind.temper, told(fork, tips), "honest")
    wrong.play_until(region.end_ms)
    print(
        f"{site.name}-{seed}: {len(carriers)} carriers' exits, of which {len(tips)} weigh anything",
        file=sys.stderr,
    )
    return pairs, [(plain, add_up(wrong.honest.friction(WARM_UP_DAYS)))]


def main(arguments: Sequence[str]) -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.tips")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    seeds = parser.parse_args(arguments).seeds
    Path(TAPES).mkdir(parents=True, exist_ok=True)
    pairs: list[tuple[ThiefResult, ThiefResult]] = []
    honest: list[tuple[Friction, Friction]] = []
    for seed in seeds:
        found, felt_by = measure(seed)
        pairs += found
        honest += felt_by
    for name in dict.fromkeys(one.family for one, _ in pairs):
        own = [pair for pair in pairs if pair[0].family == name]
        print(f"{name:20s} " + "   ".join(f"{a.taken.patients:>5,} -> {b.taken.patients:,}" for a, b in own))
    for title, index in (("without", 0), ("with   ", 1)):
        taken = [pair[index].taken.patients for pair in pairs]
        hours = [(pair[index].stopped_ms - pair[index].starts_ms) / 3_600_000 for pair in pairs]
        print(
            f"{title} the bundle: {sum(taken):,} patients by {len(taken)} thieves, median {statistics.median(taken):,.0f}; "
            f"hours to the end, median {statistics.median(hours):.2f}"
        )
    earlier = sum(b.taken.patients < a.taken.patients for a, b in pairs)
    later = sum(b.taken.patients > a.taken.patients for a, b in pairs)
    print(f"fewer patients with the bundle: {earlier} of {len(pairs)} thieves; more: {later}")
    for title, index in (("without", 0), ("with   ", 1)):
        print(
            f"honest staff {title} a bundle about their own carriers: {felt(add_up(pair[index] for pair in honest))}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
