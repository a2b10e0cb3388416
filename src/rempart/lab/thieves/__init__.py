"""The thieves, in visible tuples, and how they are let loose on a region.

Adding a thief is adding a module that gives a :class:`Family` and an entry to the tuple it belongs to:
THIEVES (the demonstration's) and ABROAD come from networks of their own; KNOWING know that a detector is
there and work from the victim's own seat; DOUBLES besides read as the victim does; HARDENED slow down, move on
when they are refused, or teach the detector first. A thief uses what a stolen login can use, the application's own functions;
none exploits anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.lab.chance import chance
from rempart.lab.region import Region
from rempart.lab.thieves.account_hopper import ACCOUNT_HOPPER
from rempart.lab.thieves.appointments import APPOINTMENTS
from rempart.lab.thieves.batch_window import BATCH_WINDOW
from rempart.lab.thieves.birth_dates import BIRTH_DATES
from rempart.lab.thieves.coder import CODER
from rempart.lab.thieves.crew import CREW
from rempart.lab.thieves.desk_crew import DESK_CREW
from rempart.lab.thieves.desk_hopper import DESK_HOPPER
from rempart.lab.thieves.dormant_account import DORMANT_ACCOUNT
from rempart.lab.thieves.double import DOUBLE
from rempart.lab.thieves.double_off_duty import DOUBLE_OFF_DUTY
from rempart.lab.thieves.enumeration import ENUMERATION
from rempart.lab.thieves.exit_hopper import EXIT_HOPPER
from rempart.lab.thieves.hopping_double import HOPPING_DOUBLE
from rempart.lab.thieves.low_and_slow import LOW_AND_SLOW
from rempart.lab.thieves.mimic import MIMIC
from rempart.lab.thieves.night_scrape import NIGHT_SCRAPE
from rempart.lab.thieves.own_list import OWN_LIST
from rempart.lab.thieves.owner_absence import OWNER_ABSENCE
from rempart.lab.thieves.paid_helper import PAID_HELPER
from rempart.lab.thieves.patient_double import PATIENT_DOUBLE
from rempart.lab.thieves.poisoner import POISONER
from rempart.lab.thieves.re_reader import RE_READER
from rempart.lab.thieves.remote_control import REMOTE_CONTROL
from rempart.lab.thieves.slow_ramp import SLOW_RAMP
from rempart.lab.thieves.stolen_session import STOLEN_SESSION
from rempart.lab.thieves.tester import TESTER
from rempart.lab.thieves.thief import Family, Thief
from rempart.lab.thieves.widening import WIDENING

__all__ = ["ABROAD", "DOUBLES", "FAMILIES", "HARDENED", "KNOWING", "THIEVES", "Family", "Thief", "hire"]

THIEVES: tuple[Family, ...] = (NIGHT_SCRAPE, ENUMERATION, DORMANT_ACCOUNT, OWN_LIST, STOLEN_SESSION)
KNOWING: tuple[Family, ...] = (
    MIMIC, APPOINTMENTS, OWNER_ABSENCE, SLOW_RAMP, LOW_AND_SLOW, RE_READER, BATCH_WINDOW, BIRTH_DATES, CODER, WIDENING,
    PAID_HELPER,
)  # fmt: skip
ABROAD: tuple[Family, ...] = (CREW, TESTER, EXIT_HOPPER, ACCOUNT_HOPPER)
DOUBLES: tuple[Family, ...] = (DOUBLE, PATIENT_DOUBLE, DOUBLE_OFF_DUTY)
HARDENED: tuple[Family, ...] = (DESK_HOPPER, DESK_CREW, POISONER, REMOTE_CONTROL, HOPPING_DOUBLE)
FAMILIES: tuple[Family, ...] = (*THIEVES, *ABROAD, *KNOWING, *DOUBLES, *HARDENED)

A_WEEK = 7
"""Plans that run longer begin before the period's last days."""


def hire(
    region: Region, seed: int, last_days: int = 5, families: Sequence[Family] = THIEVES
) -> tuple[Thief, ...]:
    """One thief of each family, each with another victim, on the period's last days in turn.

    A family that finds no victim in this region (nobody dormant, nobody at work that day) is left out.
    """
    first = max(0, region.spec.days - last_days)
    taken: set[int] = set()
    hired = []
    for number, family in enumerate(families):
        rng = chance(region.spec.seed, "thief", seed, family.name, number)
        days = [first + (number + later) % (region.spec.days - first) for later in range(last_days)]
        for day in dict.fromkeys(days):
            begins = day if family.days <= A_WEEK else max(0, min(day, region.spec.days - family.days))
            thief = family.hire(region, rng, begins, frozenset(taken))
            if thief is not None:
                taken.update(thief.accounts)
                hired.append(thief)
                break
    return tuple(hired)
