"""Decoy patients who look like their neighbours and do not exist.

Reads rows of real people as plain text (names, birth date, sex, address); gives decoys put together from several
of them: the first name, sex and decade of one, the family name of another, the street and town of a third. What
must be unique is: a mail address on the site's own domain, and a telephone number from the blocks that the
French regulator keeps for works of fiction (ARCEP decision 2018-0881), so that nobody is ever called.

Safe for care: the FHIR resource carries the tag ``DECOY`` of the system :data:`TAG_SYSTEM`, has no social security
number, and is to be refused by orders and billing on that tag. Misses: neighbours whose names are rare enough to
tell that two were mixed.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from rempart.errors import SourceError
from rempart.language import gettext as _

TAG_SYSTEM = "urn:rempart:record-kind"
TAG_CODE = "DECOY"
FICTION = ("019900", "026191", "035301", "046571", "053649", "063998")
"""First six digits of the numbers kept for fiction; four are left to draw."""
LEAST_NEIGHBOURS = 20
_NEEDED = ("family", "given", "birth_date", "street", "postcode", "city")


@dataclass(frozen=True, slots=True)
class Decoy:
    """One decoy; ``shown_to`` an account or organisation that alone is shown this variant, or empty."""

    id: str
    patient: str
    """Identifier in the records."""
    family: str
    given: str
    birth_date: str
    sex: str
    phone: str
    email: str
    street: str
    postcode: str
    city: str
    planted: str
    shown_to: str = ""
    retired: str = ""

    def plain(self) -> dict[str, str]:
        """The fields as a dictionary."""
        return asdict(self)


def draw_decoys(
    neighbours: Sequence[Mapping[str, str]],
    count: int,
    domain: str,
    today: date,
    chance: random.Random,
    taken: Sequence[Decoy] = (),
    shown_to: Sequence[str] = (),
) -> list[Decoy]:
    """``count`` new decoys, or one a name in ``shown_to``. SourceError where there are too few neighbours.

    Neighbours have the keys family, given, birth_date (ISO), sex, street, postcode and city.
    """
    whole = [row for row in neighbours if all(row.get(name) for name in _NEEDED)]
    if len(whole) < LEAST_NEIGHBOURS:
        raise SourceError(
            _("only {whole} whole records to draw decoys from").format(whole=len(whole)),
            _("give a table of at least {least_neighbours}").format(least_neighbours=LEAST_NEIGHBOURS),
        )
    used = {decoy.phone for decoy in taken} | {decoy.email for decoy in taken}
    first = 1 + max((int(decoy.id[1:]) for decoy in taken), default=0)
    names = list(shown_to) or [""] * count
    return [
        _draw(whole, f"D{first + k:04d}", domain, today, chance, used, name) for k, name in enumerate(names)
    ]


def _draw(
    rows: Sequence[Mapping[str, str]], number: str, domain: str, today: date, chance: random.Random,
    used: set[str], shown_to: str,
) -> Decoy:  # fmt: skip
    body, name, street, town = (rows[chance.randrange(len(rows))] for _ in range(4))
    phone = email = ""
    while not phone or phone in used:
        phone = chance.choice(FICTION) + f"{chance.randrange(10_000):04d}"
    while not email or email in used:
        box = ".".join(filter(None, map(_latin, (body["given"], name["family"]))))
        email = f"{box}{chance.randrange(100)}@{domain}"
    used.update((phone, email))
    house, _, rest = street["street"].partition(" ")
    moved = f"{int(house) + chance.randrange(2, 40)} {rest}" if house.isdigit() else street["street"]
    return Decoy(
        number, f"{chance.getrandbits(64):016x}", name["family"], body["given"],
        _birth(body["birth_date"], chance), body.get("sex", ""), phone, email, moved,
        town["postcode"], town["city"], today.isoformat(), shown_to,
    )  # fmt: skip


def _latin(name: str) -> str:
    """A name as it stands in a mail address: small letters without accents."""
    plain = unicodedata.normalize(
        "NFKD", name.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    )
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter == "-"))


def _birth(like: str, chance: random.Random) -> str:
    """A day within two years of that of the neighbour."""
    born = date.fromisoformat(like[:10]) + timedelta(days=chance.randrange(-700, 700))
    return born.isoformat()


def fhir_bundle(decoys: Sequence[Decoy]) -> dict[str, Any]:
    """A transaction Bundle (FHIR R4) that loads them, each with its tag."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": _patient(decoy), "request": {"method": "PUT", "url": f"Patient/{decoy.patient}"}}
            for decoy in decoys
        ],
    }


def _patient(decoy: Decoy) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": decoy.patient,
        "meta": {
            "tag": [
                {"system": TAG_SYSTEM, "code": TAG_CODE, "display": "Decoy: no such person, do not treat"}
            ]
        },
        "name": [{"use": "official", "family": decoy.family, "given": [decoy.given]}],
        "birthDate": decoy.birth_date,
        "gender": {"M": "male", "F": "female", "1": "male", "2": "female"}.get(
            decoy.sex[:1].upper(), "unknown"
        ),
        "telecom": [{"system": "phone", "value": decoy.phone}, {"system": "email", "value": decoy.email}],
        "address": [{"line": [decoy.street], "postalCode": decoy.postcode, "city": decoy.city}],
    }
