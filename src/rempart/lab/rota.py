"""Who works when: shifts by account and day, holidays, joiners, and locums who stand in.

Days count from the region's first day and run from the history before it to a week after it.
A doctor replaced by a locum is away for that week; the agenda stays and the locum sees it.
Misses: public holidays, part-time weeks, strikes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.lab.chance import Random, chance
from rempart.lab.places import Account
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.spec import RegionSpec
from rempart.lab.staff.role import Role, Shift

_HOLIDAY_WEEK = 0.06
_LOCUM_WEEK = 0.7
_ON_CALL = 0.07
_NIGHT = Shift(20 * 60, 32 * 60)
AHEAD_DAYS = 8


@dataclass(slots=True)
class Rota:
    """Shifts of every account and day; a day not listed is not worked."""

    shifts: dict[tuple[int, int], tuple[Shift, ...]] = field(default_factory=dict)
    stands_in_for: dict[tuple[int, int], int] = field(default_factory=dict)
    """(locum, day) to the doctor replaced."""
    covered: set[tuple[int, int]] = field(default_factory=set)
    """(doctor, day) on which the doctor is away and a locum sees the agenda."""

    def of(self, account: int, day: int) -> tuple[Shift, ...]:
        """The shifts that begin on ``day``, empty for a day off."""
        return self.shifts.get((account, day), ())


def build_rota(spec: RegionSpec, accounts: tuple[Account, ...]) -> Rota:
    """Draw everybody's shifts, then the locums' weeks."""
    rota = Rota()
    first = -spec.history_days
    days = range(first, spec.days + AHEAD_DAYS)
    weekday = spec.start.weekday()
    for account in accounts:
        role = ROLE_NAMED[account.role]
        if role.pattern == "stand_in":
            continue
        rng = chance(spec.seed, "rota", account.index)
        away = {week for week in range(first // 7, days.stop // 7 + 1) if rng.random() < _HOLIDAY_WEEK}
        for day in days:
            worked = _draw_shifts(role, account, (weekday + day) % 7, day, rng)
            holiday = role.pattern != "nightly" and day // 7 in away
            if worked and not holiday and account.joined_day <= day < account.left_day:
                rota.shifts[(account.index, day)] = worked
    _place_locums(spec, accounts, rota)
    return rota


def _draw_shifts(role: Role, account: Account, weekday: int, day: int, rng: Random) -> tuple[Shift, ...]:
    drawn, second = rng.random(), rng.random()
    if role.pattern == "nightly":
        return role.shifts if drawn < role.work_share else ()
    if role.pattern == "rota":
        if drawn >= role.work_share:
            return ()
        # The same kind of shift for a few days on end, then the next one.
        return (role.shifts[(account.index + day // 3) % len(role.shifts)],)
    saturday = role.name in ("gp", "pharmacist", "laboratory") and weekday == 5 and drawn < 0.45
    if not saturday and (weekday >= 5 or drawn >= role.work_share):
        on_call = role.name == "hospital_doctor" and weekday >= 5 and second < _ON_CALL
        return (_NIGHT,) if on_call else ()
    shift = role.shifts[account.index % len(role.shifts)]
    if role.name == "hospital_doctor" and second < _ON_CALL:
        return (shift, _NIGHT)
    return (shift,)


def _place_locums(spec: RegionSpec, accounts: tuple[Account, ...], rota: Rota) -> None:
    doctors = [account.index for account in accounts if account.role == "gp" and account.left_day > 0]
    locums = [account.index for account in accounts if account.role == "locum"]
    rng = chance(spec.seed, "locums")
    weekday = spec.start.weekday()
    for week_start in range(-weekday, spec.days + AHEAD_DAYS, 7):
        free = list(doctors)
        for locum in locums:
            if not free or rng.random() >= _LOCUM_WEEK:
                continue
            doctor = free.pop(rng.randrange(len(free)))
            for day in range(week_start, week_start + 5):
                if rng.random() < 0.9:
                    rota.stands_in_for[(locum, day)] = doctor
                    rota.shifts[(locum, day)] = ROLE_NAMED["locum"].shifts
                rota.shifts.pop((doctor, day), None)
                rota.covered.add((doctor, day))
