"""Own list emptied: a GP's login, in practice hours, all the GP's own patients, the whole record.

Nothing about whom it opens is strange: the care data explain them. What it takes is worth as much
as strangers' records. The network is new, the hour and the role's usual searches are not.
"""

from __future__ import annotations

from rempart.lab import searches
from rempart.lab.act import SEARCH, Session
from rempart.lab.chance import Random
from rempart.lab.places import PORTAL, AddressBook, host_on
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.thief import Attempt, Family, Planner, log_in, open_chart, pick_victim

_TAKES = ("Patient", "Coverage", "Condition", "MedicationRequest", "Observation", "DocumentReference")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    victim = pick_victim(region, rng, ("gp",), day, taken)
    if victim is None:
        return None
    account = region.accounts[victim]
    token = region.session_token(victim, day, rng.getrandbits(30))
    line = host_on(AddressBook(rng).home_prefix(), rng)
    session = Session(victim, token, line, account.browser, PORTAL)
    own = list(region.lists[victim].pool)
    rng.shuffle(own)
    steps: list[Attempt] = [log_in(session)]
    for patient in own:
        query, page = searches.by_name(region, patient, rng)
        if rng.random() < 0.3:
            steps.append(Attempt(session, SEARCH, "Patient", page, query))
        steps += open_chart(session, patient, _TAKES)
    midnight = region.midnight_ms(day)
    starts_ms = midnight + rng.randrange(8 * 60 + 30, 10 * 60) * MINUTE_MS
    return Planner("own list", victim, starts_ms, steps, rng, (1.5, 7.0), (8 * 60, 19 * 60), midnight)


OWN_LIST = Family("own list", "a GP's whole list, in practice hours, the whole record", _hire)
