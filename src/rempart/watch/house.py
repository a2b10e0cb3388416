"""Facts across accounts, read as of the last closed minute of event time.

Which accounts use a network, and which colleagues of a unit opened a patient. Observations wait
until their minute closes (the watermark, the latest event time, has left it), so an answer does
not depend on the number of shards or the cut of the batches. One event alone cannot drag the
watermark more than a day ahead: a second one must agree, since clocks can be wrong.

Gives, for each event: how many other accounts use its network (0 to 3), what is odd about all that is
opened there (:mod:`crew`), and for each patient a grade for "a colleague's patient" and one for "somebody else in the house opened him
lately", which stands beside anybody's care: a patient who is treated leaves traces of several people, and whoever comes
next in a list does not. Misses what happens within one minute, and patients whom everybody looks at.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.records import FLAG_DECOY, FLAG_NAMED, FLAG_QUERY, FLAG_TOLD, MISSING_MS, Kind
from rempart.watch.channels import Stat
from rempart.watch.crew import FAILED_LOGIN, USUAL_FAILED, crew_nats, note_patient
from rempart.watch.state import DAY_MS, MINUTE_MS, PENDING, WARD_VISIT, Array, House
from rempart.watch.tips import mark_tips
from rempart.watch.windows import mix

COLLEAGUE_GRADE = 0.6
COLLEAGUE_DAYS = 14
EVERYBODY = -2
"""Number of the unit that everybody belongs to."""
TRACE_DAYS = 4
"""How long somebody's opening a patient says, less and less, that the patient is being treated these days: whoever is
leaves traces of several people within a day or two, and whoever comes next in a list does not."""
BROAD = 150.0
"""An account that usually opens so many patients a day says nothing about any of them; nor does one on its first day."""
_FAILED = int(Kind.LOGIN_FAILED)
_A_DAY = int(Stat.PATIENTS_24H)
UNSET = -(2**62)
"""Watermark before the first event."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _find_ward(wards, unit, patient):  # type: ignore[no-untyped-def]
    mask = np.uint64(wards.size - 1)
    slot = np.int64(mix(patient, unit) & mask)
    while wards[slot].unit != -1:
        if wards[slot].unit == unit and wards[slot].patient == patient:
            break
        slot = (slot + 1) & np.int64(mask)
    return slot


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fold_ward(wards, clock, seen):  # type: ignore[no-untyped-def]
    slot = _find_ward(wards, seen.unit, seen.patient)
    ward = wards[slot]
    if ward.unit == -1:
        ward.unit = seen.unit
        ward.patient = seen.patient
        ward.account[0] = -1
        ward.account[1] = -1
        clock[3] += 1
    if ward.account[0] == seen.account:
        ward.ms[0] = max(ward.ms[0], seen.ms)
        return
    ward.account[1] = ward.account[0]
    ward.ms[1] = ward.ms[0]
    ward.account[0] = seen.account
    ward.ms[0] = seen.ms


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fold_network(network, account, ms):  # type: ignore[no-untyped-def]
    if network.known == 0:
        network.first_ms = ms
    for i in range(network.known):
        if network.accounts[i] == account:
            return
    if network.known < 4:
        network.accounts[network.known] = account
        network.known += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def close_minute(networks, wards, pending, clock):  # type: ignore[no-untyped-def]
    """Turn what waited into facts."""
    for i in range(clock[2]):
        seen = pending[i]
        if seen.network != -1:
            network = networks[seen.network]
            _fold_network(network, seen.account, seen.ms)
            network.opened += seen.opened
            network.strange += seen.strange
            network.expected += seen.expected
        if seen.unit != -1:
            _fold_ward(wards, clock, seen)
    clock[2] = 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _since_another(wards, unit, patient, account, now):  # type: ignore[no-untyped-def]
    """How long ago, in ms, another account of the unit opened the patient."""
    slot = _find_ward(wards, unit, patient)
    latest = np.int64(-(2**62))
    if wards[slot].unit != -1:
        for i in range(2):
            who = wards[slot].account[i]
            if who != -1 and who != account:
                latest = max(latest, wards[slot].ms[i])
    return max(now - latest, 0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _colleague(wards, unit, patient, account, now):  # type: ignore[no-untyped-def]
    """Grade of a colleague's patient."""
    age = _since_another(wards, unit, patient, account, now)
    if age > COLLEAGUE_DAYS * DAY_MS:
        return np.float32(0.0)
    return np.float32(COLLEAGUE_GRADE * (1.0 - 0.5 * age / (COLLEAGUE_DAYS * DAY_MS)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _traced(wards, patient, account, now):  # type: ignore[no-untyped-def]
    """Grade of a patient whom somebody else in the house opened lately."""
    age = _since_another(wards, EVERYBODY, patient, account, now)
    return np.float32(max(1.0 - age / (TRACE_DAYS * DAY_MS), 0.0))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _leaves_traces(acc):  # type: ignore[no-untyped-def]
    """Whether what the account opens says anything about a patient."""
    return acc.days > 0 and acc.mean[_A_DAY] < np.log1p(BROAD)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _others(network, account):  # type: ignore[no-untyped-def]
    count = 0
    for i in range(network.known):
        if network.accounts[i] != account:
            count += 1
    return min(count, 3)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def tell_time(rows, clock, marks, now):  # type: ignore[no-untyped-def]
    """Watermark and effective time of consecutive events.

    ``marks`` (n,) receives the watermark after each event, ``now`` (n,) the time it is judged at:
    its own, but not before the watermark's day and not after the watermark.
    """
    for i in range(rows.size):
        recorded = rows[i].recorded_ms
        agreed = clock[0] == UNSET or recorded <= clock[0] + DAY_MS or clock[1] >= recorded - DAY_MS
        if recorded > clock[0] and agreed:
            clock[0] = recorded
        if recorded != MISSING_MS:
            clock[1] = recorded
        marks[i] = clock[0]
        now[i] = max(min(recorded, clock[0]), clock[0] // DAY_MS * DAY_MS)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _is_decoy(decoys, patients):  # type: ignore[no-untyped-def]
    for patient in patients:
        at = np.searchsorted(decoys, patient)
        if at < decoys.size and decoys[at] == patient:
            return True
    return False


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def walk(  # type: ignore[no-untyped-def]
    rows,
    now_ms,
    marks,
    before,
    patients,
    grades,
    accounts,
    others,
    crews,
    networks,
    wards,
    pending,
    clock,
    decoys,
    tips,
):
    """Read the snapshot for consecutive events and let their minutes close.

    ``before`` is the watermark before the first event. Fills ``others`` (n,) and ``crews`` (n,) nats, and
    raises the first of ``grades`` (m, 2) to the colleague's grade where that is higher. Rows that open one of
    ``decoys`` (sorted), or whose request names one, are flagged; ``tips`` (sorted) fill the rows' tip-offs.
    """
    for i in range(rows.size):
        row = rows[i]
        now = now_ms[i]
        if marks[i] // MINUTE_MS > before // MINUTE_MS:
            close_minute(networks, wards, pending, clock)
        before = marks[i]
        mark_tips(tips, row, now)
        if row.account == -1:
            continue
        if row.kind != 0:
            if row.kind == _FAILED and row.network != -1:
                _observe_failure(pending[clock[2]], row, now)
                clock[2] += 1
            continue
        if row.network != -1:
            others[i] = _others(networks[row.network], row.account)
            crews[i] = crew_nats(networks[row.network], others[i])
        else:
            others[i] = 3
        last = row.first_patient + row.patients
        for p in range(row.first_patient, last):
            if row.unit != -1:
                grades[p, 0] = max(grades[p, 0], _colleague(wards, row.unit, patients[p], row.account, now))
            if max(grades[p, 0], grades[p, 1]) < 1.0:
                grades[p, 1] = max(grades[p, 1], _traced(wards, patients[p], row.account, now))
        opens = row.flags & FLAG_QUERY == 0 and row.outcome <= 0
        is_told = row.flags & FLAG_TOLD != 0
        names = row.flags & FLAG_NAMED != 0
        asks = opens or (names and not is_told and row.outcome <= 0)
        if asks and decoys.size and _is_decoy(decoys, patients[row.first_patient : last]):
            row.flags |= FLAG_DECOY
        if is_told and names:
            opens = False  # What its network shows was counted when it was asked for.
        _observe_patients(pending, clock, accounts, row, now, patients, grades, opens)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _observe_patients(pending, clock, accounts, row, now, patients, grades, opens):  # type: ignore[no-untyped-def]
    """What becomes a fact when the minute closes: who used which network, whom it opened, and a trace of that for everybody."""
    last = row.first_patient + row.patients
    for p in range(row.first_patient, max(last, row.first_patient + 1)):
        here = pending[clock[2]]
        here.account = row.account
        here.network = row.network
        here.unit = row.unit if p < last else -1
        here.patient = patients[p] if p < last else np.uint64(0)
        here.ms = now
        here.opened = 0
        here.strange = 0
        here.expected = 0
        clock[2] += 1
        if opens and p < last:
            acc = accounts[row.account]
            note_patient(acc, here, patients[p], grades[p, 0])
            if here.opened > 0 and _leaves_traces(acc):
                pending[clock[2]] = here
                pending[clock[2]].network = -1
                pending[clock[2]].unit = EVERYBODY
                clock[2] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _observe_failure(here, row, now):  # type: ignore[no-untyped-def]
    """A failed login is a fact about its network."""
    here.account = row.account
    here.network = row.network
    here.unit = -1
    here.patient = np.uint64(0)
    here.ms = now
    here.opened = FAILED_LOGIN
    here.strange = FAILED_LOGIN
    here.expected = np.int32(FAILED_LOGIN * USUAL_FAILED)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _keep_wards(wards, fresh, oldest):  # type: ignore[no-untyped-def]
    kept = 0
    for i in range(wards.size):
        if wards[i].unit != -1 and max(wards[i].ms[0], wards[i].ms[1]) >= oldest:
            fresh[_find_ward(fresh, wards[i].unit, wards[i].patient)] = wards[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def has_room(networks, wards, pending, clock, names, more):  # type: ignore[no-untyped-def]
    """Whether the tables hold ``names`` networks in all and ``more`` observations."""
    waiting = clock[2] + more
    return names <= networks.size and waiting <= pending.size and (clock[3] + waiting) * 2 <= wards.size


def make_room(house: House, networks: int, observations: int, oldest_ms: int) -> None:
    """Grow the tables so that ``networks`` in all and ``observations`` more fit."""
    if has_room(house.networks, house.wards, house.pending, house.clock, networks, observations):
        return
    if networks > house.networks.size:
        grown: Array = np.zeros(max(networks, house.networks.size * 2), house.networks.dtype)
        grown["accounts"] = -1
        grown[: house.networks.size] = house.networks
        house.networks = grown
    waiting = int(house.clock[2]) + observations
    if waiting > house.pending.size:
        longer = np.zeros(max(waiting, house.pending.size * 2), PENDING)
        longer[: house.pending.size] = house.pending
        house.pending = longer
    if (int(house.clock[3]) + waiting) * 2 > house.wards.size:
        size = house.wards.size
        recent = int(
            np.count_nonzero((house.wards["unit"] != -1) & (house.wards["ms"].max(axis=1) >= oldest_ms))
        )
        while size < (recent + waiting) * 3:
            size *= 2
        fresh: Array = np.zeros(size, WARD_VISIT)
        fresh["unit"] = -1
        house.clock[3] = _keep_wards(house.wards, fresh, np.int64(oldest_ms))
        house.wards = fresh
