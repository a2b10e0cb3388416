"""Three kinds of made-up region, of 70 to 90 accounts: towns, a hospital, and both where nothing stands still."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.outside.clock import DAY
from bench.outside.hardened_thieves import HARDENED
from bench.outside.hospital_thieves import HOSPITAL
from bench.outside.plain_thieves import PLAIN
from bench.outside.plans import Family
from bench.outside.region import Region
from bench.outside.services import coders, hospital_pharmacy, job, laboratory
from bench.outside.town import pharmacy, practice
from bench.outside.wards import clinic, emergency, ward


@dataclass(frozen=True)
class Kind:
    """``slips``: share of their challenges that honest staff fail; ``learns_owner``: every other thief reads as the owner."""

    name: str
    build: Callable[[int, float, bool], Region]
    """From a seed, the share of care resources that are lost, and whether care is told in R5."""
    families: tuple[Family, ...]
    slips: float = 0.0
    learns_owner: bool = True


def plain(seed: int, missing: float, r5: bool) -> Region:
    """Nine practices, three pharmacies, two wards; a new program for everybody in half of the regions."""
    region = Region(seed, missing=missing, r5=r5)
    if region.draw.random() < 0.5:
        region.rollout = 9.3 * DAY
    pool = [patient for number in range(9) for patient in practice(region, number)]
    for number in range(3):
        pharmacy(region, number, region.draw.sample(pool, 600))
    wards = [ward(region, number, pool, nurses=6, doctors=2, beds=12) for number in range(2)]
    coders(region, wards, 1)
    job(region, wards)
    region.finish()
    return region


def hospital(seed: int, missing: float, r5: bool) -> Region:
    """Five wards, three clinics, an emergency department, everything that serves them, two jobs."""
    region = Region(seed, missing=missing, r5=r5)
    draw = region.draw
    pool = [region.patient() for _ in range(3_500)]
    wards = [
        ward(
            region,
            number,
            pool,
            nurses=draw.choice([7, 8, 9]),
            beds=draw.choice([14, 18, 20]),
            mean_days=draw.choice([3.0, 5.0, 7.0]),
        )
        for number in range(5)
    ]
    for number in range(3):
        clinic(region, number, draw.sample(pool, 900))
    emergency(region, pool)
    coders(region, wards, 2)
    hospital_pharmacy(region, wards, 2)
    laboratory(region, wards, 2)
    job(region, wards)
    job(region, wards, hour=4.5, resources=("DiagnosticReport",), software="labfeed/2", share=0.5)
    region.finish()
    return region


def hardened(seed: int, missing: float, r5: bool) -> Region:
    """Town and hospital with VPN, journeys, new programs, and care that is not told for days or from whole units."""
    region = Region(seed, missing=missing, r5=r5, restless=True)
    draw = random.Random(f"hardened {seed}")
    region.rollout = 11.4 * DAY
    region.care.silent_days = {draw.randrange(4, 13), draw.randrange(15, 26)}
    region.care.silent_units = {
        "org-ward-1": range(draw.randrange(3, 8), draw.randrange(18, 26)),
        "org-practice-2": range(10, 20),
    }
    pool = [patient for number in range(5) for patient in practice(region, number)]
    pharmacy(region, 0, region.draw.sample(pool, 600))
    wards = [ward(region, number, pool, nurses=7, beds=14) for number in range(3)]
    for number in range(2):
        clinic(region, number, region.draw.sample(pool, 900), doctors=3)
    emergency(region, pool, arrivals=24)
    coders(region, wards, 1)
    hospital_pharmacy(region, wards, 1)
    laboratory(region, wards, 1)
    job(region, wards)
    region.finish()
    return region


KINDS = (
    Kind("plain", plain, PLAIN, learns_owner=False),
    Kind("hospital", hospital, HOSPITAL),
    Kind("hardened", hardened, HARDENED, slips=0.03),
)
