"""The loop: consecutive events in, one answer each out. Compiled once, for batches and single events.

An account's answers depend on its own events and on the snapshots handed in, so shards may walk
the same rows in parallel, each skipping the accounts of the others.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.records import FLAG_DECOY, FLAG_LEFT, FLAG_QUERY, FLAG_TOLD, MAX_REASONS, Action, Kind
from rempart.watch.challenge import BY_WORD, choose, has_just_asked, hear, is_known, log_odds, note_session
from rempart.watch.channels import N_STATS, Group, Stat
from rempart.watch.circumstance import circumstance
from rempart.watch.crew import NEW_DAYS
from rempart.watch.hours import hour_bin, odd_hour, slept
from rempart.watch.pages import PAGE_WIDTH, ask_page, follow_order, form_is_new
from rempart.watch.persistence import persisting
from rempart.watch.place import HOUSE_SETTLED, change_session, come_from, settled_in, used_since
from rempart.watch.questions import NONE, find_question, list_rows, note_question, take_back
from rempart.watch.reading import CHANCE_RUN, deeper
from rempart.watch.reasons import (
    DAYS_BEFORE,
    DECOY,
    DISOWNED,
    FAILED_CHALLENGE,
    LEFT,
    TIP_OFF,
    UNANSWERED,
)
from rempart.watch.state import DAY_MS, HOUR_MS, WEEK_FADE_MS, WORKED
from rempart.watch.tips import concerns
from rempart.watch.volume import BURST_MS, open_patients, share_nats
from rempart.watch.weigh import GROUP_OF, doubt_of
from rempart.watch.windows import expire, find_visit

MOST_CARRIED = np.float32(7.0)
"""Nats that the days before may add to a day's own doubt, and never more than the day's own."""
LEFT_NATS = 6.0
DECOY_NATS = 11.0
"""What an opened decoy says for a day, and at least the threshold: nobody has a reason to; a slip of the hand remains."""
MOST_ASKED = 100
"""Questions of an account that count on one day."""
NOTABLE = 0.6
"""Share of the threshold from which an allowed access gets its reasons written down too."""
_LOGIN = int(Group.LOGIN)
_WHERE_AND_WHEN = (int(Stat.NEW_PLACE), int(Stat.ODD_HOUR), int(Stat.CREW))
_ACCESS, _FAIL = int(Kind.ACCESS), int(Kind.LOGIN_FAILED)
_ALLOW, _STEP_UP, _BLOCK = int(Action.ALLOW), int(Action.STEP_UP), int(Action.BLOCK)


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
    stat[33] = persisting(acc)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _observe(acc, account, row, now, patients, grades, others, crews, shard, tails, novel):  # type: ignore[no-untyped-def]
    """Run every channel on one event; returns patients new to the haul and the hour's bin."""
    visits, nodes, counts = shard
    shares, novelty, usual, zone_from, zone_offset = tails
    expire(acc, nodes, counts, now)
    stat = acc.now
    at = hour_bin(now, zone_from, zone_offset)
    stat[13] = slept(acc, now)
    _fade(acc, now)
    asked = find_question(acc, row.request) if row.flags & FLAG_TOLD else NONE
    if asked != NONE:
        return _learn_outcome(acc, account, asked, row, now, patients, grades, shard, usual)
    stat[10] = come_from(acc, row, others, acc.day, now, novelty, novel)
    new_here = crews > 0.0 and acc.day - used_since(acc, row.network) < NEW_DAYS
    stat[24] = crews * novelty[HOUSE_SETTLED] if new_here else np.float32(0.0)
    stat[12] = odd_hour(acc, at, shares[acc.role + 1]) * settled_in(acc, novelty)
    change_session(acc, row.session, now)
    odd = circumstance(stat[10], stat[12], stat[13])
    fresh = 0
    if row.outcome > 0:
        acc.misses += np.float32(1.0)
    if row.flags & FLAG_QUERY:
        width = row.patients if row.patients > 0 else max(row.count, 0)
        ask_page(acc, row, width, odd, form_is_new(acc, row.form, acc.day))
        follow_order(acc, row)
        note_question(acc, row, now, width, odd)
        fresh = max(width, 1)
    elif row.outcome <= 0:
        fresh = open_patients(
            acc, account, visits, nodes, counts, patients, grades, odd, row.form, usual[acc.role + 1], now
        )
        note_question(acc, row, now, 0, odd)
    _count(acc)
    return fresh


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _learn_outcome(acc, account, asked, row, now, patients, grades, shard, usual):  # type: ignore[no-untyped-def]
    """What became of a request that was judged when it was asked for: only what was not known then is added.

    Where from, when and in which order was judged with the question. Returns patients new to the haul.
    """
    visits, nodes, counts = shard
    for stat in _WHERE_AND_WHEN:
        acc.now[stat] = np.float32(0.0)
    fresh = 0
    if row.outcome > 0:
        acc.misses += np.float32(1.0)
        take_back(acc, asked)
    elif row.flags & FLAG_QUERY:
        if row.patients > 0:
            fresh = list_rows(acc, asked, row.patients)
    else:
        take_back(acc, asked)
        odd = acc.question_odd[asked]
        for i in range(patients.size):
            slot = find_visit(visits, account, patients[i])
            if visits[slot].account == -1 or visits[slot].last_ms < acc.question_ms[asked]:
                fresh += open_patients(
                    acc, account, visits, nodes, counts, patients[i : i + 1], grades[i : i + 1],
                    odd, row.form, usual[acc.role + 1], now,
                )  # fmt: skip
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
def _answer(acc, row, now, fresh, doubt, extra, parts, prices, stance, answer):  # type: ignore[no-untyped-def]
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
        doubt = max(doubt + np.float32(DECOY_NATS), stance.threshold)
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
        if not is_known(acc, fresh_doubt, now):
            acc.fresh_top = max(acc.fresh_top, fresh_doubt)
        acc.doubt_top = max(acc.doubt_top, own)
        for stat in range(N_STATS):
            acc.top[stat] = max(acc.top[stat], acc.now[stat])
    odds = log_odds(acc, row.session, now, doubt)
    answer.doubt = doubt
    answer.hijack = np.float32(1.0 / (1.0 + np.exp(-odds)))
    if row.kind == _ACCESS:
        answer.stake_low_eur = np.float32(prices[row.form, 0] * fresh)
        answer.stake_high_eur = np.float32(prices[row.form, 1] * fresh)
    if row.kind == _ACCESS or row.kind == _FAIL:
        answer.action = choose(acc, row, now, fresh, doubt, odds, stance)
        if answer.action == _STEP_UP and own >= stance.usual and has_just_asked(acc, row.session, now):
            acc.challenged = min(acc.challenged + 1, MOST_ASKED)
    if acc.blocked != 0:
        answer.action = _BLOCK
        if extra < 0:
            extra = DISOWNED if acc.blocked == BY_WORD else FAILED_CHALLENGE
    answer.whole_account = 1 if answer.action == _BLOCK else 0
    if answer.action != _ALLOW or extra >= 0 or doubt >= NOTABLE * stance.threshold:
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
    stance,
    shard,
    shards,
    parts,
    out,
):
    """Judge the rows of one day that belong to ``shard``; fills ``out`` (n,) of records.DECISION.

    ``prices`` (forms + 1, 2) euros a new patient, low and high, by form number (-1 is the last row).
    ``parts`` (N_STATS + 1,) float32 is room to work in.
    """
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
            strange = acc.strange
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
                stance.novel,
            )
            if fresh > 0:
                strange = acc.strange - strange
                note_session(acc, row.session, np.float32(strange + fresh / PAGE_WIDTH))
        else:
            expire(acc, nodes, counts, now)
            _fade(acc, now)
            _count(acc)
            extra = hear(acc, row, now, stance)
            fresh = 1 if row.kind == _FAIL else 0
        acc.last_ms = now
        doubt = doubt_of(acc, nats_table, apart, role_days, parts)
        _answer(acc, row, now, fresh, doubt, extra, parts, prices, stance, out[i])
