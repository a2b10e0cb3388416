"""Exit hopper: one phished account through a new exit every few requests, and another one whenever it is refused."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.places import AddressBook
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.hopper import Hopper, elsewhere, let_hop
from rempart.lab.thieves.thief import Family, pick_victim

_EXITS, _EVERY, _DAYS, _A_DAY = 12, 40, 3, 100


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Hopper | None:
    victim = pick_victim(region, rng, ("gp", "hospital_doctor", "pharmacist", "gp_secretary"), day, taken)
    if victim is None:
        return None
    shifts = shifts_from(region, victim, day, _DAYS)
    chosen = strangers(region, rng, victim, day, _A_DAY * len(shifts))
    plans = [
        DayPlan(each, chosen[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
        for n, (each, begin, end) in enumerate(shifts)
    ]
    book = AddressBook(rng)
    seats = [elsewhere(region, rng, victim, book.public_address(), "Firefox 134") for _ in range(_EXITS)]
    diary = keep_diary("exit hopper", region, rng, victim, plans)
    return let_hop(diary, region, seats, every=_EVERY, leaves_account=False)


EXIT_HOPPER = Family("exit hopper", "one account, a new exit every few requests and at each refusal", _hire)
