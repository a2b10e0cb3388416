"""Volume and strangers: how many patients, and how many of them nothing explains.

Reads each opened patient's explanation grades (the account's and anybody's care, colleagues, from
outside, and traces of others in the house) and the account's own earlier visits. A patient whom nobody treats or opened these
days is *out of care*: a consultation or an audit opens patients of other people's, a thief whoever comes next in a list.
Gives distinct counts and decayed sums, and how far the day's share of strangers exceeds the account's own:
who opens seventy patients and none of them the owner's is not at the owner's work. A result page is one piece of evidence, not as many as it
has rows, so pages are counted in ``pages`` instead. Misses thieves who take only patients in the
owner's care slower than honest work grows. Explanation-based auditing: Fabbri & LeFevre, VLDB 2011.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.reading import begin_visit, read_kind
from rempart.watch.state import DAY_MS, MINUTE_MS, VISIT_DAYS, WEEK_FADE_MS
from rempart.watch.windows import visit

OWN_VISIT_GRADE = 1.0
"""How far an own visit explains a new one: in full at first, falling to half over VISIT_DAYS, for a register
read every night is no stranger's."""
MOST_SHARE = 0.999
ONE_VISIT_MS = 30 * MINUTE_MS
"""From the first look at a patient on, until another look is a return."""
BURST_MS = 10.0 * MINUTE_MS
"""Time in which a burst of strangers is forgotten to a third."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def open_patients(acc, account, visits, nodes, counts, patients, grades, odd, form, usual, now):  # type: ignore[no-untyped-def]
    """Open the patients of one access; returns how many are new to the last 24 hours."""
    fresh = 0
    for i in range(patients.size):
        before, first = visit(acc, account, visits, nodes, counts, patients[i], now)
        grade = grades[i, 0]
        if before > now - DAY_MS:
            if patients[i] != acc.visit_patient:
                known = np.float32(1.0) if first <= now - DAY_MS else grade
                begin_visit(acc, patients[i], np.float32(1.0) - known, now)
            read_kind(acc, form, usual)
            come_back(acc, before, first, now)
            continue
        age = now - before
        if age < VISIT_DAYS * DAY_MS:
            own = OWN_VISIT_GRADE * (1.0 - 0.5 * age / (VISIT_DAYS * DAY_MS))
            grade = max(grade, np.float32(own))
        begin_visit(acc, patients[i], np.float32(1.0) - grade, now)
        come_back(acc, before, first, now)
        read_kind(acc, form, usual)
        out_of_care = np.float32(1.0) - max(grade, grades[i, 1])
        acc.out_of_care_day += out_of_care
        acc.out_of_care_week += out_of_care
        acc.uncared_today += out_of_care
        fresh += 1
        acc.strangers += np.float32(1.0) - grade
        acc.strangers_day += np.float32(1.0) - grade
        acc.strangers_week += np.float32(1.0) - grade
        acc.in_care += grade
        alone = (np.float32(1.0) - grade) / (np.float32(1.0) + acc.burst)
        acc.singly_day += alone
        acc.singly_week += alone
        acc.burst += np.float32(1.0) - grade
        acc.odd_strangers += odd * (np.float32(1.0) - grade)
        acc.odd_patients += odd
        acc.strange += np.float32(1.0) - grade
        acc.uncared += out_of_care
        acc.opened += np.float32(1.0)
    return fresh


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def come_back(acc, before, first, now):  # type: ignore[no-untyped-def]
    """A patient new to the account counts until the account opens it again, ``before`` being the last look."""
    if before < now - VISIT_DAYS * DAY_MS:
        acc.never_back += np.float32(1.0)
    elif before - first <= ONE_VISIT_MS and now - first > ONE_VISIT_MS:
        due = np.float32(np.exp(-(now - first) / WEEK_FADE_MS))
        acc.never_back = max(acc.never_back - due, np.float32(0.0))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def share_nats(odd, opened, usual):  # type: ignore[no-untyped-def]
    """Nats by which ``odd`` of ``opened`` patients exceed the share ``usual``: the binomial log-likelihood ratio."""
    if opened <= 0.0 or odd <= usual * opened:
        return np.float32(0.0)
    share = min(odd / opened, MOST_SHARE)
    rest = (1.0 - share) * np.log((1.0 - share) / (1.0 - usual))
    return np.float32(opened * (share * np.log(share / usual) + rest))
