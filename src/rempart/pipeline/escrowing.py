"""The directory sealed for the day it is gone, and opened again by two persons with a reason.

``seal_directory`` reads the directory, writes one sealed file; the first time it makes the key and its two
shares. ``open_escrow`` writes the people back as a table that :mod:`rempart.pipeline.directory` reads
(FHIR Patient, one a line), after the reason is signed into the ledger.

Misses: keeping the escrow current; seal anew when the directory has changed, an old one names fewer people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import KeyFileError, SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.deeds import ESCROW_MADE, ESCROW_OPENED, record_act
from rempart.ledger.escrow import PIECE_BYTES, key_name, make_key, read_share, seal, unseal
from rempart.ledger.folder import Folder
from rempart.notice.people import Person
from rempart.pipeline.directory import Directory
from rempart.pipeline.private_streams import make_folder, private_stream, write_whole

PUBLIC = "escrow.pub"
SHARES = ("share-1.txt", "share-2.txt")


def seal_directory(
    directory: Directory, data: Path, out: Path, shares: Path | None, now_ms: int, hear: Callable[[int], None]
) -> tuple[int, str]:
    """Seal every person of ``directory`` into ``out``; how many, and the name of the key.

    With ``shares`` (a folder), a new key is made and its two shares are written there, to be handed to two
    persons and taken away. Without it the key made before is used. KeyFileError where there is none.
    """
    public = _new_key(data, shares) if shares is not None else _public_key(data)
    with private_stream(out) as file:
        seal(_pieces(directory, hear), public, file)
    digest = _digest(out)
    record_act(
        data, ESCROW_MADE, f"directory of {directory.read} people sealed", digest, directory.read, now_ms
    )
    return directory.read, key_name(public)


def open_escrow(
    path: Path, shares: tuple[Path, Path], reason: str, data: Path, out: Path, now_ms: int
) -> int:
    """Write the people sealed in ``path`` to ``out``, owner-only; the size in bytes.

    KeyFileError for shares that do not fit, LedgerError without a reason.
    """
    spelled = (_read_share(shares[0]), _read_share(shares[1]))
    for share in spelled:
        read_share(share)
    record_act(data, ESCROW_OPENED, reason, _digest(path), 0, now_ms)
    try:
        with path.open("rb") as sealed, private_stream(out) as file:
            file.writelines(unseal(sealed, spelled))
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)), _("name the escrow file")
        ) from error
    return out.stat().st_size


def _pieces(directory: Directory, hear: Callable[[int], None]) -> Iterator[bytes]:
    """The people as FHIR Patient lines, gathered into pieces."""
    encoder, gathered = msgspec.json.Encoder(), bytearray()
    for number, person in enumerate(directory, 1):
        line = encoder.encode(patient_of(person)) + b"\n"
        if gathered and len(gathered) + len(line) > PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
        gathered += line
        if number % 10_000 == 0:
            hear(number)
    yield bytes(gathered)


def patient_of(person: Person) -> dict[str, Any]:
    """The FHIR Patient that reads back as ``person``."""
    codes = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "identifier": [{"value": each} for each in person.identifiers],
        "name": [
            {"use": "official", "family": person.family, "given": [person.given] if person.given else []}
        ],
        "birthDate": person.birth_date,
        "address": [{"use": "home", "text": "\n".join(person.address)}],
    }
    if person.deceased:
        patient["deceasedBoolean"] = True
    if person.confidential:
        patient["meta"] = {"security": [{"system": codes, "code": "R"}]}
    if person.language:
        patient["communication"] = [{"language": {"coding": [{"code": person.language}]}, "preferred": True}]
    if person.protection:
        measure = {"representation": "tutelle", "assistance": "curatelle"}.get(person.protection, "guardian")
        patient["contact"] = [
            {
                "relationship": [{"text": measure}],
                "name": {"family": person.representative},
                "address": {"text": "\n".join(person.representative_address)},
            }
        ]
    return patient


def _new_key(data: Path, shares: Path) -> bytes:
    """A new key: its public half beside the ledger's keys, its shares in ``shares``."""
    Folder(data).require()
    public, *spelled = make_key()
    make_folder(shares)
    for name, share in zip(SHARES, spelled, strict=True):
        if (shares / name).exists():
            raise KeyFileError(
                _("{shares} is there already").format(shares=shares / name),
                _("name an empty folder with --shares"),
            )
        write_whole(shares / name, f"{share}\n".encode())
    write_whole(Folder(data).keys / PUBLIC, public.hex().encode() + b"\n")
    return public


def _public_key(data: Path) -> bytes:
    path = Folder(data).keys / PUBLIC
    try:
        public = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise KeyFileError(
            _("there is no escrow key yet"), _("name a folder for its two shares with --shares")
        ) from error
    except (OSError, ValueError) as error:
        raise KeyFileError(
            _("{path} is no escrow key").format(path=path), _("restore it from the backup")
        ) from error
    if len(public) != 32:
        raise KeyFileError(_("{path} is no escrow key").format(path=path), _("restore it from the backup"))
    return public


def _read_share(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")[:400]
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(
            _("{path} is no share of an escrow").format(path=path), _("give the file of one person's share")
        ) from error


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)), _("name the escrow file")
        ) from error
