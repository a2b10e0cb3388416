"""A region made of one simulated hospital: its people, units, agenda and stays as the lab's own rows.

Reads :class:`~rempart.lab.hospital.simulated.Simulated`. Doctors and nurses stand in wards and clinics,
technicians, pharmacists, radiologists and therapists in their own units; secretaries, admission clerks, coders
and nightly batches, of which clinosim has none, are added. Outpatient contacts become appointments (one in
eight comes without) and encounters. The care data miss and delay links as in other regions.
"""

from __future__ import annotations

from datetime import timedelta

from rempart.lab.care_plan import Appointment, CarePlan, Chooser, Stay
from rempart.lab.chance import chance, fresh_hex, fresh_number
from rempart.lab.hospital.chart_work import Post, chart_work
from rempart.lab.hospital.simulated import Contact, Simulated, simulate
from rempart.lab.people import draw_patients
from rempart.lab.places import BROWSERS, HOSPITAL, Account, AddressBook, Patients, Unit
from rempart.lab.region import Region
from rempart.lab.rota import AHEAD_DAYS, build_rota
from rempart.lab.spec import RegionSpec
from rempart.lab.staff.role import DAY_MS, MINUTE_MS

_WARD_OF = {
    "cardiology": "5E", "gastroenterology": "5W", "general_surgery": "3E", "orthopedics": "3W",
    "internal_medicine": "4W",
}  # fmt: skip
_WARDS = ("3E", "3W", "4E", "4W", "5E", "5W")
_PLACES = (
    *(("ward", ward) for ward in _WARDS), ("clinic", "oncology"), ("clinic", "primary_care"),
    ("emergency", "emergency"), ("laboratory", "laboratory"), ("pharmacy", "pharmacy"), ("imaging", "radiology"),
    ("therapy", "therapy"), ("admissions", "admissions"), ("coding", "coding"), ("machine_room", "machines"),
)  # fmt: skip
_ADDED = (
    ("gp_secretary", "4W"), ("gp_secretary", "4E"), ("gp_secretary", "5E"), ("gp_secretary", "oncology"),
    ("gp_secretary", "primary_care"), ("gp_secretary", "3W"), *(("admission_clerk", "admissions"),) * 5,
    *(("coder", "coding"),) * 4, *(("batch", "machines"),) * 4,
)  # fmt: skip
_ROLE_OF = {
    "physician": "hospital_doctor", "radiologist": "hospital_doctor", "nurse": "nurse",
    "lab_technician": "laboratory", "pharmacist": "pharmacist",
}  # fmt: skip
_LONG_AGO, _FOREVER = -400, 10**6
_WALK_INS = 0.12


def build_hospital(spec: RegionSpec, population: int, on_file: float) -> Region:
    """The region of one run for ``spec.seed``. ``on_file``: patients without a contact, for each with one."""
    days = spec.history_days + spec.days + AHEAD_DAYS
    found = simulate(spec.seed, population, spec.start - timedelta(days=spec.history_days), days)
    used: set[str] = set()
    book = AddressBook(chance(spec.seed, "addresses"))
    units = _units(spec, book, used)
    accounts, names, dormant = _accounts(spec, found, units, book, used)
    patients = _patients(spec, found, on_file, used)
    staff_of: dict[int, list[int]] = {unit.index: [] for unit in units}
    ordinal: dict[int, int] = {}
    counted: dict[str, int] = {}
    for account in accounts:
        ordinal[account.index] = counted.get(account.role, 0)
        counted[account.role] = ordinal[account.index] + 1
        if account.index not in dormant:
            staff_of[account.unit].append(account.index)

    def of_role(role: str) -> dict[int, list[int]]:
        return {0: [a.index for a in accounts if a.role == role and a.index not in dormant]}

    upgrades = chance(spec.seed, "upgrades")
    region = Region(
        spec, patients, accounts, units, 1, staff_of, {0: [u.index for u in units if u.kind == "ward"]},
        of_role("hospital_doctor"), of_role("admission_clerk"), of_role("coder"), ordinal,
        Chooser(range(len(patients)), patients.frailty), _lists(found, names, patients), {}, dormant,
        tuple(upgrades.randrange(2, max(3, spec.days)) for _ in range(4)),
    )  # fmt: skip
    region.rota = build_rota(spec, accounts)
    where = tuple(_unit_of(contact, number) for number, contact in enumerate(found.contacts))
    region.plan = _Planner(region, found, names, where).draw()
    region.charted = chart_work(region, found, Post(names, where))
    return region


def _units(spec: RegionSpec, book: AddressBook, used: set[str]) -> tuple[Unit, ...]:
    rng = chance(spec.seed, "units")
    return tuple(
        Unit(number, kind, fresh_hex(rng, used), HOSPITAL, book.inside(number, 5), 0, 12 * (kind == "ward"))
        for number, (kind, _) in enumerate(_PLACES)
    )


def _place(name: str) -> int:
    return next(number for number, (_, place) in enumerate(_PLACES) if place == name)


def _accounts(
    spec: RegionSpec, found: Simulated, units: tuple[Unit, ...], book: AddressBook, used: set[str]
) -> tuple[tuple[Account, ...], dict[str, int], tuple[int, ...]]:
    """(accounts, clinosim's names to accounts, the dormant ones among them, which come last)."""
    rng = chance(spec.seed, "accounts")
    accounts: list[Account] = []
    names: dict[str, int] = {}

    def add(role: str, unit: int, left: int = _FOREVER) -> None:
        joins = role != "batch" and left == _FOREVER and rng.random() < spec.joiner_share
        joined = rng.randrange(1, max(2, spec.days)) if joins else _LONG_AGO
        accounts.append(
            Account(len(accounts), fresh_number(rng, used), fresh_hex(rng, used), role, unit, joined, left,
                    rng.choice(units[unit].addresses), book.home_prefix(), rng.choice(BROWSERS))
        )  # fmt: skip

    for number, staffer in enumerate(found.staff):
        role, place = _ROLE_OF.get(staffer.role, "nurse"), _home(staffer.department, number)
        if staffer.role == "physician" and place == "emergency":
            role = "emergency_doctor"
        names[staffer.name] = len(accounts)
        add(role, _place(place))
    for role, place in _ADDED:
        add(role, _place(place))
    staffed = len(accounts)
    for number in range(spec.dormant):
        add(
            ("hospital_doctor", "nurse", "nurse")[number % 3],
            rng.randrange(6),
            -spec.history_days - rng.randrange(60, 300),
        )
    return tuple(accounts), names, tuple(range(staffed, len(accounts)))


def _home(department: str, number: int) -> str:
    """The unit a department's people work in."""
    if department == "internal_medicine":
        return ("4W", "4E")[number % 2]
    if department in _WARD_OF:
        return _WARD_OF[department]
    known = {"emergency_medicine": "emergency", "oncology": "oncology", "primary_care": "primary_care",
             "laboratory": "laboratory", "pharmacy": "pharmacy", "radiology": "radiology"}  # fmt: skip
    return known.get(department, "therapy")


def _unit_of(contact: Contact, number: int) -> int:
    """The unit a contact takes place in."""
    if contact.kind == "EMER":
        return _place("emergency")
    if contact.ward in _WARDS:
        return _place(contact.ward)
    if contact.kind == "IMP":
        return _place(_WARDS[number % len(_WARDS)])
    return _place(_home(contact.department, number))


def _patients(spec: RegionSpec, found: Simulated, on_file: float, used: set[str]) -> Patients:
    """clinosim's people among others on file, in the order of their record numbers."""
    rng = chance(spec.seed, "on file")
    real = len(found.people)
    others = draw_patients(
        RegionSpec(seed=spec.seed, patients=max(200, real + int(real * on_file))), (), (), used
    )
    total = real + int(real * on_file)
    slots = sorted(rng.sample(range(len(others)), total))
    contacts = [0] * total
    for contact in found.contacts:
        contacts[contact.patient] += 1
    order = list(range(total))
    rng.shuffle(order)
    number_of = [0] * total
    for place, patient in enumerate(order):
        number_of[patient] = others.numbers[slots[place]]
    families = [p.family for p in found.people] + [others.families[slots[n]] for n in range(real, total)]
    births = [p.born for p in found.people] + [others.births[slots[n]] for n in range(real, total)]
    by_family: dict[str, list[int]] = {}
    for patient, family in enumerate(families):
        by_family.setdefault(family, []).append(patient)
    return Patients(
        tuple(others.ids[slot] for slot in slots), tuple(number_of), tuple(families), tuple(births),
        tuple(min(0.6, 0.2 + 0.05 * count) for count in contacts), (-1,) * total, (-1,) * total,
        {family: tuple(members) for family, members in by_family.items()},
        {number: patient for patient, number in enumerate(number_of)},
    )  # fmt: skip


def _lists(found: Simulated, names: dict[str, int], patients: Patients) -> dict[int, Chooser]:
    """Each doctor's own patients: whom he attended."""
    own: dict[int, dict[int, None]] = {}
    for contact in found.contacts:
        if contact.attending in names and contact.kind == "AMB":
            own.setdefault(names[contact.attending], {})[contact.patient] = None
    return {account: Chooser(tuple(members), patients.frailty) for account, members in sorted(own.items())}


class _Planner:
    """clinosim's contacts as appointments and stays."""

    def __init__(
        self, region: Region, found: Simulated, names: dict[str, int], where: tuple[int, ...]
    ) -> None:
        self.region, self.found, self.names, self.where = region, found, names, where
        self.plan, self.rng, self.used = CarePlan(), chance(region.spec.seed, "care"), set[str]()

    def draw(self) -> CarePlan:
        for number, contact in enumerate(self.found.contacts):
            if contact.kind == "AMB" and self.rng.random() >= _WALK_INS:
                self._book(contact)
            self._stay(contact, self.where[number])
        return self.plan

    def _told(self, natural_ms: int, start_ms: int) -> tuple[int, bool]:
        rng, spec = self.rng, self.region.spec
        told = rng.random() >= spec.missing_share
        if rng.random() < spec.late_share:
            return start_ms + int(rng.uniform(2, 72) * 60) * MINUTE_MS, told
        return natural_ms, told

    def _book(self, contact: Contact) -> None:
        rng, region, plan = self.rng, self.region, self.plan
        account = self.names[contact.attending]
        natural = contact.start_ms - int(min(40.0, rng.paretovariate(0.9) - 0.9) * DAY_MS)
        known_ms, told = self._told(natural, contact.start_ms)
        day = region.day_of(contact.start_ms)
        plan.agenda.setdefault((account, day), []).append(len(plan.appointments))
        plan.appointments.append(
            Appointment(contact.start_ms, contact.patient, account, contact.start_ms + 20 * MINUTE_MS, known_ms,
                        0, told, fresh_hex(rng, self.used), self._one_of(region.clerks_of, 0.7))
        )  # fmt: skip

    def _stay(self, contact: Contact, unit: int) -> None:
        rng, region, plan = self.rng, self.region, self.plan
        wait = rng.uniform(5, 40) if contact.kind == "EMER" else rng.uniform(0, 10)
        known_ms, told = self._told(contact.start_ms + int(wait * MINUTE_MS), contact.start_ms)
        end_ms = (
            contact.end_ms
            if contact.end_ms is not None
            else region.midnight_ms(region.spec.days + AHEAD_DAYS)
        )
        actor = self.names.get(contact.attending, -1)
        number = len(plan.stays)
        plan.stays.append(
            Stay(contact.start_ms, contact.patient, unit, actor, self._one_of(region.clerks_of, 0.85),
                 self._one_of(region.coders_of, 0.6), contact.kind, end_ms, known_ms, told,
                 fresh_hex(rng, self.used))
        )  # fmt: skip
        first, last = region.day_of(contact.start_ms), region.day_of(end_ms)
        if contact.kind == "IMP":
            for day in range(first, last + 1):
                plan.present.setdefault((unit, day), []).append(number)
            plan.discharged.setdefault((unit, last), []).append(number)
        elif contact.kind == "EMER":
            plan.arrivals.setdefault((actor, first), []).append(number)
        if contact.kind != "AMB":
            plan.admitted.setdefault((0, first), []).append(number)
        plan.ended.setdefault((0, last), []).append(number)

    def _one_of(self, staff: dict[int, list[int]], share: float) -> int:
        able = staff[0]
        return able[self.rng.randrange(len(able))] if able and self.rng.random() < share else -1
