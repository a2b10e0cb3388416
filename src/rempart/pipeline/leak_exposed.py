"""Who in a leaked file is most exposed: people ranked by the frauds that what stands of them allows.

Reads a finding; gives one :class:`ExposedPeople`. People are pseudonyms; what several rows say of one of them counts together.
The frauds are those of :mod:`rempart.incident.frauds`. What earlier incidents gave away is not added here: open an incident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rempart.incident.frauds import FRAUDS, LEVELS, judge_risks, score
from rempart.leak.side import Array
from rempart.pipeline.leak import Finding


@dataclass(frozen=True, slots=True)
class ExposedPeople:
    """n people, the most exposed first: ``pseudonym`` (n,), ``held`` (n,) categories (bits), ``score`` (n,)."""

    pseudonym: Array
    held: Array
    score: Array

    def by_fraud(self) -> dict[str, dict[str, int]]:
        """For each fraud how many people run each level of it, those that run none left out."""
        bits, counts = np.unique(self.held, return_counts=True)
        found: dict[str, dict[str, int]] = {
            fraud.id: dict.fromkeys(reversed(LEVELS[1:]), 0) for fraud in FRAUDS
        }
        for held, count in zip(bits.tolist(), counts.tolist(), strict=True):
            for risk in judge_risks(held):
                if risk.level:
                    found[risk.fraud][LEVELS[risk.level]] += count
        return found


def exposed_people(finding: Finding) -> ExposedPeople:
    """The people whose rows matched, ranked; of equals the lower pseudonym first."""
    people = len(finding.pseudonyms)
    matched, of_person = np.zeros(people, np.bool_), np.zeros(people, np.int16)
    for each in finding.scan.matches():
        matched[each.person] = True
        np.bitwise_or.at(of_person, each.person, each.held)
    pseudonym, place = np.unique(finding.pseudonyms[matched], return_inverse=True)
    held = np.zeros(len(pseudonym), np.int16)
    np.bitwise_or.at(held, place, of_person[matched])
    bits, kind = np.unique(held, return_inverse=True)
    scores = np.array([score(judge_risks(each)) for each in bits.tolist()] + [0])[kind]
    order = np.lexsort((pseudonym, -scores))
    return ExposedPeople(pseudonym[order], held[order], scores[order])
