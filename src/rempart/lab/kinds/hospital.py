"""Hospital regions: honest work from clinosim, thieves who know that a detector is there."""

from __future__ import annotations

from rempart.lab.chance import chance
from rempart.lab.hospital.build import build_hospital
from rempart.lab.kinds.kind import DAYS, Kind, Site
from rempart.lab.raid import Temper
from rempart.lab.region import Region
from rempart.lab.spec import RegionSpec
from rempart.lab.thieves import DOUBLES, KNOWING


def _site(name: str, what: str, population: int, on_file: float) -> Site:
    def build(seed: int) -> Region:
        rng = chance(seed, "hospital", name)
        spec = RegionSpec(
            seed=seed, days=DAYS, missing_share=rng.uniform(0.05, 0.25), late_share=rng.uniform(0.03, 0.12)
        )
        return build_hospital(spec, population, on_file)

    return Site(name, what, build)


HOSPITAL_KIND = Kind(
    "hospital",
    "honest work from a hospital simulator by other authors; thieves who know that a detector is there",
    (
        _site("hospital community", "nearly everybody on file was seen within weeks", 9_000, 0.1),
        _site("hospital busy", "as many on file again who were not seen for months", 12_000, 1.0),
    ),
    (*KNOWING, *DOUBLES),
    Temper(owner_passes=1.0, thief_passes=0.03),
)
