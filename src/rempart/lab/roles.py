"""The roles of a region, in one visible tuple.

Adding a role is adding an entry here and its visits in ``lab/staff``. Figures are plausible
orders of magnitude for French practices, wards and pharmacies, not fitted to anybody's logs.
"""

from __future__ import annotations

from rempart.lab.places import HOSPITAL, PORTAL, PRACTICE, TOWN
from rempart.lab.staff import batch, hospital, office, town
from rempart.lab.staff.role import Burst, Role, Shift

_OFFICE = (Shift(8 * 60, 18 * 60 + 30),)
_CLERICAL = (Shift(8 * 60, 17 * 60), Shift(9 * 60, 18 * 60))
_THREE = (Shift(6 * 60 + 30, 14 * 60 + 30), Shift(14 * 60, 22 * 60), Shift(21 * 60 + 30, 31 * 60))
_DAY_NIGHT = (Shift(8 * 60, 20 * 60), Shift(20 * 60, 32 * 60))
_WARD_DOCTOR = (Shift(8 * 60, 18 * 60 + 30),)
_NIGHT_RUN = (Shift(60 + 30, 5 * 60),)

_CHART = (
    ("Patient", 1.0),
    ("Condition", 0.45),
    ("MedicationRequest", 0.5),
    ("Observation", 0.55),
    ("DocumentReference", 0.4),
)
_WARD = (
    ("Patient", 0.6),
    ("Observation", 0.7),
    ("MedicationRequest", 0.6),
    ("DocumentReference", 0.35),
    ("Encounter", 0.2),
)
_DESK = (("Patient", 1.0), ("Coverage", 0.6), ("Appointment", 0.5))
_FEW = ("Patient", "MedicationRequest")

ROLES: tuple[Role, ...] = (
    Role("gp", "doctor", "practice", PRACTICE, "office", _OFFICE, 0.85, office.gp_visits,
         office.practice_pool, Burst("recall of the list", 0.03, 35, 1.3, _FEW), _CHART,
         return_share=0.25, followups=4.0, strangers=0.4, telework=True, list_page="agenda"),
    Role("gp_secretary", "secretary", "practice", PRACTICE, "office", _CLERICAL, 0.9,
         office.secretary_visits, office.practice_pool,
         Burst("vaccination day", 0.03, 60, 1.4, ("Patient",)), _DESK,
         return_share=0.12, followups=2.0, strangers=1.5, telework=True, list_page="agenda"),
    Role("hospital_doctor", "doctor", "ward", HOSPITAL, "office", _WARD_DOCTOR, 0.9,
         hospital.doctor_visits, hospital.house_pool,
         Burst("audit of charts", 0.03, 30, 1.2, ("DocumentReference",)), _CHART,
         return_share=0.5, followups=3.0, strangers=1.0, telework=True, list_page="ward"),
    Role("nurse", "nurse", "ward", HOSPITAL, "rota", _THREE, 0.55, hospital.nurse_visits,
         hospital.house_pool, Burst("bed round for a handover", 0.03, 15, 1.3, ("Encounter",)), _WARD,
         strangers=0.3, list_page="ward"),
    Role("admission_clerk", "clerk", "admissions", HOSPITAL, "rota", _CLERICAL, 0.65,
         hospital.clerk_visits, hospital.house_pool,
         Burst("billing repair", 0.03, 50, 1.4, ("Patient", "Coverage")), _DESK,
         return_share=0.15, followups=1.0, strangers=4.0),
    Role("emergency_doctor", "doctor", "emergency", HOSPITAL, "rota", _DAY_NIGHT, 0.4,
         hospital.emergency_visits, hospital.emergency_pool,
         Burst("mass arrival review", 0.02, 25, 1.3, ("Patient", "Observation")), _CHART,
         return_share=0.2, followups=2.0, strangers=1.0, list_page="ward"),
    Role("coder", "coder", "coding", HOSPITAL, "office", _CLERICAL, 0.9, hospital.coder_visits,
         hospital.house_pool, Burst("recoding campaign", 0.05, 60, 1.3, ("Encounter", "Condition")),
         (("Encounter", 1.0), ("DocumentReference", 0.9), ("Condition", 0.8), ("Observation", 0.4)),
         return_share=0.1, followups=2.0, telework=True, pace_s=(8.0, 60.0)),
    Role("pharmacist", "pharmacist", "pharmacy", TOWN, "office", _OFFICE, 0.85, town.pharmacist_visits,
         town.town_pool, Burst("renewal or vaccination day", 0.03, 50, 1.4, ("Patient",)),
         (("Patient", 1.0), ("MedicationRequest", 0.9), ("Coverage", 0.5)), return_share=0.1, followups=2.0),
    Role("laboratory", "laboratory", "laboratory", TOWN, "office", (Shift(7 * 60, 17 * 60),), 0.95,
         town.laboratory_visits, town.town_pool, Burst("results sent again", 0.03, 50, 1.4, ("Observation",)),
         (("Patient", 1.0), ("Observation", 0.6), ("Coverage", 0.4)), return_share=0.1, strangers=1.0),
    Role("locum", "doctor", "practice", PORTAL, "stand_in", _OFFICE, 0.9, office.locum_visits,
         office.practice_pool, Burst("taking over the list", 0.04, 25, 1.4, _FEW), _CHART,
         return_share=0.25, followups=2.0, strangers=0.5, telework=True, list_page="agenda"),
    Role("batch", "service", "machine_room", HOSPITAL, "nightly", _NIGHT_RUN, 0.98, batch.batch_visits,
         batch.batch_pool, Burst("full run", 0.02, 150, 1.4, ("Patient",)),
         (("Patient", 1.0), ("Coverage", 0.3)), pace_s=(0.05, 0.3)),
)  # fmt: skip
"""Every role; also the order in which accounts are made."""

ROLE_NAMED: dict[str, Role] = {role.name: role for role in ROLES}
