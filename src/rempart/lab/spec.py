"""What a region is like: sizes, period, and how good its care data are.

A frozen description; together with its seed it fixes every byte that the region emits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rempart.errors import SettingsError

DEMO_STAFF: tuple[tuple[str, int], ...] = (
    ("gp", 10),
    ("gp_secretary", 4),
    ("hospital_doctor", 9),
    ("nurse", 14),
    ("admission_clerk", 3),
    ("emergency_doctor", 5),
    ("coder", 3),
    ("pharmacist", 6),
    ("laboratory", 3),
    ("locum", 3),
    ("batch", 4),
)
"""Accounts for each role: 60 people and 4 batch accounts."""

MOST_MISSING = 0.30


@dataclass(frozen=True, slots=True)
class RegionSpec:
    """Sizes, period and quality of a made-up region. Shares are between 0 and 1.

    Raises :class:`SettingsError` naming the entry that is out of range.
    """

    seed: int = 1
    start: date = date(2026, 1, 12)
    """First day with accesses (local, UTC+1 all year: daylight saving is not modelled)."""
    days: int = 21
    patients: int = 6000
    staff: tuple[tuple[str, int], ...] = field(default=DEMO_STAFF)
    missing_share: float = 0.10
    """Share of care links that the care data never mention, at most 0.30."""
    late_share: float = 0.08
    """Share of care links that become known 2 to 72 hours after they began."""
    cancelled_share: float = 0.06
    telework_share: float = 0.12
    """Share of days that staff who may work from home do so."""
    mobile_networks: int = 3
    mobile_share: float = 0.04
    """Share of logins of staff who may work from home that come through a carrier's exits."""
    travel_share: float = 0.012
    """Share of logins from a line never seen before: a hotel, a conference, a colleague's practice."""
    lent_share: float = 0.0
    """Share of ward and practice shifts whose second half runs under a colleague's open session."""
    vpn_share: float = 0.0
    """Share of days at home that come through the house's VPN, whose exits change during the period."""
    renewed_share: float = 0.0
    """Share of accounts that change their program or browser during the period, each on a day of its own."""
    lost_feeds: int = 0
    """How many times the care data of one unit are lost for some days on end."""
    dormant: int = 3
    """Accounts of people who left long ago and whom nobody closed."""
    joiner_share: float = 0.06
    """Share of accounts that first work during the period."""
    number_gap_share: float = 0.30
    """Share of local patient numbers that belong to nobody."""
    history_days: int = 21
    """Days of care before ``start``, in the care data only."""

    def __post_init__(self) -> None:
        for name in (
            "missing_share",
            "late_share",
            "cancelled_share",
            "telework_share",
            "joiner_share",
            "number_gap_share",
            "mobile_share",
            "travel_share",
            "lent_share",
            "vpn_share",
            "renewed_share",
        ):
            most = MOST_MISSING if name == "missing_share" else 0.9
            if not 0.0 <= getattr(self, name) <= most:
                raise SettingsError(f"region: {name} is outside 0 to {most}", "give a share in that range")
        for name, least in (("days", 1), ("patients", 200), ("mobile_networks", 1), ("history_days", 1)):
            if getattr(self, name) < least:
                raise SettingsError(f"region: {name} is below {least}", "give a larger number")
        known = {name for name, _ in DEMO_STAFF}
        for role, count in self.staff:
            if role not in known or count < 0:
                raise SettingsError(f"region: staff entry {role!r} is unknown or negative", "see DEMO_STAFF")
        counts = dict(self.staff)
        for role in ("gp", "hospital_doctor", "nurse"):
            if counts.get(role, 0) < 1:
                raise SettingsError(f"region: staff needs at least one {role}", "raise its count")

    def count(self, role: str) -> int:
        """Accounts of a role, 0 if the region has none."""
        return dict(self.staff).get(role, 0)
