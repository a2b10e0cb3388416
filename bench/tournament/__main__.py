"""``python -m bench.tournament``: this detector and four others against the same thieves, at equal friction.

Each peer gets the same statistics and learns as it goes. Its level is the score that the wanted share of the honest
account-days after two weeks reaches on the very region it then defends, found by playing it the way it plays (learning on, honest
work only, nobody asked): a hindsight that no site has, given to the peers so that friction is equal. ``--tune`` plays every
setting in each peer's grid on the training seeds, and keeps the one that loses least. Without it, the kept settings meet
fresh seeds (a kind that has none yet is tuned first). Prints a table a kind, and writes ``out/tournament/`` (results as JSON, a picture).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.detector import TAPES, mean_share, quantile, site_of
from bench.tournament.judge import Listener, PeerJudge, Slice, highest_scores
from bench.tournament.peers import ENTRIES, Entry, Peer
from bench.tournament.picture import picture
from rempart.lab.held_out import HELD_OUT_FAMILIES
from rempart.lab.kinds import KIND_NAMED, Kind
from rempart.lab.rehearsal import Detector, Rehearsal
from rempart.lab.stand import WARM_UP_DAYS, Measure, measure
from rempart.lab.tally import add_up
from rempart.lab.tape import Tape, taped
from rempart.lab.taped_loop import TapedLoop
from rempart.settings import Settings
from rempart.watch.state import DAY_MS

KEPT = Path(__file__).with_name("settings.json")
OUT = Path("out") / "tournament"
OURS = "Rempart"
PER_1000 = 4.5
"""Challenged account-days for each 1,000 after two weeks that every peer's level and our dial are set to."""
NOT_STOPPED = ("finished", "end of period")
LEGEND = """
lost: mean share of the plans; apart: without thefts in which an owner was fooled into approving; patients: median / p95 /
worst; hours: median to the stop; asked, first: honest account-days with a challenge per 1,000 after two weeks and in
them; picture:"""
TRAINING, FRESH = (51, 52), (61, 62)


def tape_of(kind: Kind, seed: int, tapes: Path) -> Tape:
    """The region of a seed on tape."""
    site = site_of(kind, seed, held_out=False)
    return taped(tapes, f"{site.name}-{seed}", lambda: site.build(seed))


def families_of(kind: Kind) -> list[Any]:
    """The kind's thieves without those set aside."""
    return [family for family in kind.families if family.name not in HELD_OUT_FAMILIES]


def heard_on(tape: Tape, kind: Kind) -> dict[bool, list[Slice]]:
    """What a peer is shown of the tape's honest work with nobody asked, by whether it is an hourly one."""
    heard = {}
    for hourly in (False, True):
        judge = Listener(tape, hourly)
        TapedLoop(tape, judge, temper=kind.temper).play_until(tape.region.end_ms)
        heard[hourly] = judge.heard
    return heard


def late_scores(tape: Tape, heard: Sequence[Slice], peer: Peer) -> list[float]:
    """The highest score of each honest account-day after two weeks, the peer learning on and asking nobody."""
    first = tape.region.midnight_ms(WARM_UP_DAYS) // DAY_MS
    return [score for (_, day), score in highest_scores(heard, peer).items() if day > first]


def level_for(scores: Sequence[float], per_1000: float) -> float:
    """The score that ``per_1000`` of 1,000 account-days exceed."""
    ranked = sorted(scores, reverse=True)
    return ranked[min(len(ranked) - 1, round(per_1000 * len(ranked) / 1000))]


def kept_settings() -> dict[str, Any]:
    """What was kept of each kind tuned so far."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def judge_of(
    tape: Tape, heard: dict[bool, list[Slice]], entry: Entry, settings: dict[str, Any], per_1000: float
) -> PeerJudge:
    """The peer with the level that gives the friction on this very tape."""
    peer = entry.make(**settings)
    scores = late_scores(tape, heard[peer.hourly], entry.make(**settings))
    return PeerJudge(tape, peer, level_for(scores, per_1000))


def tune(kind: Kind, seeds: Sequence[int], per_1000: float, tapes: Path) -> dict[str, Any]:
    """The setting of each peer's grid that loses least on the kind, at the friction."""
    recorded = [(tape, heard_on(tape, kind)) for tape in (tape_of(kind, seed, tapes) for seed in seeds)]
    peers: dict[str, Any] = {}
    for entry in ENTRIES:
        tried: list[dict[str, Any]] = []
        for settings in entry.grid:
            played = [
                measure(kind, tape, judge_of(tape, heard, entry, settings, per_1000), families_of(kind))
                for tape, heard in recorded
            ]
            share = mean_share([theft for each in played for theft in each.thefts])
            felt = add_up(each.late for each in played).step_ups_per_1000
            tried.append({"settings": settings, "share": share, "per_1000": felt})
            print(
                f"{kind.name}, {entry.name}, {settings}: {share:.1%} at {felt:.1f}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
        peers[entry.name] = {**min(tried, key=lambda one: float(one["share"])), "tried": tried}
    return {"training_seeds": list(seeds), "per_1000": per_1000, "peers": peers}


def compete(
    kind: Kind, seeds: Sequence[int], kept: dict[str, Any], draws: int, tapes: Path
) -> dict[str, list[Measure]]:
    """Every detector on the same fresh regions against the same thieves."""
    found: dict[str, list[Measure]] = {}
    for seed in seeds:
        tape = tape_of(kind, seed, tapes)
        per_1000, heard = kept[kind.name]["per_1000"], heard_on(tape, kind)
        per_year = per_1000 / 1000 * Settings().working_days_per_year
        entries: list[tuple[str, Detector]] = [
            (OURS, Rehearsal(tape, Settings(challenges_per_year=per_year)))
        ]
        for entry in ENTRIES:
            settings = kept[kind.name]["peers"][entry.name]["settings"]
            entries.append((entry.name, judge_of(tape, heard, entry, settings, per_1000)))
        for name, judge in entries:
            begun = time.perf_counter()
            found.setdefault(name, []).append(measure(kind, tape, judge, families_of(kind), draws))
            print(
                f"{kind.name} {seed}, {name}: {time.perf_counter() - begun:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return found


def row(name: str, played: Sequence[Measure]) -> dict[str, Any]:
    """One detector's line in the table."""
    thefts = [theft for each in played for theft in each.thefts]
    patients = [float(theft.taken_patients) for theft in thefts]
    stopped = [theft.stopped_s / 3600 for theft in thefts if theft.stopped_by not in NOT_STOPPED]
    late = add_up(each.late for each in played)
    early = add_up(each.early for each in played)
    return {
        "detector": name,
        "share": mean_share(thefts),
        "share_not_fooled": mean_share([theft for theft in thefts if not theft.fooled]),
        "patients_median": quantile(patients, 0.5),
        "patients_p95": quantile(patients, 0.95),
        "patients_worst": max(patients, default=0.0),
        "eur": statistics.fmean(theft.taken_eur for theft in thefts),
        "stopped": len(stopped) / len(thefts),
        "hours_to_stop": quantile(stopped, 0.5),
        "challenged_per_1000": late.step_ups_per_1000,
        "step_ups_per_1000": late.per_1000(late.step_ups),
        "blocks_per_1000": late.per_1000(late.block_days),
        "early_per_1000": early.step_ups_per_1000,
        "account_days": late.active_days,
        "events_per_s": sum(each.events for each in played) / sum(each.seconds for each in played),
    }


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print a kind's table."""
    print(
        f"{'detector':24s} {'lost':>7s} {'apart':>7s} {'patients at the stop':>22s} {'euros':>8s} {'stopped':>8s} {'hours':>6s} "
        f"{'asked':>6s} {'first':>6s} {'steps':>6s} {'blocks':>6s} {'events/s':>9s}"
    )
    for one in rows:
        patients = (
            f"{one['patients_median']:,.0f} / {one['patients_p95']:,.0f} / {one['patients_worst']:,.0f}"
        )
        print(
            f"{one['detector']:24s} {one['share']:7.1%} {one['share_not_fooled']:7.1%} {patients:>22s} {one['eur']:8,.0f} {one['stopped']:8.0%} "
            f"{one['hours_to_stop']:6.1f} {one['challenged_per_1000']:6.1f} {one['early_per_1000']:6.1f} "
            f"{one['step_ups_per_1000']:6.1f} {one['blocks_per_1000']:6.1f} {one['events_per_s']:9,.0f}"
        )


def main(arguments: Sequence[str]) -> None:
    """Tune and keep, or play and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.tournament", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("--kind", choices=list(KIND_NAMED), action="append", help="default: every kind")
    parser.add_argument(
        "--tune", action="store_true", help="set the peers on the training seeds and keep the settings"
    )
    parser.add_argument("--seeds", type=int, nargs="+", help="default: two training seeds, two fresh ones")
    parser.add_argument("--draws", type=int, default=1, help="thieves of each family on a region")
    parser.add_argument(
        "--per-1000",
        type=float,
        default=PER_1000,
        help="friction that levels and our dial are set to, kept with the settings when tuning",
    )
    parser.add_argument("--tapes", type=Path, default=TAPES, help="folder of recorded honest work")
    given = parser.parse_args(arguments)
    kinds = [KIND_NAMED[name] for name in given.kind or KIND_NAMED]
    kept = kept_settings()
    for kind in [kind for kind in kinds if given.tune or kind.name not in kept]:
        training = given.seeds if given.tune and given.seeds else TRAINING
        fresh = {kind.name: tune(kind, training, given.per_1000, given.tapes)}
        # Another kind may have been tuned beside this one.
        kept = dict(sorted((kept_settings() | fresh).items()))
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    if given.tune:
        return
    if any(set(given.seeds or FRESH) & set(kept[kind.name]["training_seeds"]) for kind in kinds):
        parser.error("these seeds trained the peers: give others")
    OUT.mkdir(parents=True, exist_ok=True)
    tables = {}
    for kind in kinds:
        found = compete(kind, given.seeds or FRESH, kept, given.draws, given.tapes)
        tables[kind.name] = [row(name, played) for name, played in found.items()]
        print(f"\n{kind.name}: {kind.what}")
        show(tables[kind.name])
        whole = {name: [asdict(each) for each in played] for name, played in found.items()}
        (OUT / f"{kind.name}.json").write_text(json.dumps(whole, indent=1) + "\n")
    (OUT / "tournament.json").write_text(json.dumps(tables, indent=1) + "\n")
    (OUT / "tournament.svg").write_bytes(picture(tables))
    print(LEGEND, OUT / "tournament.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
