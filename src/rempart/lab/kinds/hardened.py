"""Hardened regions: thieves at the staff's own networks and programs, and staff who look like thieves.

Staff fail 3 % of challenges, travel, lend each other open terminals, change VPN exits and programs;
care data are lost for whole units for days. Thieves slow down, move on when refused, or poison first.
"""

from __future__ import annotations

from rempart.lab.chance import chance
from rempart.lab.kinds.kind import DAYS, Kind, Site
from rempart.lab.raid import Temper
from rempart.lab.region import Region, build_region
from rempart.lab.spec import RegionSpec
from rempart.lab.thieves import DOUBLES, HARDENED, KNOWING

_CITY = (
    ("gp", 14), ("gp_secretary", 7), ("hospital_doctor", 18), ("nurse", 26), ("admission_clerk", 5),
    ("emergency_doctor", 7), ("coder", 5), ("pharmacist", 8), ("laboratory", 3), ("locum", 5), ("batch", 4),
)  # fmt: skip
_VALLEY = (
    ("gp", 26), ("gp_secretary", 13), ("hospital_doctor", 8), ("nurse", 14), ("admission_clerk", 3),
    ("emergency_doctor", 4), ("coder", 2), ("pharmacist", 14), ("laboratory", 5), ("locum", 8), ("batch", 3),
)  # fmt: skip
_CAMPUS = (
    ("gp", 3), ("gp_secretary", 2), ("hospital_doctor", 30), ("nurse", 44), ("admission_clerk", 8),
    ("emergency_doctor", 9), ("coder", 7), ("pharmacist", 2), ("laboratory", 2), ("locum", 1), ("batch", 5),
)  # fmt: skip
_PERSISTENT = ("mimic", "owner's absence", "slow ramp", "low and slow", "re-reader", "coder")


def _site(name: str, what: str, staff: tuple[tuple[str, int], ...], patients: int) -> Site:
    def build(seed: int) -> Region:
        rng = chance(seed, "hardened", name)
        return build_region(
            RegionSpec(
                seed=seed, days=DAYS, patients=patients, staff=staff, missing_share=rng.uniform(0.05, 0.2),
                late_share=rng.uniform(0.05, 0.15), mobile_networks=rng.randint(2, 4),
                mobile_share=rng.uniform(0.08, 0.2), telework_share=rng.uniform(0.1, 0.25),
                travel_share=rng.uniform(0.02, 0.05), lent_share=rng.uniform(0.02, 0.06), vpn_share=0.5,
                renewed_share=0.4, lost_feeds=len(staff) // 2, joiner_share=0.1,
            )
        )  # fmt: skip

    return Site(name, what, build)


HARDENED_KIND = Kind(
    "hardened",
    "thieves at their victims' seats who adapt; staff who fail, travel, lend terminals; care data lost in clusters",
    (
        _site("hardened city", "a hospital, practices and shops", _CITY, 9_000),
        _site("hardened valley", "scattered practices and a small hospital", _VALLEY, 11_000),
        _site("hardened campus", "a hospital on one campus", _CAMPUS, 8_000),
    ),
    (*HARDENED, *DOUBLES, *(family for family in KNOWING if family.name in _PERSISTENT)),
    Temper(owner_passes=0.97, thief_passes=0.03),
)
