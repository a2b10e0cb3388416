"""Plain regions: honest staff who always pass, thieves who come from networks of their own.

Care data miss 0 to 30 % of their links, by seed; many of the staff work through mobile carriers.
"""

from __future__ import annotations

from rempart.lab.chance import chance
from rempart.lab.kinds.kind import DAYS, Kind, Site
from rempart.lab.raid import Temper
from rempart.lab.region import Region, build_region
from rempart.lab.spec import RegionSpec
from rempart.lab.thieves import ABROAD, THIEVES

_MIXED = (
    ("gp", 16), ("gp_secretary", 6), ("hospital_doctor", 15), ("nurse", 24), ("admission_clerk", 5),
    ("emergency_doctor", 8), ("coder", 5), ("pharmacist", 9), ("laboratory", 4), ("locum", 4), ("batch", 4),
)  # fmt: skip
_TOWN = (
    ("gp", 30), ("gp_secretary", 12), ("hospital_doctor", 4), ("nurse", 6), ("admission_clerk", 2),
    ("emergency_doctor", 2), ("coder", 1), ("pharmacist", 18), ("laboratory", 8), ("locum", 6), ("batch", 3),
)  # fmt: skip
_WARDS = (
    ("gp", 4), ("gp_secretary", 2), ("hospital_doctor", 26), ("nurse", 46), ("admission_clerk", 8),
    ("emergency_doctor", 10), ("coder", 6), ("pharmacist", 2), ("laboratory", 2), ("locum", 1), ("batch", 5),
)  # fmt: skip


def _site(name: str, what: str, staff: tuple[tuple[str, int], ...], patients: int) -> Site:
    def build(seed: int) -> Region:
        rng = chance(seed, "plain", name)
        return build_region(
            RegionSpec(
                seed=seed, days=DAYS, patients=patients, staff=staff, missing_share=rng.uniform(0.0, 0.3),
                late_share=rng.uniform(0.02, 0.12), mobile_networks=rng.randint(2, 5),
                mobile_share=rng.uniform(0.06, 0.25), telework_share=rng.uniform(0.08, 0.2),
            )
        )  # fmt: skip

    return Site(name, what, build)


PLAIN_KIND = Kind(
    "plain",
    "nine families from unusual networks; honest staff always pass",
    (
        _site("plain mixed", "practices, a small hospital and the shops around it", _MIXED, 9_000),
        _site("plain town", "mostly practices, pharmacies and laboratories", _TOWN, 12_000),
        _site("plain wards", "mostly a hospital", _WARDS, 8_000),
    ),
    (*THIEVES, *ABROAD),
    Temper(owner_passes=1.0, thief_passes=0.03),
)
