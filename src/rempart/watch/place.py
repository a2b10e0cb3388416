"""Place: networks and software new to the account, and two networks within minutes.

Reads network and software numbers and, for a new network, how many other accounts of the house
were known to use it at the last closed minute. Gives nats of surprise (learned: how often honest
account-days bring such a novelty, today too where much of the staff does) and a decayed count of changes between
networks. What was new today stays new until the day closes undisturbed. Misses thieves behind the hospital's own
address, and those who begin on the day of a merger.
Risk-based authentication: Wiefling et al., TOPS 2022.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.state import MINUTE_MS, PLACES, SOFTWARES, WORKED
from rempart.watch.threshold import MOST_OF_A_CREW

COMMON, FEW, UNSEEN, SOFTWARE = 0, 1, 2, 3
HOUSE_SETTLED = 4
"""Classes of novelty: a network of three or more others, of one or two, of nobody; new software."""
BETWEEN_MS = 10 * MINUTE_MS
ROAM_DAYS = 6.0
"""Days of an account's own history that weigh as much as the house's share of novelty."""
THIEF_SHARE = np.array([0.25, 0.4, 1.0, 0.7])
"""How often theft brings each class of novelty: the thief's side, stated, never fitted."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _place_is_new(acc, network, day, now):  # type: ignore[no-untyped-def]
    oldest = 0
    for i in range(PLACES):
        if acc.place[i] == network:
            acc.place_ms[i] = now
            return acc.place_day[i] == day
        if acc.place_ms[i] < acc.place_ms[oldest]:
            oldest = i
    acc.place[oldest] = network
    acc.place_ms[oldest] = now
    acc.place_day[oldest] = day
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def used_since(acc, network):  # type: ignore[no-untyped-def]
    """Day on which this account first used the network it uses now."""
    for i in range(PLACES):
        if acc.place[i] == network:
            return acc.place_day[i]
    return acc.day


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _software_is_new(acc, software, day):  # type: ignore[no-untyped-def]
    for i in range(SOFTWARES):
        if acc.software[i] == software:
            return acc.software_day[i] == day
    for i in range(SOFTWARES - 1, 0, -1):
        acc.software[i] = acc.software[i - 1]
        acc.software_day[i] = acc.software_day[i - 1]
    acc.software[0] = software
    acc.software_day[0] = day
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _surprise(acc, kind, rates, today):  # type: ignore[no-untyped-def]
    share = max((acc.roams[kind] + ROAM_DAYS * rates[kind]) / (acc.days + ROAM_DAYS), today[kind])
    return np.float32(max(0.0, np.log(THIEF_SHARE[kind]) - np.log(share)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def novel_today(accounts, shares):  # type: ignore[no-untyped-def]
    """Fill ``shares`` (4,): the part of today's active accounts that brought each class of novelty, beyond a crew.

    A merger or a new program shows in much of the staff on one morning, a theft in a few accounts. Accounts whose
    challenge failed do not count, nor those nothing can be new to yet.
    """
    active = 0
    shares[:] = 0.0
    for acc in accounts:
        if acc.seen != WORKED or acc.withheld != 0 or acc.days == 0:
            continue
        active += 1
        for kind in range(shares.size):
            if acc.new_place_class >> kind & 1:
                shares[kind] += 1.0
    for kind in range(shares.size):
        shares[kind] = max(shares[kind] - MOST_OF_A_CREW, 0.0) / max(active, 1)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _settled(acc):  # type: ignore[no-untyped-def]
    return np.float32(acc.days / (acc.days + 2.0))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def settled_in(acc, rates):  # type: ignore[no-untyped-def]
    """How far, 0 to 1, this account or its house is known: in a house without history nothing is unusual yet."""
    return max(_settled(acc), rates[HOUSE_SETTLED])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def change_session(acc, session, now):  # type: ignore[no-untyped-def]
    """Count a return to a session within minutes of its use, after another was used between."""
    if session == acc.at_session:
        return
    if session == acc.other_session and now - acc.other_ms < BETWEEN_MS:
        acc.backs += np.float32(1.0)
    acc.other_session = acc.at_session
    acc.other_ms = acc.last_ms
    acc.at_session = session


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def come_from(acc, row, others, day, now, rates, today):  # type: ignore[no-untyped-def]
    """Nats of surprise of where this event comes from; an account without history inherits the house's networks.

    ``others`` is how many other accounts use the network (0 to 3), ``rates`` (5,) the house's share of
    account-days that bring a class of novelty (the account's own days move it), and how settled
    the house is, 0 to 1; ``today`` (4,) the share of :func:`novel_today`.
    """
    nats = np.float32(0.0)
    if row.network != -1:
        if _place_is_new(acc, row.network, day, now):
            kind = UNSEEN if others == 0 else (FEW if others < 3 else COMMON)
            nats = _surprise(acc, kind, rates, today)
            nats *= settled_in(acc, rates) if kind == UNSEEN else _settled(acc)
            acc.new_place_class |= 1 << kind
        moved = acc.last_place != -1 and acc.last_place != row.network
        if moved and now - acc.last_ms < BETWEEN_MS:
            acc.flips += np.float32(1.0)
        acc.last_place = row.network
    if row.software != -1 and _software_is_new(acc, row.software, day):
        nats += _surprise(acc, SOFTWARE, rates, today) * _settled(acc)
        acc.new_place_class |= 1 << SOFTWARE
    return nats
