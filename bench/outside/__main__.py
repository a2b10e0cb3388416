"""``python -m bench.outside --kind KIND --seeds 13 14``: thieves and friction by one who knows the contract only.

Plays made-up regions and thieves of its own through ``rempart watch --stdio --mode enforce``, default settings: each
region's honest work once, then one thief at a time from a copy of the morning he begins. Imports nothing of Rempart
and nothing of its lab. One line a theft on stderr, one table a kind on stdout.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.outside.kinds import KINDS, Kind
from bench.outside.pipe import ContractBroken
from bench.outside.plans import Family
from bench.outside.play import Calm, Play, Theft
from bench.outside.spelling import SPELLINGS, Spelling
from bench.outside.table import table


def main() -> None:
    """Play what was asked for and print the tables."""
    asked = _arguments()
    try:
        _play_all(asked)
    except (ContractBroken, FileExistsError) as broken:
        raise SystemExit(f"python -m bench.outside: {broken}") from broken


def _play_all(asked: argparse.Namespace) -> None:
    kinds = [kind for kind in KINDS if not asked.kind or kind.name in asked.kind]
    with _folder(asked.work) as work:
        for kind in kinds:
            families = [family for family in kind.families if not asked.family or family.name in asked.family]
            calms: list[Calm] = []
            thefts: list[Theft] = []
            for seed in asked.seeds:
                calm, some = _play(kind, seed, families, asked, work / f"{kind.name}-{seed}")
                calms.append(calm)
                thefts += some
            print(table(kind.name, calms, thefts), flush=True)


def _play(
    kind: Kind, seed: int, families: Sequence[Family], asked: argparse.Namespace, work: Path
) -> tuple[Calm, list[Theft]]:
    spelling: Spelling = asked.spelling
    region = kind.build(seed, asked.missing, spelling == "r5")
    play = Play(region, spelling, kind.slips, work)
    calm = play.calm()
    _note(
        f"{kind.name} {seed}: {len(region.accounts)} accounts, {len(region.accesses):,} accesses, "
        f"step-ups {calm.step_ups}, blocks {calm.blocks}"
    )
    thefts = []
    for theft in play.thefts(families, asked.draws, kind.learns_owner):
        _note(
            f"{kind.name} {seed} {theft.family} {theft.draw}: {theft.taken} of {theft.wanted} ({theft.share:.1%}), "
            f"fooled {theft.fooled}, hijack up to {theft.highest:.3f}"
        )
        thefts.append(theft)
    return calm, thefts


def _arguments() -> argparse.Namespace:
    names = [kind.name for kind in KINDS]
    families = sorted({family.name for kind in KINDS for family in kind.families})
    parser = argparse.ArgumentParser(prog="python -m bench.outside", description=__doc__)
    parser.add_argument("--kind", action="append", choices=names, help="several times; all by default")
    parser.add_argument("--seeds", type=int, nargs="+", default=[13], help="one region of the kind each")
    parser.add_argument("--spelling", choices=SPELLINGS, default="token", help="form of the AuditEvents")
    parser.add_argument("--family", action="append", choices=families, help="only this; several times")
    parser.add_argument("--draws", type=int, default=1, help="thieves of each family on a region")
    parser.add_argument("--missing", type=float, default=0.15, help="share of care resources never told")
    parser.add_argument("--work", type=Path, help="folder to keep what the watch wrote")
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
