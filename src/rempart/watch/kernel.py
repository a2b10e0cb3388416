"""The loop: consecutive events in, one answer each out. Compiled once, for batches and single events.

An account's answers depend on its own events and on the snapshots handed in, so shards may walk
the same rows in parallel, each skipping the accounts of the others.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.records import FLAG_DECOY, FLAG_LEFT, FLAG_QUERY, FLAG_TRUSTED, MAX_REASONS, Action, Kind
from rempart.watch.channels import N_STATS, Group, Stat
from rempart.watch.circumstance import circumstance
from rempart.watch.crew import NEW_DAYS
from rempart.watch.hours import hour_bin, odd_hour, slept
from rempart.watch.pages import ask_page, follow_order, form_is_new
from rempart.watch.place import HOUSE_SETTLED, change_session, come_from, used_since
from rempart.watch.reading import CHANCE_RUN, deeper
from rempart.watch.reasons import (
    DAYS_BEFORE,
    DECOY,
    DISOWNED,
    FAILED_CHALLENGE,
    LEFT,
    REOPENED,
    SLIPPED,
    TIP_OFF,
    UNANSWERED,
)
from rempart.watch.state import DAY_MS, HOUR_MS, SESSIONS, WEEK_FADE_MS, WORKED
from rempart.watch.tips import concerns
from rempart.watch.volume import BURST_MS, open_patients, share_nats
from rempart.watch.weigh import GROUP_OF, doubt_of
from rempart.watch.windows import expire

PRIOR_LOG_ODDS = -11.5
"""Log odds that a given account is in a thief's hands on a given day: about 1 in 100,000."""
PASSED_NATS = 3.5
"""What a passed challenge is worth: 3 % of owners are fooled into approving (ln 1/0.03)."""
PASSED_HOURS = 12.0
MOST_CARRIED = np.float32(7.0)
"""Nats that the days before may add to a day's own doubt, and never more than the day's own."""
LEFT_NATS = 6.0
DECOY_NATS = 11.0
"""What an opened decoy says for a day, and at least the threshold: nobody has a reason to; a slip of the hand remains."""
RATCHET = 2.0
"""Nats of new doubt before a session that passed is asked again within PASSED_HOURS."""
RESTRICT_NATS = 2.3
"""Nats of doubt above the step-up threshold: ten times the odds."""
STRONG_NATS = 4.6
"""Nats above it from which a failed challenge gets no second try: a hundred times the odds."""
SLIP_HOURS = 12.0
"""Time after which a challenge passed in another session makes up for a slip too, and a second one makes it forgotten."""
EXPLAINED_ENOUGH = 0.6
"""Share of an account's patients that care must explain before ``restrict`` may be used."""
NOTABLE = 0.6
"""Share of the threshold from which an allowed access gets its reasons written down too."""
_FAILED, _LOGIN = int(Stat.FAILED_LOGINS_1H), int(Group.LOGIN)
_BY_WORD = 2
"""``blocked`` by a person's word; 1 by a failed challenge."""
_ACCESS, _PASS, _FAIL, _BACK, _NOT_ME, _ME = (int(kind) for kind in Kind)
_ALLOW, _STEP_UP, _RESTRICT, _BLOCK = (int(action) for action in Action)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fade(acc, now):  # type: ignore[no-untyped-def]
    """Let decayed sums fade to ``now``."""
    past = now - acc.decayed_ms
    if past <= 0:
        return
    hour = np.float32(np.exp(-past / HOUR_MS))
    day = np.float32(np.exp(-past / (DAY_MS / 2)))
    week = np.float32(np.exp(-past / WEEK_FADE_MS))
    acc.burst *= np.float32(np.exp(-past / BURST_MS))
    acc.strangers *= hour
    acc.pages *= hour
    acc.misses *= hour
    acc.failed *= hour
    acc.flips *= hour
    acc.run *= hour
    acc.backs *= hour
    acc.strangers_day *= day
    acc.in_care *= day
    acc.new_searches *= day
    acc.rows_day *= day
    acc.out_of_care_day *= day
    acc.odd_strangers *= day
    acc.odd_patients *= day
    acc.odd_reads *= day
    acc.strange_reads *= day
    acc.kinds_day *= day
    acc.visits_day *= day
    acc.even_pace *= hour
    acc.strangers_week *= week
    acc.out_of_care_week *= week
    acc.strange_reads_week *= week
    acc.never_back *= week
    acc.singly_day *= day
    acc.singly_week *= week
    acc.decayed_ms = now


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _is_recent(asked_ms, now):  # type: ignore[no-untyped-def]
    """Whether a challenge asked then still stands."""
    return asked_ms != 0 and now - asked_ms <= PASSED_HOURS * HOUR_MS


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _slot(acc, session):  # type: ignore[no-untyped-def]
    """Slot of a challenged session, or -1."""
    for i in range(SESSIONS):
        if acc.asked_ms[i] != 0 and acc.session[i] == session:
            return i
    return -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _take_slot(acc, session, now):  # type: ignore[no-untyped-def]
    """A slot for a session that is challenged now: a free one, else the oldest of those answered, else the oldest,
    whose challenge is then noted as lost."""
    given, least = 0, 3
    for i in range(SESSIONS):
        worth = 0
        if _is_recent(acc.asked_ms[i], now):
            worth = 1 if acc.passed_ms[i] != 0 else 2
        if worth < least or (worth == least and acc.asked_ms[i] < acc.asked_ms[given]):
            given, least = i, worth
    if least == 2:
        still = _is_recent(acc.lost_ms, now)
        acc.lost_doubt = max(acc.lost_doubt, acc.passed_doubt[given]) if still else acc.passed_doubt[given]
        acc.lost_ms = now
    acc.session[given] = session
    acc.asked_ms[given] = now
    acc.passed_ms[given] = 0
    acc.unanswered[given] = 0.0
    return given


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _count(acc):  # type: ignore[no-untyped-def]
    """The statistics that are counts and faded sums, as they stand."""
    stat = acc.now
    stat[0] = acc.distinct[0]
    stat[1] = acc.distinct[1]
    stat[2] = acc.distinct[2]
    stat[3] = acc.strangers
    stat[4] = acc.strangers_day
    stat[5] = acc.in_care
    stat[6] = acc.pages
    stat[7] = acc.run
    stat[8] = acc.misses
    stat[9] = acc.failed
    stat[11] = acc.flips
    stat[14] = acc.odd_strangers
    stat[15] = acc.odd_patients
    stat[16] = acc.backs
    stat[17] = acc.strangers_week
    stat[18] = acc.new_searches
    stat[19] = acc.rows_day
    stat[20] = acc.out_of_care_day
    stat[21] = acc.out_of_care_week
    opened = acc.strangers_day + acc.in_care
    known = np.float32(acc.days / (acc.days + 2.0))
    stat[22] = known * share_nats(acc.strangers_day, opened, acc.usual_strange)
    stat[23] = known * share_nats(acc.out_of_care_day, opened, acc.usual_uncared)
    stat[25] = acc.odd_reads
    stat[26] = acc.strange_reads
    stat[27] = acc.strange_reads_week
    stat[28] = deeper(acc)
    stat[29] = max(acc.even_pace - CHANCE_RUN, np.float32(0.0))
    stat[30] = acc.never_back
    stat[31] = acc.singly_day
    stat[32] = acc.singly_week


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _observe(acc, account, row, now, patients, grades, others, crews, shard, tails):  # type: ignore[no-untyped-def]
    """Run every channel on one event; returns patients new to the haul and the hour's bin."""
    visits, nodes, counts = shard
    shares, novelty, usual, zone_from, zone_offset = tails
    expire(acc, nodes, counts, now)
    stat = acc.now
    at = hour_bin(now, zone_from, zone_offset)
    stat[13] = slept(acc, now)
    _fade(acc, now)
    stat[10] = come_from(acc, row, others, acc.day, now, novelty)
    new_here = crews > 0.0 and acc.day - used_since(acc, row.network) < NEW_DAYS
    stat[24] = crews * novelty[HOUSE_SETTLED] if new_here else np.float32(0.0)
    stat[12] = odd_hour(acc, at, shares[acc.role + 1])
    change_session(acc, row.session, now)
    odd = circumstance(stat[10], stat[12], stat[13])
    fresh = 0
    if row.outcome > 0:
        acc.misses += np.float32(1.0)
    if row.flags & FLAG_QUERY:
        width = row.patients if row.patients > 0 else max(row.count, 0)
        ask_page(acc, row, width, odd, form_is_new(acc, row.form, acc.day))
        follow_order(acc, row)
        fresh = max(width, 1)
    elif row.outcome <= 0:
        fresh = open_patients(
            acc, account, visits, nodes, counts, patients, grades, odd, row.form, usual[acc.role + 1], now
        )
    _count(acc)
    return fresh


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _explain(out, parts, acc, extra_code, extra_nats):  # type: ignore[no-untyped-def]
    """Fill the reasons of a non-allow answer, largest weight first."""
    filled = 0
    if extra_code >= 0:
        out.code[0] = extra_code
        out.weight[0] = extra_nats
        out.seen[0] = 0
        out.usual[0] = 0
        filled = 1
    while filled < MAX_REASONS:
        best = -1
        for stat in range(parts.size):
            if parts[stat] > 0.05 and (best < 0 or parts[stat] > parts[best]):
                best = stat
        if best < 0:
            break
        out.code[filled] = best
        out.weight[filled] = parts[best]
        out.seen[filled] = 0
        out.usual[filled] = -1
        if best < N_STATS:
            out.seen[filled] = np.int32(min(acc.now[best] + 0.5, 2e9))
            out.usual[filled] = np.int32(np.expm1(acc.mean[best]) + 0.5) if acc.days > 0 else -1
        parts[best] = 0.0
        filled += 1
    if filled == 0:
        out.code[0] = UNANSWERED
        out.weight[0] = 0.0
        out.seen[0] = 0
        out.usual[0] = -1
        filled = 1
    out.reasons = filled


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _choose(acc, row, now, fresh, doubt, odds, policy):  # type: ignore[no-untyped-def]
    """The mildest answer that fits; asks where an access adds to the haul."""
    if acc.blocked != 0:
        return _BLOCK
    slot = _slot(acc, row.session)
    if slot >= 0 and not _is_recent(acc.asked_ms[slot], now):
        acc.asked_ms[slot] = 0
        slot = -1
    threshold = policy.threshold
    if slot >= 0 and acc.passed_ms[slot] != 0:
        if doubt < threshold or doubt < acc.passed_doubt[slot] + RATCHET or fresh == 0:
            return _ALLOW
        acc.passed_ms[slot] = 0
        acc.asked_ms[slot] = now
        acc.unanswered[slot] = 0.0
        acc.passed_doubt[slot] = doubt
        return _STEP_UP
    open_challenge = slot >= 0 and policy.enforce == 1
    slipped = acc.slipped_ms > 0 and policy.enforce == 1
    if not open_challenge and ((doubt < threshold and not slipped) or fresh == 0):
        return _ALLOW
    acc.challenged = 1
    if slot < 0:
        if row.kind == _FAIL:
            return _STEP_UP  # Nothing was asked for yet; nor may failures push an open challenge out.
        slot = _take_slot(acc, row.session, now)
    acc.passed_doubt[slot] = max(doubt, acc.passed_doubt[slot]) if open_challenge else doubt
    unanswered = acc.unanswered[slot]
    acc.unanswered[slot] += np.float32(1.0)
    sure = odds > 0.0 and doubt >= threshold + RESTRICT_NATS
    waited = policy.enforce == 0 or unanswered >= 3
    if sure and waited and acc.opened > 20.0 and acc.explained >= EXPLAINED_ENOUGH * acc.opened:
        return _RESTRICT
    return _STEP_UP


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _control(acc, row, now, policy):  # type: ignore[no-untyped-def]
    """A login, a reinstatement or a person's word; returns the code of an extra reason, or -1."""
    slot = _slot(acc, row.session)
    asked = slot >= 0 and acc.passed_ms[slot] == 0 and _is_recent(acc.asked_ms[slot], now)
    trusted = row.flags & FLAG_TRUSTED != 0
    if row.kind == _BACK:
        if not trusted:
            return -1
        acc.blocked = 0
        acc.withheld = 0
        acc.slipped_ms = 0
        acc.failed = 0.0
        for i in range(SESSIONS):
            acc.asked_ms[i] = 0
        acc.lost_ms = 0
        return REOPENED
    if row.kind == _NOT_ME:
        if not trusted:
            return -1
        acc.blocked = _BY_WORD
        acc.withheld = 1
        return DISOWNED
    if row.kind == _ME:
        if trusted:
            acc.released = 1
        return -1
    if row.kind == _PASS:
        if asked and trusted and policy.enforce == 1:
            _pass(acc, slot, row.session, now)
        return -1
    acc.failed += np.float32(1.0)
    acc.now[_FAILED] = acc.failed
    if trusted and policy.enforce == 1:
        if asked:
            return _fail(acc, acc.passed_doubt[slot], row.session, now, policy)
        if slot < 0 and _is_recent(acc.lost_ms, now):  # It may be the session whose challenge was lost.
            return _fail(acc, acc.lost_doubt, row.session, now, policy)
    return -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pass(acc, slot, session, now):  # type: ignore[no-untyped-def]
    """A challenge was passed. The first time after a slip it says nothing about who is there, for the one is as likely
    as the other: what was asked is served, and any doubt beyond it is asked again. In another session it opens that one
    only: somebody who passes does not speak for somebody who failed beside him."""
    acc.passed_ms[slot] = now
    if acc.slipped_ms > 0:
        if session == acc.slipped_session or now - acc.slipped_ms > SLIP_HOURS * HOUR_MS:
            acc.slipped_ms = -acc.slipped_ms
            acc.passed_doubt[slot] -= np.float32(RATCHET)
            acc.withheld = 0
        return
    acc.withheld = 0
    if now + acc.slipped_ms > SLIP_HOURS * HOUR_MS:
        acc.slipped_ms = 0
    acc.released = 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fail(acc, doubt, session, now, policy):  # type: ignore[no-untyped-def]
    """A challenge failed: the first time it is asked once more, in every session of the account, unless doubt was
    strong or a decoy was opened; else the account is blocked. ``doubt`` is the challenge's. Returns the code of the reason."""
    acc.withheld = 1
    strong = doubt >= policy.threshold + STRONG_NATS
    decoy = acc.decoy_ms != 0 and now - acc.decoy_ms < DAY_MS
    if acc.slipped_ms == 0 and not strong and not decoy:
        acc.slipped_ms = now
        acc.slipped_session = session
        return SLIPPED
    acc.blocked = 1
    return FAILED_CHALLENGE


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _odds(acc, session, now, doubt):  # type: ignore[no-untyped-def]
    """Log odds that the account is in a thief's hands, after what a challenge said."""
    odds = PRIOR_LOG_ODDS + doubt
    slot = _slot(acc, session)
    if slot >= 0 and acc.passed_ms[slot] != 0:
        odds -= PASSED_NATS * np.exp(-(now - acc.passed_ms[slot]) / (PASSED_HOURS * HOUR_MS))
    if acc.blocked != 0 or acc.slipped_ms > 0:
        odds += PASSED_NATS
    return odds


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _answer(acc, row, now, fresh, doubt, extra, parts, prices, policy, answer):  # type: ignore[no-untyped-def]
    """Turn the doubt of one event into its answer and its reasons; notes the day's maxima at an access.

    ``extra`` is the code of a reason that is no statistic, or -1; ``parts`` (N_STATS + 1,) what each
    statistic contributed, and the days before. What the house compares accounts by (``doubt_top``) is what they did
    themselves: anybody can fail to log in under their names, and tip-offs and decoys name few of them.
    """
    extra_nats = np.float32(0.0)
    own = doubt
    for stat in range(N_STATS):
        if GROUP_OF[stat] == _LOGIN:
            own -= parts[stat]
    if row.flags & FLAG_LEFT and extra < 0:
        extra = LEFT
        extra_nats = np.float32(LEFT_NATS)
        doubt += extra_nats
        own += extra_nats
    if row.flags & FLAG_DECOY:
        acc.decoy_ms = now
    if acc.decoy_ms != 0 and now - acc.decoy_ms < DAY_MS:
        if extra < 0 or extra == LEFT:
            extra = DECOY
            extra_nats += np.float32(DECOY_NATS)
        doubt = max(doubt + np.float32(DECOY_NATS), policy.threshold)
    tip = concerns(acc, row) if row.kind == _ACCESS else np.float32(0.0)
    if tip > 0.0:
        if extra < 0:
            extra = TIP_OFF
            extra_nats = tip
        doubt += tip
    own += min(acc.carried, MOST_CARRIED, own)
    fresh_doubt = doubt
    parts[DAYS_BEFORE] = min(acc.carried, MOST_CARRIED, doubt)
    doubt += parts[DAYS_BEFORE]
    if row.kind == _ACCESS:
        acc.fresh_top = max(acc.fresh_top, fresh_doubt)
        acc.doubt_top = max(acc.doubt_top, own)
        for stat in range(N_STATS):
            acc.top[stat] = max(acc.top[stat], acc.now[stat])
    odds = _odds(acc, row.session, now, doubt)
    answer.doubt = doubt
    answer.hijack = np.float32(1.0 / (1.0 + np.exp(-odds)))
    if row.kind == _ACCESS:
        answer.stake_low_eur = np.float32(prices[row.form, 0] * fresh)
        answer.stake_high_eur = np.float32(prices[row.form, 1] * fresh)
    if row.kind == _ACCESS or row.kind == _FAIL:
        answer.action = _choose(acc, row, now, fresh, doubt, odds, policy)
        if acc.challenged == 1 and own >= policy.threshold:
            acc.challenged = 2
    if acc.blocked != 0:
        answer.action = _BLOCK
        if extra < 0:
            extra = DISOWNED if acc.blocked == _BY_WORD else FAILED_CHALLENGE
    answer.whole_account = 1 if answer.action == _BLOCK else 0
    if answer.action != _ALLOW or extra >= 0 or doubt >= NOTABLE * policy.threshold:
        _explain(answer, parts, acc, extra, extra_nats)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def judge_rows(
    rows,
    now_ms,
    day,
    patients,
    grades,
    others,
    crews,
    prices,
    accounts,
    visits,
    nodes,
    counts,  # type: ignore[no-untyped-def]
    nats_table,
    apart,
    role_days,
    shares,
    novelty,
    usual,
    zone_from,
    zone_offset,
    policy,
    shard,
    shards,
    out,
):
    """Judge the rows of one day that belong to ``shard``; fills ``out`` (n,) of records.DECISION.

    ``prices`` (forms + 1, 2) euros a new patient, low and high, by form number (-1 is the last row).
    """
    parts = np.zeros(N_STATS + 1, np.float32)
    place = (visits, nodes, counts)
    habits = (shares, novelty, usual, zone_from, zone_offset)
    for i in range(rows.size):
        row = rows[i]
        account = row.account
        if account == -1 or account % shards != shard:
            continue
        acc = accounts[account]
        now = max(now_ms[i], acc.last_ms)
        acc.day = day
        acc.seen = WORKED if row.kind == _ACCESS else max(acc.seen, np.int8(1))
        if row.role != -1:
            acc.role = row.role
        extra = -1
        fresh = 0
        if row.kind == _ACCESS:
            first = row.first_patient
            last = first + row.patients
            fresh = _observe(
                acc,
                account,
                row,
                now,
                patients[first:last],
                grades[first:last],
                others[i],
                crews[i],
                place,
                habits,
            )
        else:
            expire(acc, nodes, counts, now)
            _fade(acc, now)
            _count(acc)
            extra = _control(acc, row, now, policy)
            fresh = 1 if row.kind == _FAIL else 0
        acc.last_ms = now
        doubt = doubt_of(acc, nats_table, apart, role_days, parts)
        _answer(acc, row, now, fresh, doubt, extra, parts, prices, policy, out[i])
