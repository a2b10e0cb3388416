"""From who touched a chart to who opened it: clinosim's moments become visits of the people on duty.

clinosim names one nurse or doctor whatever the hour; here whoever is on shift in the patient's unit takes over
(a handover), and what nobody's shift holds is done at the beginning of the named one's next shift. What
lies within twenty minutes of each other at one chart is one visit. Adds what clinosim does not
write down: rounds of wards, drug reviews, images read, therapists' courses, check-in and calls at the desks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.lab.chance import Random, chance, poisson
from rempart.lab.hospital.simulated import Simulated, Touch
from rempart.lab.region import Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.staff.role import MINUTE_MS, Shift, Visit

_READS = {
    "order": ("Patient", "Observation", "MedicationRequest"),
    "drug": ("Patient", "MedicationRequest"),
    "image": ("Patient", "DocumentReference"),
    "result": ("Patient", "Observation"),
    "vital": ("Observation",),
    "dose": ("MedicationRequest",),
    "note": ("Patient", "DocumentReference"),
}
_ONE_VISIT_MS = 20 * MINUTE_MS
Work = dict[tuple[int, int], list[Visit]]


@dataclass(frozen=True, slots=True)
class Post:
    """Where clinosim's people stand in the region: account by name, and accounts by role and unit."""

    account: dict[str, int]
    unit_of_contact: tuple[int, ...]


def chart_work(region: Region, found: Simulated, post: Post) -> Work:
    """Visits of each (account, day); shifts are added to the rota where somebody had to come in."""
    rng = chance(region.spec.seed, "chart work")
    hands = _Hands(region, post, rng)
    taken: dict[tuple[int, int, int], list[tuple[int, str]]] = defaultdict(list)
    for touch in found.touches:
        placed = hands.take(touch)
        if placed is not None:
            account, day, at_ms = placed
            taken[account, day, touch.patient].append((at_ms, touch.what))
    work: Work = defaultdict(list)
    for (account, day, patient), moments in taken.items():
        work[account, day] += _visits(sorted(moments), patient, rng)
    _house_work(region, found, work, rng)
    return work


def _visits(moments: Sequence[tuple[int, str]], patient: int, rng: Random) -> list[Visit]:
    """Moments close together as one visit that reads what each needs."""
    visits: list[Visit] = []
    begun, reads = moments[0][0], dict.fromkeys(_READS[moments[0][1]])
    for at_ms, what in moments[1:]:
        if at_ms - begun > _ONE_VISIT_MS:
            visits.append(Visit(begun, patient, _found(rng), tuple(reads)))
            begun, reads = at_ms, {}
        reads.update(dict.fromkeys(_READS[what]))
    return [*visits, Visit(begun, patient, _found(rng), tuple(reads))]


def _found(rng: Random) -> str:
    drawn = rng.random()
    return "name" if drawn < 0.12 else "number" if drawn < 0.2 else "list"


class _Hands:
    """Who does what clinosim gives to one name."""

    def __init__(self, region: Region, post: Post, rng: Random) -> None:
        self.region, self.post, self.rng = region, post, rng
        self.mates: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.house: dict[str, list[int]] = defaultdict(list)
        for account in region.accounts:
            if account.index not in region.dormant:
                self.mates[account.role, account.unit].append(account.index)
                self.house[account.role].append(account.index)

    def take(self, touch: Touch) -> tuple[int, int, int] | None:
        """(account, day, when) of a touch; None for people who have no account here."""
        named = self.post.account.get(touch.who)
        if named is None:
            return None
        role = self.region.accounts[named].role
        unit = self.post.unit_of_contact[touch.contact]
        near = self.mates.get((role, unit)) or self.mates[role, self.region.accounts[named].unit]
        for able in ([named] if named in near else [], near, self.house[role]):
            on = [found for account in able if (found := self._on(account, touch.at_ms)) is not None]
            if on:
                account, day = self.rng.choice(on)
                return account, day, touch.at_ms
        return self._come_in(self.rng.choice(near), touch.at_ms)

    def _on(self, account: int, at_ms: int) -> tuple[int, int] | None:
        """(account, day the shift began) where it is on duty."""
        region = self.region
        today = region.day_of(at_ms)
        for day in (today, today - 1):
            minute = (at_ms - region.midnight_ms(day)) // MINUTE_MS
            if any(shift.start_min <= minute < shift.end_min for shift in region.rota.of(account, day)):
                return account, day
        return None

    def _come_in(self, account: int, at_ms: int) -> tuple[int, int, int]:
        """The account's own shift that day, or one it comes in for; what lies outside waits for its beginning."""
        region, rng = self.region, self.rng
        day = region.day_of(at_ms)
        minute = (at_ms - region.midnight_ms(day)) // MINUTE_MS
        shifts = region.rota.of(account, day)
        if not shifts:
            usual = ROLE_NAMED[region.accounts[account].role].shifts
            fitting = [shift for shift in usual if shift.start_min <= minute < shift.end_min]
            shifts = ((fitting or usual)[0],)
            region.rota.shifts[account, day] = shifts
        return account, day, self._within(day, shifts[0], minute, at_ms, rng)

    def _within(self, day: int, shift: Shift, minute: int, at_ms: int, rng: Random) -> int:
        if shift.start_min <= minute < shift.end_min:
            return at_ms
        return self.region.midnight_ms(day) + shift.start_min * MINUTE_MS + rng.randrange(90 * MINUTE_MS)


def _house_work(region: Region, found: Simulated, work: Work, rng: Random) -> None:
    """Rounds, reviews and desks, which clinosim does not write down."""
    plan = region.plan
    pharmacists = [a.index for a in region.accounts if a.role == "pharmacist"]
    readers = [a.index for a in region.accounts if region.units[a.unit].kind == "imaging"]
    therapists = [a.index for a in region.accounts if region.units[a.unit].kind == "therapy"]
    for touch in found.touches:
        if touch.what == "drug" and rng.random() < 0.5:
            _later(region, work, rng, pharmacists, touch, ("Patient", "MedicationRequest", "Observation"))
        elif touch.what == "image" and rng.random() < 0.9:
            _later(region, work, rng, readers, touch, ("Patient", "DocumentReference"))
    for account in region.accounts:
        if account.index in region.dormant:
            continue
        for day in range(region.spec.days):
            for shift in region.rota.of(account.index, day)[:1]:
                key, lying = (account.index, day), plan.present.get((account.unit, day), ())
                if account.role == "hospital_doctor" and lying:
                    work[key] += _round(region, day, shift, lying, 0.6, rng)
                elif account.role == "nurse" and lying:
                    work[key] += _round(region, day, shift, lying, 0.35, rng)
                elif account.index in therapists:
                    work[key] += _course(region, account.index, day, shift, rng)
                elif account.role == "gp_secretary":
                    work[key] += _desk(region, account.unit, day, shift, rng)


def _later(
    region: Region, work: Work, rng: Random, able: Sequence[int], touch: Touch, reads: tuple[str, ...]
) -> None:
    """Somebody of ``able`` at work looks at it within the next hours."""
    at_ms = touch.at_ms + int(rng.expovariate(1 / (120 * MINUTE_MS)))
    day = region.day_of(at_ms)
    on = [account for account in able if region.rota.of(account, day)]
    if not on:
        return
    account = rng.choice(on)
    shift = region.rota.of(account, day)[0]
    begins, ends = (region.midnight_ms(day) + minute * MINUTE_MS for minute in shift)
    work[account, day].append(Visit(min(max(at_ms, begins), ends), touch.patient, _found(rng), reads))


def _round(
    region: Region, day: int, shift: Shift, lying: Sequence[int], share: float, rng: Random
) -> list[Visit]:
    """The unit's patients one after the other in the first two hours, some of them left to others."""
    begins = region.midnight_ms(day) + shift.start_min * MINUTE_MS
    stays = [region.plan.stays[number] for number in lying]
    here = [
        stay.patient for stay in stays if stay.start_ms <= begins + 60 * MINUTE_MS and stay.end_ms >= begins
    ]
    return [
        Visit(begins + 15 * MINUTE_MS + int(place * 5.5 * MINUTE_MS), patient, "list")
        for place, patient in enumerate(dict.fromkeys(here))
        if rng.random() < share
    ]


def _course(region: Region, account: int, day: int, shift: Shift, rng: Random) -> list[Visit]:
    """A therapist's patients: those of the house whose stay is a course with this therapist."""
    begins, ends = (region.midnight_ms(day) + minute * MINUTE_MS for minute in shift)
    visits = []
    for unit in region.wards_of[0]:
        for number in region.plan.present.get((unit, day), ()):
            stay = region.plan.stays[number]
            mine = chance(region.spec.seed, "course", account, stay.identifier).random() < 0.25
            if mine and stay.start_ms < ends and stay.end_ms > begins:
                visits.append(Visit(rng.randrange(begins, ends), stay.patient, "list"))
    return visits


def _desk(region: Region, unit: int, day: int, shift: Shift, rng: Random) -> list[Visit]:
    """Check-in of the day's appointments of the unit's doctors, callers of the days around, and a few others."""
    begins, ends = (region.midnight_ms(day) + minute * MINUTE_MS for minute in shift)
    plan = region.plan
    visits = []
    for doctor in region.staff_of[unit]:
        for ahead in (-3, -1, 0, 1, 2, 5):
            for number in plan.agenda.get((doctor, day + ahead), ()):
                booked = plan.appointments[number]
                if rng.random() < (0.5 if not ahead else 0.06):
                    at_ms = (
                        booked.start_ms - rng.randrange(20 * MINUTE_MS)
                        if not ahead
                        else rng.randrange(begins, ends)
                    )
                    visits.append(
                        Visit(min(max(at_ms, begins), ends), booked.patient, "list" if not ahead else "name")
                    )
    callers = [region.everybody.draw(rng) for _ in range(poisson(rng, 2.5))]
    return visits + [Visit(rng.randrange(begins, ends), patient, "name") for patient in callers]
