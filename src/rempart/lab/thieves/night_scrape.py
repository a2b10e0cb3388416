"""Night scrape: a phished hospital login, at two in the morning, from a network nobody uses.

Lists every ward, then the stays of the last weeks, and opens each chart's identity, cover and
letters. Models the 2024 bulk reading of a clinic's record software through one account.
"""

from __future__ import annotations

from rempart.lab import searches
from rempart.lab.act import Session
from rempart.lab.chance import Random
from rempart.lab.places import HOSPITAL, AddressBook
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.thief import Attempt, Family, Planner, log_in, open_chart, pick_victim, turn_page

_TAKES = ("Patient", "Coverage", "DocumentReference", "MedicationRequest")
_MOST = 500


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    victim = pick_victim(region, rng, ("hospital_doctor", "nurse"), day, taken)
    if victim is None:
        return None
    starts_ms = region.midnight_ms(day) + rng.randrange(100, 150) * MINUTE_MS
    session = Session(
        victim, region.session_token(victim, day, rng.getrandbits(30)), AddressBook(rng).public_address(),
        "Chrome 131", HOSPITAL,
    )  # fmt: skip
    wards = [unit.index for unit in region.units if unit.kind == "ward"]
    steps: list[Attempt] = [log_in(session)]
    found: dict[int, None] = {}
    for back in range(0, 40):
        for ward in wards:
            at_ms = starts_ms - back * 24 * 60 * MINUTE_MS
            query, page = searches.ward_list(region, ward, day - back, at_ms)
            fresh = [patient for patient in page if patient not in found]
            if not fresh or len(found) >= _MOST:
                continue
            if back:
                query += f"&date={region.date_of(day - back).isoformat()}"
            steps.append(turn_page(session, query, page, "Encounter"))
            found.update(dict.fromkeys(fresh))
            for patient in fresh:
                steps += open_chart(session, patient, _TAKES)
    return Planner("night scrape", victim, starts_ms, steps, rng, (2.0, 6.0))


NIGHT_SCRAPE = Family("night scrape", "phished login, by night, every ward's patients", _hire)
