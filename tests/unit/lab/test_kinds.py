"""The kinds of region: what makes each hard is really in it, and what is set aside stays aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest

from rempart.lab import held_out
from rempart.lab.honest import honest_acts
from rempart.lab.kinds import KINDS, Kind
from rempart.lab.region import Region, RegionSpec, build_region
from rempart.lab.thieves import FAMILIES

STAFF = (
    ("gp", 4),
    ("hospital_doctor", 4),
    ("nurse", 8),
    ("gp_secretary", 2),
    ("pharmacist", 2),
    ("batch", 1),
)
SPEC = RegionSpec(seed=5, days=12, patients=900, staff=STAFF, history_days=6, telework_share=0.3)


@pytest.fixture(scope="module")
def calm() -> Region:
    return build_region(SPEC)


def test_lost_feeds_take_whole_units_for_days(calm: Region) -> None:
    lossy = build_region(replace(SPEC, lost_feeds=6))
    before, after = calm.plan.stays, lossy.plan.stays
    lost = [one for one, other in zip(before, after, strict=True) if one.told and not other.told]
    assert lost
    untold = Counter(stay.unit for stay in lost)
    unit, _ = untold.most_common(1)[0]
    first, last = (
        min(s.known_ms for s in lost if s.unit == unit),
        max(s.known_ms for s in lost if s.unit == unit),
    )
    told = [s for s in after if s.unit == unit and first <= s.known_ms <= last and s.told]
    assert len(told) < untold[unit], "a loss is a cluster, not a sprinkle"


def test_staff_lend_terminals_change_programs_and_leave_through_the_vpn(calm: Region) -> None:
    quirky = build_region(replace(SPEC, lent_share=0.2, renewed_share=0.5, vpn_share=0.8))
    sessions = {act.session for act in honest_acts(quirky)}
    calm_sessions = {act.session for act in honest_acts(calm)}
    exits = {s.address for s in sessions if s.address.startswith("198.1")}
    assert exits
    assert not any(s.address.startswith("198.1") for s in calm_sessions)
    assert {s.software for s in sessions} - {s.software for s in calm_sessions}
    tokens = Counter(s.token for s in sessions)
    assert max(tokens.values()) > 1, "a lent session is used by two people"
    assert max(Counter(s.token for s in calm_sessions).values()) == 1


def test_each_kind_has_sites_thieves_and_a_temper() -> None:
    assert [kind.name for kind in KINDS] == ["plain", "hospital", "hardened"]
    names = [site.name for kind in KINDS for site in kind.sites]
    assert len(set(names)) == len(names)
    for kind in KINDS:
        assert len(kind.sites) >= 2
        assert {family.name for family in kind.families} <= {family.name for family in FAMILIES}
        assert kind.temper.thief_passes == 0.03
    assert [kind.temper.owner_passes for kind in KINDS] == [1.0, 1.0, 0.97]
    assert len(KINDS[0].families) == 9


PERSISTENT = {"slow ramp", "low and slow", "coder", "re-reader", "owner's absence", "mimic"}
DOUBLES = {"owner's double", "patient double", "double off duty"}
ASKED_FOR = {
    "plain": {"crew", "stolen session", "tester"},
    "hospital": {
        "mimic", "coder", "widening pages", "slow ramp", "owner's absence", "appointments only", "re-reader",
        "batch window", "birth dates", "paid helper", *DOUBLES,
    },
    "hardened": {"desk hopper", "crew at the desks", "poisoner", "hopping double", *PERSISTENT, *DOUBLES},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_thief_asked_for_is_on_the_stand(kind: Kind) -> None:
    assert ASKED_FOR[kind.name] <= {family.name for family in kind.families}


def test_what_is_set_aside_is_what_the_hash_says() -> None:
    def rank(name: str) -> str:
        return sha256((held_out.SALT + name).encode()).hexdigest()

    new = (
        "crew", "tester", "exit hopper", "account hopper", "paid helper", "desk hopper", "crew at the desks",
        "poisoner", "remote control",
    )  # fmt: skip
    assert set(new) < {family.name for family in FAMILIES}
    assert held_out.HELD_OUT_FAMILIES == set(sorted(new, key=rank)[:2]) == {"poisoner", "paid helper"}
    sites = [site.name for kind in KINDS for site in kind.sites]
    assert held_out.HELD_OUT_SITES == {min(sites, key=rank)} == {"plain mixed"}


def test_a_hospital_of_other_authors_gives_work_to_every_role() -> None:
    pytest.importorskip("clinosim", reason="clinosim is in the development group")
    from rempart.lab.hospital.build import build_hospital

    region = build_hospital(RegionSpec(seed=2, days=6, history_days=6), population=200, on_file=0.5)
    worked = Counter(region.accounts[act.session.account].role for act in honest_acts(region))
    assert {
        "hospital_doctor",
        "nurse",
        "laboratory",
        "gp_secretary",
        "admission_clerk",
        "coder",
        "batch",
    } <= set(worked)
    assert len(region.patients) > 1.4 * len({stay.patient for stay in region.plan.stays})
    kinds = Counter(stay.kind for stay in region.plan.stays)
    assert kinds["AMB"] > kinds["EMER"]
    assert region.plan.appointments
    booked = region.plan.appointments[0]
    assert region.accounts[booked.account].role in ("hospital_doctor", "emergency_doctor")
    assert region.charted is not None
    for (account, day), visits in region.charted.items():
        if visits and 0 <= day < 6:
            assert region.rota.of(account, day), "works on a day off"
