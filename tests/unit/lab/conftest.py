"""Two small regions shared by the lab's tests: built once, read only."""

from __future__ import annotations

import pytest

from rempart.lab.region import Region, RegionSpec, build_region

SMALL_STAFF = (
    ("gp", 4),
    ("gp_secretary", 2),
    ("hospital_doctor", 4),
    ("nurse", 8),
    ("admission_clerk", 2),
    ("emergency_doctor", 2),
    ("coder", 2),
    ("pharmacist", 2),
    ("laboratory", 1),
    ("locum", 1),
    ("batch", 2),
)
SMALL = RegionSpec(seed=7, days=7, patients=1200, staff=SMALL_STAFF)


@pytest.fixture(scope="session")
def region() -> Region:
    return build_region(SMALL)


@pytest.fixture(scope="session")
def demo() -> Region:
    return build_region(RegionSpec())
