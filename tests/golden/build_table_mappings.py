"""Writes small made-up exports as hospitals shape them, and what is proposed for each and read by it.

``python tests/golden/build_table_mappings.py`` writes ``table_mappings.json`` beside itself. Nothing in
it is about anybody: accounts, patients and times come from a seeded generator.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rempart.sources.csv_reader import read_csv
from rempart.sources.mapping import parse_mapping
from rempart.sources.mapping_guess import propose
from rempart.sources.mapping_toml import write_toml

ROWS = 80
SHOWN = 3
BEGIN = datetime(2026, 3, 2, 8, 0, 0)


def _moments(chance: random.Random) -> Iterator[datetime]:
    at = BEGIN
    for _ in range(ROWS):
        at += timedelta(seconds=chance.randrange(20, 4000))
        yield at


def french_hospital(chance: random.Random) -> bytes:
    """Semicolons, Latin-1, the date and the hour apart, accents in titles and words."""
    lines = ["Date;Heure;Utilisateur;Profil;Service;Action;IPP;Poste;Résultat"]
    for at in _moments(chance):
        who = chance.randrange(12)
        profile = ("Médecin", "Infirmière", "Secrétaire")[who % 3]
        action = chance.choice(("Consultation", "Consultation", "Modification", "Impression"))
        lines.append(
            f"{at:%d/%m/%Y};{at:%H:%M:%S};u{who:03d};{profile};Réanimation {who % 4};{action};"
            f"{80_000_000 + chance.randrange(900)};PC-{who:02d};{chance.choice(('Succès', 'Succès', 'Échec'))}"
        )
    return "\r\n".join(lines).encode("latin-1")


def english_portal(chance: random.Random) -> bytes:
    """Commas, UTF-8 with a byte-order mark, ISO times with an offset, quoted departments."""
    lines = ["timestamp,user,role,department,action,patient_id,workstation,status"]
    for at in _moments(chance):
        who = chance.randrange(9)
        lines.append(
            f'{at.isoformat()}+01:00,j.{who:02d},{("physician", "nurse")[who % 2]},"Ward, floor {who % 3}",'
            f"{chance.choice(('VIEW', 'VIEW', 'PRINT', 'LOGIN'))},MRN{chance.randrange(600):06d},"
            f"WS{who:03d},{chance.choice(('SUCCESS', 'SUCCESS', 'DENIED'))}"
        )
    return b"\xef\xbb\xbf" + "\n".join(lines).encode()


def laboratory(chance: random.Random) -> bytes:
    """Tabs, times in seconds since 1970, an address instead of a workstation, several patients in a cell."""
    lines = ["event_id\ttime\tlogin\tip_address\toperation\tpatients"]
    for number, at in enumerate(_moments(chance)):
        patients = "|".join(str(700_000 + chance.randrange(300)) for _ in range(chance.choice((1, 1, 3))))
        epoch = int((at - datetime(1970, 1, 1)).total_seconds())
        lines.append(
            f"{number}\t{epoch}\tlab{chance.randrange(5)}\t10.8.0.{chance.randrange(9)}\tread\t{patients}"
        )
    return "\n".join(lines).encode()


def agenda(chance: random.Random) -> bytes:
    """Appointments of a practice, Windows-1252, with an apostrophe of a word processor."""
    lines = ["IPP;Praticien;Début;Fin;Type de rendez-vous;Statut;Motif"]
    for at in _moments(chance):
        ends = at + timedelta(minutes=20)
        state = chance.choice(("Honoré", "Honoré", "Annulé"))
        lines.append(
            f"{chance.randrange(5000):07d};DR{chance.randrange(6):02d};{at:%d/%m/%Y %H:%M};{ends:%d/%m/%Y %H:%M};"
            f"Rendez-vous;{state};suivi de l’année"
        )
    return "\n".join(lines).encode("windows-1252")


def staff_list(chance: random.Random) -> bytes:
    """Who works where, as what, from when; one has left."""
    lines = ["Identifiant;Nom;Fonction;Service;Date d'entrée;Date de sortie"]
    for who in range(30):
        out = "31/01/2026" if who == 7 else ""
        lines.append(
            f"u{who:03d};Nom{who};{('Médecin', 'Infirmière')[who % 2]};Service {who % 5};"
            f"{chance.randrange(1, 28):02d}/09/2024;{out}"
        )
    return "\n".join(lines).encode()


EXPORTS: tuple[Callable[[random.Random], bytes], ...] = (
    french_hospital,
    english_portal,
    laboratory,
    agenda,
    staff_list,
)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What a record says, without what it leaves unsaid."""
    return {name: value for name, value in row.items() if value not in (None, "", [], ())}


def build() -> dict[str, Any]:
    """Export by export: the mapping proposed, how many records and rejects it gives, and the first records."""
    found: dict[str, Any] = {}
    for number, write in enumerate(EXPORTS):
        data = write(random.Random(number))
        toml = write_toml(propose(data))
        batches = list(read_csv(io.BytesIO(data), write.__name__, parse_mapping(toml, write.__name__)))
        accesses = [row for batch in batches for row in batch.accesses.to_pylist()]
        context = [one.resource for batch in batches for one in batch.context]
        found[write.__name__] = {
            "mapping": toml.splitlines(),
            "accesses": len(accesses),
            "context": len(context),
            "rejected": [note.reason for batch in batches for note in batch.rejected],
            "first": [_told(row) for row in (accesses or context)[:SHOWN]],
        }
    return found


if __name__ == "__main__":
    table = json.dumps(build(), indent=1, ensure_ascii=False)
    Path(__file__).with_name("table_mappings.json").write_text(table + "\n", encoding="utf-8")
