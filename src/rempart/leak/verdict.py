"""Ours, partly ours, not ours, or not to be told: from what a scan found, with its weight in words.

The likelihood ratio compares "this share of the rows is from our population" with "none is"; its words follow
the scale of the European network of forensic institutes (ENFSI 2015). The share told is the one fitted to all rows: matches less
those expected by chance take chance off twice where few columns are there. A file whose rows could not be told
apart even if they were ours is not called foreign, nor one of a few rows where the likelihood speaks for ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from rempart.leak.scan import Scan

OURS_FROM = 0.8
LEAST_SHARE = 0.002
LEAST_ROWS = 20
LEAST_LOG_RATIO = math.log(1000)
LEAST_POWER = 0.25
Answer = Literal["ours", "partly_ours", "not_ours", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``share``: of the rows, as fitted where any are ours, else what matches beyond chance; ``log10_ratio``: weight
    of "ours" against "none of it"."""

    ours: Answer
    rows: int
    matched: int
    expected_by_chance: float
    share: float
    log10_ratio: float
    power: float


def judge(scan: Scan) -> Verdict:
    """The verdict on a scan."""
    matched = scan.matched
    excess = matched - scan.by_chance
    beyond = max(0.0, excess) / scan.rows if scan.rows else 0.0
    answer = _answer(scan, matched, excess, beyond)
    share = scan.share if answer in ("ours", "partly_ours") else beyond
    return Verdict(
        answer, scan.rows, matched, scan.by_chance, share,
        scan.log_ratio / math.log(10), scan.power,
    )  # fmt: skip


def _answer(scan: Scan, matched: int, excess: float, share: float) -> Answer:
    if not scan.rows:
        return "cannot_tell"
    beyond_chance = excess > 3 * math.sqrt(max(scan.by_chance, 0.0)) and excess >= 1
    proven = scan.log_ratio >= LEAST_LOG_RATIO and beyond_chance
    if proven and (share >= LEAST_SHARE or excess >= LEAST_ROWS):
        return "ours" if share >= OURS_FROM * scan.power and share >= OURS_FROM / 2 else "partly_ours"
    too_few = scan.rows < LEAST_ROWS and scan.log_ratio > 0 and matched > 0
    return "not_ours" if scan.power >= LEAST_POWER and not too_few else "cannot_tell"
