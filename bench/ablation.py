"""``python -m bench.ablation --kind KIND --seeds 1 2``: what each channel is worth.

Plays each region in the closed loop with all channels, then with one group of them turned off at a time
(``--each``: one statistic at a time), and prints the share of the plans that thieves take, beside what honest staff felt: the
threshold settles anew each time, within the same friction budget. Misses: channels that say the same as another;
turned off alone, neither is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.detector import TAPES, mean_share, play
from bench.muted import GROUPS, STATISTICS
from rempart.lab.kinds import KIND_NAMED, Kind
from rempart.lab.stand import Measure
from rempart.lab.tally import add_up
from rempart.settings import Settings


def cell(played: Sequence[Measure]) -> str:
    """Share of the plans, and challenged account-days per 1,000 after two weeks."""
    thefts = [theft for each in played for theft in each.thefts]
    felt = add_up(each.late for each in played).step_ups_per_1000
    return f"{mean_share(thefts):6.1%} at {felt:4.1f}"


def line(
    without: str, kinds: Sequence[Kind], seeds: Sequence[int], draws: int, settings: Settings, tapes: Path
) -> str:
    """One row of the table: a channel or a group turned off, a cell for each kind."""
    cells = []
    for kind in kinds:
        played = [
            play(kind, seed, draws, False, (), settings, tapes, (without,) if without else ())
            for seed in seeds
        ]
        cells.append(cell(played))
    return f"| {without or 'nothing'} | " + " | ".join(cells) + " |"


def main(arguments: Sequence[str]) -> None:
    """Play and print a table, row by row."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ablation", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("--kind", choices=list(KIND_NAMED), action="append", help="default: every kind")
    parser.add_argument("--seeds", type=int, nargs="+", default=[201])
    parser.add_argument("--draws", type=int, default=1, help="thieves of each family on a region")
    parser.add_argument("--each", action="store_true", help="one statistic at a time, instead of one group")
    parser.add_argument("--tapes", type=Path, default=TAPES, help="folder of recorded honest work")
    given = parser.parse_args(arguments)
    kinds = [KIND_NAMED[name] for name in given.kind or KIND_NAMED]
    print("| without | " + " | ".join(kind.name for kind in kinds) + " |")
    print("|" + " --- |" * (1 + len(kinds)))
    for without in ("", *(STATISTICS if given.each else GROUPS)):
        print(line(without, kinds, given.seeds, given.draws, Settings(), given.tapes), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
