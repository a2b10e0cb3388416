"""Account hopper: five phished logins on rented exits; where one is refused, the theft goes on with the next."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.places import AddressBook
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.hopper import Hopper, elsewhere, let_hop
from rempart.lab.thieves.thief import Family, pick_victims

_LOGINS, _DAYS, _A_DAY = 5, 4, 90
_ROLES = ("gp", "hospital_doctor", "nurse", "pharmacist", "gp_secretary", "laboratory")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Hopper | None:
    victims = pick_victims(region, rng, _ROLES, day, taken, _LOGINS)
    if not victims:
        return None
    shifts = shifts_from(region, victims[0], day, _DAYS)
    chosen = strangers(region, rng, victims[0], day, _A_DAY * len(shifts))
    plans = [
        DayPlan(each, chosen[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
        for n, (each, begin, end) in enumerate(shifts)
    ]
    book = AddressBook(rng)
    seats = [elsewhere(region, rng, victim, book.public_address(), "Chrome 131") for victim in victims]
    return let_hop(keep_diary("account hopper", region, rng, victims[0], plans), region, seats)


ACCOUNT_HOPPER = Family("account hopper", "goes on with the next login where one is refused", _hire)
