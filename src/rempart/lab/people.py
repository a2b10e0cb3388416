"""Draws the units, the accounts and the patients of a region.

Names are built from syllables and belong to nobody. Patients get local numbers in ascending order
with gaps, a doctor, a pharmacy, and a heavy-tailed need of care.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rempart.lab.chance import Random, chance, fresh_hex, fresh_number
from rempart.lab.places import BROWSERS, HOSPITAL, PRACTICE, TOWN, Account, AddressBook, Patients, Unit
from rempart.lab.roles import ROLES
from rempart.lab.spec import RegionSpec

_HEADS = ("Bal", "Cor", "Dra", "Fen", "Gol", "Hir", "Jal", "Kel", "Lom", "Mar", "Nor", "Oss", "Pel", "Rin",
          "Sol", "Tav", "Ul", "Ver", "Wen", "Zor")  # fmt: skip
_MIDDLES = ("", "a", "an", "e", "er", "i", "ol", "u")
_TAILS = ("bert", "court", "din", "gal", "lac", "mand", "nel", "quin", "rac", "ton", "vaud", "zac")
_FOREVER = 10**6
_LONG_AGO = -400


def draw_units(spec: RegionSpec, book: AddressBook, used: set[str]) -> tuple[Unit, ...]:
    """Practices of about four GPs, wards of about six nurses, and the rest in proportion."""
    rng = chance(spec.seed, "units")
    units: list[Unit] = []

    def add(kind: str, system: int, addresses: tuple[str, ...], hospital: int = -1, beds: int = 0) -> None:
        units.append(Unit(len(units), kind, fresh_hex(rng, used), system, addresses, hospital, beds))

    wards = max(2, -(-spec.count("nurse") // 6))
    hospitals = max(1, wards // 24)
    network = 0
    for ward in range(wards):
        add("ward", HOSPITAL, book.inside(network, 5), ward % hospitals, rng.randrange(14, 24))
        network += 1
    for kind in ("emergency", "admissions", "coding", "machine_room"):
        for hospital in range(hospitals):
            add(kind, HOSPITAL, book.inside(network, 6), hospital)
            network += 1
    for _ in range(max(1, -(-spec.count("gp") // 4))):
        add("practice", PRACTICE, (book.public_address(),))
    for kind, role, mates in (("pharmacy", "pharmacist", 2), ("laboratory", "laboratory", 1)):
        for _ in range(-(-spec.count(role) // mates)):
            add(kind, TOWN, (book.public_address(),))
    return tuple(units)


def draw_accounts(
    spec: RegionSpec, units: tuple[Unit, ...], book: AddressBook, used: set[str]
) -> tuple[tuple[Account, ...], tuple[int, ...]]:
    """(accounts in the order of ROLES, the dormant ones among them, which come last)."""
    rng = chance(spec.seed, "accounts")
    by_kind: dict[str, list[Unit]] = {}
    for unit in units:
        by_kind.setdefault(unit.kind, []).append(unit)
    accounts: list[Account] = []

    def add(role: str, unit: Unit, joined: int, left: int) -> None:
        accounts.append(
            Account(len(accounts), fresh_number(rng, used), fresh_hex(rng, used), role, unit.index, joined,
                    left, rng.choice(unit.addresses), book.home_prefix(), rng.choice(BROWSERS))
        )  # fmt: skip

    for role in ROLES:
        places = by_kind.get(role.place, [])
        for number in range(spec.count(role.name)):
            joins = role.pattern in ("office", "rota") and rng.random() < spec.joiner_share
            joined = rng.randrange(1, max(2, spec.days)) if joins else _LONG_AGO
            add(role.name, places[number % len(places)], joined, _FOREVER)
    staffed = len(accounts)
    for number in range(spec.dormant):
        role_name = ("hospital_doctor", "gp", "nurse")[number % 3]
        kind = "practice" if role_name == "gp" else "ward"
        add(role_name, rng.choice(by_kind[kind]), _LONG_AGO, -spec.history_days - rng.randrange(60, 300))
    return tuple(accounts), tuple(range(staffed, len(accounts)))


def _draw_families(rng: Random, count: int) -> list[str]:
    names = sorted({head + middle + tail for head in _HEADS for middle in _MIDDLES for tail in _TAILS})
    rng.shuffle(names)
    return names[: max(20, min(len(names), count))]


def draw_patients(
    spec: RegionSpec, accounts: Sequence[Account], units: tuple[Unit, ...], used: set[str]
) -> Patients:
    """Patients with names shared by a few, local numbers with gaps, a GP and a pharmacy."""
    rng = chance(spec.seed, "patients")
    names = _draw_families(rng, spec.patients // 5)
    doctors = [a.index for a in accounts if a.role == "gp" and a.left_day == _FOREVER]
    pharmacies = [unit.index for unit in units if unit.kind == "pharmacy"]
    number = rng.randrange(2_000_000, 6_000_000)
    born_last = date(spec.start.year - 1, 12, 28)
    ids, numbers, families, births, frailty, gps, shops = [], [], [], [], [], [], []
    for _ in range(spec.patients):
        number += 1
        while rng.random() < spec.number_gap_share:
            number += 1
        ids.append(fresh_hex(rng, used, 16))
        numbers.append(number)
        families.append(names[int(len(names) * rng.random() ** 1.5)])
        births.append((born_last - timedelta(days=int(rng.triangular(0, 35_000, 17_000)))).isoformat())
        frailty.append(min(25.0, 0.45 * rng.paretovariate(1.6)))
        gps.append(rng.choice(doctors) if doctors and rng.random() < 0.95 else -1)
        shops.append(rng.choice(pharmacies) if pharmacies and rng.random() < 0.95 else -1)
    by_family: dict[str, list[int]] = {}
    for patient, family in enumerate(families):
        by_family.setdefault(family, []).append(patient)
    return Patients(
        tuple(ids), tuple(numbers), tuple(families), tuple(births), tuple(frailty), tuple(gps), tuple(shops),
        {family: tuple(members) for family, members in by_family.items()},
        {known: patient for patient, known in enumerate(numbers)},
    )  # fmt: skip
