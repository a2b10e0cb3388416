"""What tells a crew from others, as a STIX 2.1 bundle for the next region: never a patient, never a professional.

Gives, from :class:`Work`, a bundle made with the OASIS library: a campaign with its times (to the hour), the
techniques of MITRE ATT&CK, indicators for addresses and software, and the pattern of work in rounded figures as
a property extension. Reads such bundles back, tolerantly: only address and software indicators are understood.
Follows STIX 2.1 (OASIS, June 2021) and TLP (amber).

Misses: the ledger holds networks only as keyed pseudonyms, so an address can be shared only if the site finds it in
its own firewall or identity provider and hands it in; it is then confirmed here. A crew that changes both its
network and its software shares nothing but its pattern.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

NAMESPACE = UUID("8c1c5a0e-6a0b-5b53-9f5e-0d6f4a9b2c11")
EXTENSION = f"extension-definition--{uuid5(NAMESPACE, 'pattern of work')}"
MACHINE_GAP_S = 5.0
"""A median pause below this between accesses is a machine's."""
TECHNIQUES = {
    "T1078": "Valid Accounts",
    "T1213": "Data from Information Repositories",
    "T1119": "Automated Collection",
}
_ADDRESS = re.compile(r"ipv[46]-addr:value\s*=\s*'([0-9A-Fa-f.:]{2,45})'")
_SOFTWARE = re.compile(r"software:name\s*=\s*'((?:[^'\\]|\\.){1,300})'")
MOST_INDICATORS = 1_000


@dataclass(frozen=True, slots=True)
class Work:
    """How a crew worked. Shares are of its accesses; nothing here counts single people."""

    first_seen: datetime
    last_seen: datetime
    accounts: int
    accesses: int
    patients: int
    hours: Mapping[int, float]
    """Hour of the day (UTC) to share."""
    forms: Mapping[str, float]
    """Resource or search form without values to share."""
    median_gap_s: float
    reopened: float
    """Share of patients opened on more than one day."""
    software: tuple[str, ...]
    """Names nobody else of the house used, and a person chose: logs may hold a person's name there."""
    addresses: tuple[str, ...]
    """Confirmed in the ledger, and used by nobody else of the house."""

    @property
    def techniques(self) -> tuple[str, ...]:
        """The techniques these figures show."""
        return ("T1078", "T1213", "T1119") if self.median_gap_s < MACHINE_GAP_S else ("T1078", "T1213")


@dataclass(frozen=True, slots=True)
class Indicators:
    """What a bundle from elsewhere lets one look for; ``unread`` indicators were of another kind."""

    addresses: tuple[str, ...]
    software: tuple[str, ...]
    unread: int
    last_seen: datetime | None = None
    """When the crew was last seen there; None where no campaign says it."""
    hours: tuple[float, ...] = ()
    """(24,) shares of its work by hour of the day (UTC); empty where the bundle does not say them."""
    makers: tuple[str, ...] = ()
    """Who made its indicators and campaigns (``created_by_ref``), sorted; as it says, for nothing proves it."""


def make_bundle(work: Work, case: str, shared_by: str, now: datetime) -> str:
    """The bundle as JSON text; equal inputs give equal identifiers, so that a later one replaces it.

    Whoever knows the inputs knows the identifiers: they say which bundle this is, not who made it."""
    import stix2  # a fifth of a second that only sharing should wait for

    stamp = {"created": now, "modified": now}
    maker = stix2.Identity(
        id=_id("identity", shared_by), name=shared_by, identity_class="organization", **stamp
    )
    common = {**stamp, "created_by_ref": maker.id, "object_marking_refs": [stix2.TLP_AMBER.id]}
    extension = stix2.ExtensionDefinition(
        id=EXTENSION,
        name="pattern of work",
        description="How a crew works through patient records, in rounded figures.",
        schema="properties: accounts, accesses, patients, hours_utc, forms, median_gap_s, reopened",
        version="1.0.0",
        extension_types=["property-extension"],
        created_by_ref=maker.id,
        **stamp,
    )
    seed = f"{shared_by} {case}"
    campaign = stix2.Campaign(
        id=_id("campaign", seed),
        name=f"Bulk reading of patient records, case {uuid5(NAMESPACE, seed).hex[:8]}",
        first_seen=_hour(work.first_seen),
        last_seen=_hour(work.last_seen),
        objective="Patient records, read through professionals' own access",
        extensions={EXTENSION: {"extension_type": "property-extension", **pattern_of(work)}},
        allow_custom=True,
        **common,
    )
    made: list[Any] = [maker, stix2.TLP_AMBER, extension, campaign]
    for technique in work.techniques:
        attack = stix2.AttackPattern(
            id=_id("attack-pattern", technique),
            name=TECHNIQUES[technique],
            external_references=[{"source_name": "mitre-attack", "external_id": technique}],
            **common,
        )
        made += [attack, _relation(campaign, "uses", attack, common)]
    for path, value in _observed(work):
        pattern = stix2.ObservationExpression(
            stix2.EqualityComparisonExpression(stix2.ObjectPath(*path), stix2.StringConstant(value))
        )
        indicator = stix2.Indicator(
            id=_id("indicator", f"{seed} {value}"),
            pattern=str(pattern),
            pattern_type="stix",
            indicator_types=["malicious-activity"],
            valid_from=_hour(work.first_seen),
            **common,
        )
        made += [indicator, _relation(indicator, "indicates", campaign, common)]
    bundle = stix2.Bundle(id=_id("bundle", seed), objects=made, allow_custom=True)
    return str(bundle.serialize(pretty=True))


def pattern_of(work: Work) -> dict[str, Any]:
    """The pattern of work, each figure rounded to two digits: it describes a crew, not a day's log."""
    return {
        "accounts": work.accounts,
        "accesses": _two_digits(work.accesses),
        "patients": _two_digits(work.patients),
        "hours_utc": {
            f"{hour:02d}": round(share, 2) for hour, share in sorted(work.hours.items()) if share >= 0.01
        },
        "forms": {form: round(share, 2) for form, share in work.forms.items() if share >= 0.01},
        "median_gap_s": _two_digits(work.median_gap_s),
        "reopened": round(work.reopened, 2),
    }


def read_bundle(content: Mapping[str, Any]) -> Indicators:
    """The indicators of a decoded bundle; anything malformed is counted and left out."""
    addresses: dict[str, None] = {}
    software: dict[str, None] = {}
    unread = 0
    given = content.get("objects")
    objects = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    for each in objects:
        if each.get("type") != "indicator" or each.get("revoked") is True:
            continue
        pattern = each.get("pattern")
        text = pattern if isinstance(pattern, str) else ""
        found = [address for address in _ADDRESS.findall(text) if _is_address(address)]
        names = [re.sub(r"\\(.)", r"\1", name) for name in _SOFTWARE.findall(text)]
        unread += not (found or names)
        addresses.update(dict.fromkeys(found))
        software.update(dict.fromkeys(names))
    campaigns = [each for each in objects if each.get("type") == "campaign"]
    made = [each for each in objects if each.get("type") in ("indicator", "campaign")]
    makers = {maker for each in made if isinstance(maker := each.get("created_by_ref"), str)}
    return Indicators(
        tuple(addresses)[:MOST_INDICATORS],
        tuple(software)[:MOST_INDICATORS],
        unread,
        max((at for each in campaigns if (at := _time(each.get("last_seen"))) is not None), default=None),
        next((hours for each in campaigns if (hours := _hours(each))), ()),
        tuple(sorted(makers)),
    )


def _time(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


def _hours(campaign: Mapping[str, Any]) -> tuple[float, ...]:
    """The shares of each hour of the day in our own extension; () where it is none."""
    extensions = campaign.get("extensions")
    work = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    hours = work.get("hours_utc") if isinstance(work, dict) else None
    if not isinstance(hours, dict):
        return ()
    shares = tuple(hours.get(f"{hour:02d}", 0.0) for hour in range(24))
    sound = all(isinstance(share, int | float) and 0 <= share <= 1 for share in shares)
    return tuple(map(float, shares)) if sound and sum(shares) > 0 else ()


def _observed(work: Work) -> Iterable[tuple[tuple[str, list[str]], str]]:
    """Object path and value of everything that can be looked for elsewhere."""
    for address in work.addresses:
        version = ipaddress.ip_address(address).version
        yield (f"ipv{version}-addr", ["value"]), address
    for name in work.software:
        yield ("software", ["name"]), name


def _relation(source: Any, kind: str, target: Any, common: Mapping[str, Any]) -> Any:
    import stix2

    name = _id("relationship", f"{source.id} {kind} {target.id}")
    return stix2.Relationship(source, kind, target, id=name, **common)


def _id(kind: str, seed: str) -> str:
    return f"{kind}--{uuid5(NAMESPACE, f'{kind} {seed}')}"


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _two_digits(amount: float) -> float:
    return float(f"{amount:.2g}")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
