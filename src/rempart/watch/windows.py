"""Exact distinct patients over 10 minutes, 1 hour and 24 hours, and when a patient was last seen.

One open-addressing table maps (account, patient) to the last event, and each account keeps its
events of 24 hours in a queue. When a patient comes back, the earlier event is marked superseded;
a window's count is the number of its events that are not. Each event is touched a constant number
of times, so all three windows together cost O(1) an event.

Reads: account, patient, time. Gives: distinct counts, and the time of the previous visit.
Misses nothing within its windows; visits older than :data:`state.VISIT_DAYS` are forgotten.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.state import DAY_MS, HOUR_MS, MINUTE_MS, NODE, VISIT, VISIT_DAYS, Shard

_W0 = 10 * MINUTE_MS
_W1 = HOUR_MS
_W2 = DAY_MS


@njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def mix(patient, account):  # type: ignore[no-untyped-def]
    """64-bit finaliser (splitmix64) over the pair; patients are keyed pseudonyms already."""
    z = patient + np.uint64(account) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def find_visit(visits, account, patient):  # type: ignore[no-untyped-def]
    """Slot of the pair, or of the free place where it belongs."""
    mask = np.uint64(visits.size - 1)
    slot = np.int64(mix(patient, account) & mask)
    while visits[slot].account != -1:
        if visits[slot].account == account and visits[slot].patient == patient:
            break
        slot = (slot + 1) & np.int64(mask)
    return slot


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def expire(acc, nodes, counts, now):  # type: ignore[no-untyped-def]
    """Move the three tails of an account's queue past what is older than their window at ``now``."""
    for w in range(3):
        width = _W0 if w == 0 else (_W1 if w == 1 else _W2)
        node = acc.tail[w]
        while node != -1 and nodes[node].ms <= now - width:
            following = nodes[node].next
            if nodes[node].superseded == 0:
                acc.distinct[w] -= 1
            if w == 2:
                nodes[node].superseded = 2
                nodes[node].next = np.int32(counts[1])
                counts[1] = node
            node = following
        acc.tail[w] = node
    if acc.tail[2] == -1:
        acc.newest = -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _new_node(nodes, counts):  # type: ignore[no-untyped-def]
    node = counts[1]
    if node != -1:
        counts[1] = nodes[node].next
    else:
        node = counts[2]
        counts[2] += 1
    return np.int32(node)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def visit(acc, account, visits, nodes, counts, patient, now):  # type: ignore[no-untyped-def]
    """Record one patient at ``now`` (never before the account's last event).

    Returns the time of the previous visit, or a large negative number for a first one, and of the first of
    visits with no gap of VISIT_DAYS. Call :func:`expire` before it.
    """
    slot = find_visit(visits, account, patient)
    before = np.int64(-(2**62))
    if visits[slot].account == -1:
        visits[slot].account = account
        visits[slot].patient = patient
        visits[slot].first_ms = now
        counts[0] += 1
    else:
        before = visits[slot].last_ms
        if before < now - VISIT_DAYS * DAY_MS:
            visits[slot].first_ms = now
        old = visits[slot].node
        if before > now - _W2 and nodes[old].superseded == 0:
            nodes[old].superseded = 1
            acc.distinct[2] -= 1
            if before > now - _W1:
                acc.distinct[1] -= 1
            if before > now - _W0:
                acc.distinct[0] -= 1
    node = _new_node(nodes, counts)
    nodes[node].ms = now
    nodes[node].superseded = 0
    nodes[node].next = -1
    if acc.newest != -1:
        nodes[acc.newest].next = node
    acc.newest = node
    for w in range(3):
        if acc.tail[w] == -1:
            acc.tail[w] = node
        acc.distinct[w] += 1
    visits[slot].last_ms = now
    visits[slot].node = node
    return before, visits[slot].first_ms


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _keep_recent(visits, fresh, oldest):  # type: ignore[no-untyped-def]
    kept = 0
    for i in range(visits.size):
        if visits[i].account != -1 and visits[i].last_ms >= oldest:
            slot = find_visit(fresh, visits[i].account, visits[i].patient)
            fresh[slot] = visits[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def has_room(visits, nodes, counts, more):  # type: ignore[no-untyped-def]
    """Whether the tables of a shard hold ``more`` visits."""
    return (counts[0] + more) * 2 <= visits.size and counts[2] + more <= nodes.size


def make_room(shard: Shard, visits: int, oldest_ms: int) -> None:
    """Grow the shard's tables for ``visits`` more visits; growing drops visits before ``oldest_ms``."""
    if has_room(shard.visits, shard.nodes, shard.counts, visits):
        return
    used = int(shard.counts[0])
    if (used + visits) * 2 > shard.visits.size:
        recent = int(
            np.count_nonzero((shard.visits["account"] != -1) & (shard.visits["last_ms"] >= oldest_ms))
        )
        _rebuild(shard, recent + visits, oldest_ms)
    need = int(shard.counts[2]) + visits
    if need > shard.nodes.size:
        grown = np.zeros(max(need, shard.nodes.size * 2), NODE)
        grown[: shard.nodes.size] = shard.nodes
        shard.nodes = grown


def forget_old(shard: Shard, oldest_ms: int) -> None:
    """Drop visits before ``oldest_ms`` and give their memory back when most of the table is idle."""
    recent = int(np.count_nonzero((shard.visits["account"] != -1) & (shard.visits["last_ms"] >= oldest_ms)))
    if recent < int(shard.counts[0]) // 2:
        _rebuild(shard, recent, oldest_ms)


def _rebuild(shard: Shard, expected: int, oldest_ms: int) -> None:
    size = 1 << 12
    while size < expected * 3:
        size *= 2
    fresh = np.zeros(size, VISIT)
    fresh["account"] = -1
    shard.counts[0] = _keep_recent(shard.visits, fresh, np.int64(oldest_ms))
    shard.visits = fresh
