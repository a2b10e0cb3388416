"""Requests counted once: what was asked for, and what the server behind told of it afterwards.

An enforcement point judges a request before it is served, so its own record leaves open what was given out. Where later
records tell of that request, one of the two stands for both: they where they name the patients or say that
nothing was served, else the question with its bound. Pure arrays. Misses: a request nobody told of; it stays
possible.
"""

from __future__ import annotations

import numpy as np

from rempart.incident.exposure import NO, Array


def settle_questions(
    served: Array, number: Array, question: Array, told: Array, patients: Array, people: Array
) -> Array:
    """``served`` (n,) with NO where another of the accesses stands for the one there.

    ``number`` (n,) ascending; where ``told`` (n,) is true ``question`` (n,) is the number of the decision it tells
    the outcome of; ``patients`` (n,) how many of ``people`` (m,) each access names, in turn.
    """
    place = np.minimum(np.searchsorted(number, question), max(number.size - 1, 0))
    tells = np.flatnonzero(told & (number[place] == question)) if number.size else np.zeros(0, np.int64)
    if not tells.size:
        return served
    asked = place[tells]
    given = served[tells] != NO
    listed = given & (patients[tells] > 0)
    lists, gives, is_told = (np.zeros(number.size, bool) for _ in range(3))
    lists[asked[listed]] = True
    gives[asked[given]] = True
    is_told[asked] = True
    missing = _unlisted(tells[given], asked[given], patients, people)
    settled = served.copy()
    settled[is_told & (~gives | (lists & (missing == 0)))] = NO
    settled[tells[given & ~listed & (settled[asked] != NO)]] = NO
    return settled


def _unlisted(tells: Array, asked: Array, patients: Array, people: Array) -> Array:
    """How many patients (n,) of each access none of the records ``tells`` (k,) of the access at ``asked`` (k,) names."""
    row = np.repeat(np.arange(patients.size), patients)
    person = np.unique(people, return_inverse=True)[1].astype(np.int64)
    span = int(person.max(initial=0)) + 1
    stands_for = np.full(patients.size, -1, np.int64)
    stands_for[tells] = asked
    named = stands_for[row] >= 0
    listed = np.isin(row * span + person, (stands_for[row] * span + person)[named])
    return np.bincount(row[~listed], minlength=patients.size)
