"""An account's challenges: whom to ask, what passing and failing say, and the mildest answer that fits.

Reads the doubt of the event, the account's challenged sessions and what a person said. An open challenge is served
nothing; a pass vouches for its own session, and speaks for one beside it while the sessions that passed brought most of
what was strange today; the first failure is asked once more. Misses who is really there: a
pass is a likelihood ratio (3 % of owners are fooled). Compiled, called by :mod:`rempart.watch.kernel`.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.records import FLAG_TRUSTED, Action, Kind
from rempart.watch.channels import Stat
from rempart.watch.reasons import DISOWNED, FAILED_CHALLENGE, REOPENED, SLIPPED
from rempart.watch.state import DAY_MS, HOUR_MS, SESSIONS, TODAY_SESSIONS, Array

PRIOR_LOG_ODDS = -11.5
"""Log odds that a given account is in a thief's hands on a given day: about 1 in 100,000."""
PASSED_NATS = 3.5
"""What a passed challenge is worth: 3 % of owners are fooled into approving (ln 1/0.03)."""
PASSED_HOURS = 12.0
RATCHET = PASSED_NATS
"""Nats of new doubt before a session that passed is asked again within PASSED_HOURS: what the pass was worth."""
PROVED_PART = 0.75
"""Part of the day's haul that sessions which passed must have brought before another is asked only for new doubt."""
RESTRICT_NATS = 2.3
"""Nats of doubt above the step-up threshold: ten times the odds."""
STRONG_NATS = 4.6
"""Nats above it from which a failed challenge gets no second try: a hundred times the odds."""
SLIP_HOURS = 12.0
"""Time after which a challenge passed in another session makes up for a slip too, and a second one makes it forgotten."""
MOST_STRANGE = 0.4
"""Share of an account's patients that care may leave unexplained where ``restrict`` is used."""
BY_WORD = RELEASED_BY_WORD = 2
"""``blocked`` or ``released`` by a person's word; 1 by a failed or passed challenge."""
_FAILED = int(Stat.FAILED_LOGINS_1H)
_ACCESS, _PASS, _FAIL, _BACK, _NOT_ME, _ME = (int(kind) for kind in Kind)
_ALLOW, _STEP_UP, _RESTRICT, _BLOCK = (int(action) for action in Action)


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
def note_session(acc, session, haul):  # type: ignore[no-untyped-def]
    """Something was opened or asked for in this session today, strange patients worth ``haul``; more than TODAY_SESSIONS
    sessions are one too many."""
    have = min(acc.sessions_today, TODAY_SESSIONS)
    for i in range(have):
        if acc.today_session[i] == session:
            acc.today_haul[i] += haul
            return
    if have < TODAY_SESSIONS:
        acc.today_session[have] = session
        acc.today_haul[have] = haul
    acc.sessions_today = np.int16(have + 1)


def vouched(accounts: Array) -> Array:
    """For which accounts' days (n,) somebody vouched: a person's word, or a challenge passed in every session that opened
    anything. The owner who passes does not speak for whoever works beside him."""
    every = (np.int64(1) << accounts["sessions_today"].astype(np.int64)) - 1
    passed = (accounts["sessions_today"] <= TODAY_SESSIONS) & (accounts["passed_today"] == every)
    return np.asarray((accounts["released"] == RELEASED_BY_WORD) | ((accounts["released"] == 1) & passed))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def open_since(acc, now, most_ms):  # type: ignore[no-untyped-def]
    """When the newest of the challenges of the last ``most_ms`` that nobody answered was asked; 0 where none is open."""
    newest = np.int64(0)
    for i in range(SESSIONS):
        if acc.passed_ms[i] == 0 and acc.asked_ms[i] > max(newest, now - most_ms):
            newest = acc.asked_ms[i]
    return newest


def withhold_unanswered(accounts: Array, begun_ms: int) -> None:
    """Mark accounts (n,) with a challenge since ``begun_ms`` that nobody answered: their day is not learned as an honest one.
    Staff answer within minutes; who drops a login at the question and comes back tomorrow must not become usual."""
    unanswered = (accounts["asked_ms"] >= begun_ms) & (accounts["passed_ms"] == 0)
    accounts["withheld"][unanswered.any(axis=1)] = 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _is_proved(acc):  # type: ignore[no-untyped-def]
    """Whether sessions that passed brought PROVED_PART of today's haul: then its doubt was theirs."""
    if acc.passed_today == 0 or acc.sessions_today > TODAY_SESSIONS:
        return False
    passed, whole = np.float32(0.0), np.float32(0.0)
    for i in range(acc.sessions_today):
        whole += acc.today_haul[i]
        if acc.passed_today >> i & 1:
            passed += acc.today_haul[i]
    return passed >= PROVED_PART * whole


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def is_known(acc, doubt, now):  # type: ignore[no-untyped-def]
    """Whether so much doubt was there within a day when the account's sessions passed: it is not carried on once more."""
    return now - acc.proved_ms <= DAY_MS and doubt <= acc.proved_doubt


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def choose(acc, row, now, fresh, doubt, odds, stance):  # type: ignore[no-untyped-def]
    """The mildest answer that fits; asks where an access adds to the haul."""
    if acc.blocked != 0:
        return _BLOCK
    slot = _slot(acc, row.session)
    if slot >= 0 and not _is_recent(acc.asked_ms[slot], now):
        acc.asked_ms[slot] = 0
        slot = -1
    threshold = stance.threshold
    if slot >= 0 and acc.passed_ms[slot] != 0:
        if doubt < threshold or doubt < acc.passed_doubt[slot] + RATCHET or fresh == 0:
            return _ALLOW
        acc.passed_ms[slot] = 0
        acc.asked_ms[slot] = now
        acc.unanswered[slot] = 0.0
        acc.passed_doubt[slot] = doubt
        return _STEP_UP
    open_challenge = slot >= 0 and stance.enforce == 1
    slipped = acc.slipped_ms > 0 and stance.enforce == 1
    if not open_challenge and ((doubt < threshold and not slipped) or fresh == 0):
        return _ALLOW
    if slot < 0 and not slipped and doubt < acc.proved_doubt + RATCHET and _is_proved(acc):
        return _ALLOW
    if slot < 0:
        if row.kind == _FAIL:
            return _STEP_UP  # Nothing was asked for yet; nor may failures push an open challenge out.
        slot = _take_slot(acc, row.session, now)
    acc.passed_doubt[slot] = max(doubt, acc.passed_doubt[slot]) if open_challenge else doubt
    unanswered = acc.unanswered[slot]
    acc.unanswered[slot] += np.float32(1.0)
    sure = odds > 0.0 and doubt >= stance.usual + RESTRICT_NATS
    waited = stance.enforce == 0 or unanswered >= 3
    if sure and waited and acc.opened > 20.0 and acc.strange <= MOST_STRANGE * acc.opened:
        return _RESTRICT
    return _STEP_UP


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def has_just_asked(acc, session, now):  # type: ignore[no-untyped-def]
    """Whether this session's challenge was asked by this very event, and did not stand before."""
    slot = _slot(acc, session)
    return slot >= 0 and acc.asked_ms[slot] == now and acc.unanswered[slot] <= 1.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def hear(acc, row, now, stance):  # type: ignore[no-untyped-def]
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
        acc.failed_ms = 0
        acc.failed = 0.0
        for i in range(SESSIONS):
            acc.asked_ms[i] = 0
        acc.lost_ms = 0
        acc.passed_today = 0
        acc.proved_ms = 0
        return REOPENED
    if row.kind == _NOT_ME:
        if not trusted:
            return -1
        acc.blocked = BY_WORD
        acc.withheld = 1
        acc.failed_ms = now
        acc.proved_ms = 0
        return DISOWNED
    if row.kind == _ME:
        if trusted:
            acc.released = RELEASED_BY_WORD
        return -1
    if row.kind == _PASS:
        if asked and trusted and stance.enforce == 1 and acc.blocked == 0:
            _pass(acc, slot, row.session, now)
        return -1
    acc.failed += np.float32(1.0)
    acc.now[_FAILED] = acc.failed
    if trusted and stance.enforce == 1:
        if asked:
            return _fail(acc, acc.passed_doubt[slot], row.session, now, stance)
        if slot < 0 and _is_recent(acc.lost_ms, now):  # It may be the session whose challenge was lost.
            return _fail(acc, acc.lost_doubt, row.session, now, stance)
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
            acc.failed_ms = 0
            acc.passed_doubt[slot] -= np.float32(RATCHET)
            acc.withheld = 0
        return
    acc.withheld = 0
    if now + acc.slipped_ms > SLIP_HOURS * HOUR_MS:
        acc.slipped_ms = 0
    acc.released = max(acc.released, np.int8(1))
    earlier = acc.proved_doubt if acc.passed_today > 0 else np.float32(0.0)
    acc.proved_doubt = max(acc.passed_doubt[slot], earlier)
    for i in range(min(acc.sessions_today, TODAY_SESSIONS)):
        if acc.today_session[i] == session:
            acc.passed_today |= 1 << i
    acc.proved_ms = now if _is_proved(acc) else 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fail(acc, doubt, session, now, stance):  # type: ignore[no-untyped-def]
    """A challenge failed: the first time it is asked once more, in every session of the account, unless doubt was
    strong or a decoy was opened; else the account is blocked. ``doubt`` is the challenge's. Returns the code of the reason."""
    acc.withheld = 1
    acc.failed_ms = now
    acc.proved_ms = 0
    strong = doubt >= stance.usual + STRONG_NATS
    decoy = acc.decoy_ms != 0 and now - acc.decoy_ms < DAY_MS
    if acc.slipped_ms == 0 and not strong and not decoy:
        acc.slipped_ms = now
        acc.slipped_session = session
        return SLIPPED
    acc.blocked = 1
    return FAILED_CHALLENGE


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def log_odds(acc, session, now, doubt):  # type: ignore[no-untyped-def]
    """Log odds that the account is in a thief's hands, after what a challenge said."""
    odds = PRIOR_LOG_ODDS + doubt
    slot = _slot(acc, session)
    if slot >= 0 and acc.passed_ms[slot] != 0:
        odds -= PASSED_NATS * np.exp(-(now - acc.passed_ms[slot]) / (PASSED_HOURS * HOUR_MS))
    if acc.blocked != 0 or acc.slipped_ms > 0:
        odds += PASSED_NATS
    return odds
