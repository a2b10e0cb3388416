"""``python -m bench.detector --kind KIND --seeds 1 2 3``: what thieves take in a closed loop, and what honest staff feel.

Each seed is one region of the kind: its honest work is played once against the product's own stages in
enforce mode, then each thief alone in a continuation of it. Prints the share of the plans taken (mean,
by family, worst, apart without fooled approvals), patients and euros at the stop, time to stop,
friction in the first two weeks and after them, honest blocks and events a second; intervals are
bootstrapped over the thefts of whole seeds. ``--save`` keeps everything as JSON to compare with.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench.muted import GROUPS, STATISTICS, tails_without
from rempart.lab.held_out import HELD_OUT_FAMILIES, HELD_OUT_SITES
from rempart.lab.kinds import KIND_NAMED, KINDS, Kind, Site
from rempart.lab.rehearsal import Rehearsal
from rempart.lab.stand import Measure, Theft, measure
from rempart.lab.tally import Friction, add_up
from rempart.lab.tape import taped
from rempart.settings import Settings

RESAMPLES = 2_000
TAPES = Path("out") / "tapes"


def site_of(kind: Kind, seed: int, held_out: bool) -> Site:
    """The kind's site a seed is played on: held-out ones only when they are opened."""
    sites = [site for site in kind.sites if (site.name in HELD_OUT_SITES) == held_out]
    return sites[seed % len(sites)] if sites else kind.sites[seed % len(kind.sites)]


def play(
    kind: Kind,
    seed: int,
    draws: int,
    held_out: bool,
    only: Sequence[str],
    settings: Settings,
    tapes: Path,
    without: Sequence[str] = (),
) -> Measure:
    """One region against its thieves, channels ``without`` turned off."""
    site = site_of(kind, seed, held_out)
    families = [
        family
        for family in kind.families
        if (held_out or family.name not in HELD_OUT_FAMILIES) and (not only or family.name in only)
    ]
    tape = taped(tapes, f"{site.name}-{seed}", lambda: site.build(seed))
    return measure(kind, tape, Rehearsal(tape, settings, tails=tails_without(without)), families, draws)


def interval(groups: Sequence[Sequence[Theft]], of: Callable[[Sequence[Theft]], float]) -> str:
    """``of`` all thefts, with the middle 95 % of resampled seeds and thefts within them."""
    rng = random.Random(1)
    whole = [theft for group in groups for theft in group]
    if not whole:
        return "none"
    found = []
    for _ in range(RESAMPLES):
        drawn = [rng.choices(group, k=len(group)) for group in rng.choices(groups, k=len(groups))]
        found.append(of([theft for group in drawn for theft in group]))
    found.sort()
    low, high = found[int(0.025 * RESAMPLES)], found[int(0.975 * RESAMPLES) - 1]
    return f"{of(whole):6.1%}  [{low:.1%}, {high:.1%}]  of {len(whole)} thefts"


def mean_share(thefts: Sequence[Theft]) -> float:
    """Mean share of the plans, each theft counting once."""
    return statistics.fmean(theft.share for theft in thefts) if thefts else 0.0


def quantile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of the values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))] if ranked else 0.0


def show(measures: Sequence[Measure]) -> None:
    """Print one kind's table."""
    groups = [each.thefts for each in measures if each.thefts]
    thefts = [theft for group in groups for theft in group]
    print(f"share of the plans taken     {interval(groups, mean_share)}")
    honest = [[theft for theft in group if not theft.fooled] for group in groups]
    print(f"  without fooled approvals   {interval([group for group in honest if group], mean_share)}")
    fooled = [theft for theft in thefts if theft.fooled]
    print(f"  with fooled approvals      {mean_share(fooled):6.1%}  of {len(fooled)} thefts")
    for name in dict.fromkeys(theft.family for theft in thefts):
        own = [theft for theft in thefts if theft.family == name]
        ends = ", ".join(
            f"{why} {sum(t.stopped_by == why for t in own)}" for why in sorted({t.stopped_by for t in own})
        )
        print(
            f"  {name:20s} mean {mean_share(own):6.1%}  worst {max(t.share for t in own):6.1%}  "
            f"{sum(t.taken_patients for t in own):>6,} of {sum(t.planned_patients for t in own):>6,} patients  {ends}"
        )
    patients = [float(theft.taken_patients) for theft in thefts]
    print(
        f"patients exposed at the stop: median {quantile(patients, 0.5):,.0f}, p95 {quantile(patients, 0.95):,.0f}, "
        f"worst {max(patients, default=0):,.0f}"
    )
    print(f"euros taken, mean of a theft: {statistics.fmean(t.taken_eur for t in thefts):,.0f} "
          f"of {statistics.fmean(t.planned_eur for t in thefts):,.0f} planned")  # fmt: skip
    stopped = [theft.stopped_s / 3600 for theft in thefts if theft.stopped_by != "finished"]
    print(
        f"hours to the stop, of {len(stopped)} stopped: median {quantile(stopped, 0.5):.1f}, p95 {quantile(stopped, 0.95):.1f}"
    )
    for name, row in (
        ("first two weeks", add_up(m.early for m in measures)),
        ("after them", add_up(m.late for m in measures)),
    ):
        print(f"friction, {name:15s}: {felt(row)}")
    rate = sum(m.events for m in measures) / max(sum(m.seconds for m in measures), 1e-9)
    print(f"honest work judged at {rate:,.0f} events/s of CPU time")


def felt(row: Friction) -> str:
    """Friction of account-days in one line."""
    return (
        f"{row.step_ups_per_1000:5.1f} challenged days, {row.per_1000(row.asked):5.1f} requests asked, "
        f"{row.per_1000(row.step_ups):5.1f} step-ups, "
        f"{row.per_1000(row.block_days):4.1f} blocks per 1,000 ({row.active_days:,} account-days)"
    )


def main(arguments: Sequence[str]) -> None:
    """Play and print; one progress line a region on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.detector", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument(
        "--kind", choices=[kind.name for kind in KINDS], action="append", help="default: every kind"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[201])
    parser.add_argument("--draws", type=int, default=1, help="thieves of each family on a region")
    parser.add_argument("--family", action="append", default=[], help="only these families")
    parser.add_argument(
        "--held-out", action="store_true", help="open what was set aside: for the last measurement only"
    )
    parser.add_argument("--tapes", type=Path, default=TAPES, help="folder of recorded honest work")
    parser.add_argument("--save", type=Path, help="JSON file to write")
    parser.add_argument(
        "--challenges-per-year", type=float, default=Settings().challenges_per_year, help="the friction dial"
    )
    parser.add_argument(
        "--without", choices=(*GROUPS, *STATISTICS), action="append", default=[], metavar="CHANNEL",
        help="a group of channels, or one statistic, turned off",
    )  # fmt: skip
    parser.add_argument(
        "--thieves-drop",
        action="store_true",
        help="thieves answer no challenge and go on with their next login",
    )
    given = parser.parse_args(arguments)
    settings = Settings(challenges_per_year=given.challenges_per_year)
    saved = []
    for named in [KIND_NAMED[name] for name in given.kind or KIND_NAMED]:
        kind = replace(named, temper=replace(named.temper, thief_answers=not given.thieves_drop))
        measures = []
        for seed in given.seeds:
            measures.append(
                play(
                    kind,
                    seed,
                    given.draws,
                    given.held_out,
                    given.family,
                    settings,
                    given.tapes,
                    given.without,
                )
            )
            late = measures[-1].late
            print(
                f"{kind.name} {seed}: {mean_share(measures[-1].thefts):.1%} taken, {felt(late)}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
        print(f"\n{kind.name}: {kind.what}; {len(measures)} regions")
        show(measures)
        saved += [asdict(each) for each in measures]
    if given.save:
        given.save.parent.mkdir(parents=True, exist_ok=True)
        given.save.write_text(json.dumps(saved, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
