"""Writes small files as thieves offer them, in the shapes they come in, and what is said of each.

``python tests/golden/build_leaks.py`` writes ``leaks.json`` beside itself: for each file its table's columns with their kinds, and the
verdict. Nobody in it exists: people come from a seeded generator (``tests/lab/french_people.py``).
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import py7zr
import pyarrow as pa

from rempart.leak.chunk import Chunk
from rempart.leak.population import Population, build
from rempart.leak.readers.formats import read_files
from rempart.leak.scan import Matches, Scanner
from rempart.leak.tables import typed
from rempart.leak.verdict import judge

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))
from french_people import Country, people, spoil, take

HERE = Path(__file__).parent

OURS, SOLD = 3000, 120
Cells = dict[str, list[str]]


def _csv(cells: Cells, separator: str) -> str:
    lines = [separator.join(cells), *(separator.join(row) for row in zip(*cells.values(), strict=True))]
    return "\r\n".join(lines) + "\r\n"


def _excel_csv(cells: Cells) -> bytes:
    """Semicolons and Windows' letters, as Excel saves them in France; formulas among the headings."""
    return _csv({**cells, "=cmd|' /C calc'!A0": ["x"] * SOLD}, ";").encode("cp1252", "replace")


def _dump(cells: Cells) -> bytes:
    """A MySQL dump with functions among its values and a table of somebody else's settings."""
    rows = ",\n".join(
        "(" + ",".join("'" + cell.replace("'", "''") + "'" for cell in row) + ",NOW())"
        for row in zip(*cells.values(), strict=True)
    )
    names = ",".join(f"`{name}`" for name in (*cells, "cree_le"))
    return (
        f"CREATE TABLE `patients` (`nom` varchar(64));\nINSERT INTO `patients` ({names}) VALUES\n{rows};\n"
        "DROP TABLE users;\nINSERT INTO `reglages` (`cle`,`valeur`) VALUES ('couleur','bleu');\n"
    ).encode()


def _objects(cells: Cells) -> bytes:
    """Nested objects on one line, gzip."""
    rows = [
        {"id": k, "identite": {"nom": row[0], "prenom": row[1], "dateNaissance": row[2]}, "contact": {"tel": row[3], "mail": row[4]}}
        for k, row in enumerate(zip(*(cells[n] for n in ("nom", "prenom", "date_naissance", "telephone", "email")), strict=True))
    ]  # fmt: skip
    return gzip.compress(json.dumps({"total": SOLD, "data": rows}).encode(), mtime=0)


def _cards(cells: Cells) -> bytes:
    """Contact cards."""
    return "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nN:{family};{given};;;\nTEL;TYPE=CELL:{phone}\nEMAIL:{mail}\nBDAY:{born}\nEND:VCARD\n"
        for family, given, phone, mail, born in zip(
            *(cells[n] for n in ("nom", "prenom", "telephone", "email", "date_naissance")), strict=True
        )
    ).encode()


def _post(cells: Cells) -> bytes:
    """A forum's post: prose, then the first rows without a heading, quoted."""
    rows = zip(*(cells[n] for n in ("nom", "prenom", "date_naissance", "telephone")), strict=True)
    return (
        "SELLING french clinic db, sample:\n\n"
        + "".join(f"> {'|'.join(row)}\n" for row in rows)
        + "\nPM me, escrow ok\n"
    ).encode()


def _workbook(cells: Cells) -> bytes:
    """An Excel sheet, in a zip."""
    book = openpyxl.Workbook()
    for row in (list(cells), *map(list, zip(*cells.values(), strict=True))):
        book.active.append(row)
    sheet, whole = io.BytesIO(), io.BytesIO()
    book.save(sheet)
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("export/liste.xlsx", sheet.getvalue())
    return whole.getvalue()


def _seven(cells: Cells) -> bytes:
    """A table with tabs, in a 7z."""
    whole = io.BytesIO()
    with py7zr.SevenZipFile(whole, "w") as archive:
        archive.writestr(_csv(cells, "\t").encode(), "patients.tsv")
    return whole.getvalue()


FILES: dict[str, Callable[[Cells], bytes]] = {
    "excel.csv": _excel_csv, "dump.sql": _dump, "objects.json.gz": _objects, "cards.vcf": _cards, "post.txt": _post,
    "liste.zip": _workbook, "patients.7z": _seven,
}  # fmt: skip


def population(ours: dict[str, Any]) -> Population:
    """Our people's index."""
    columns = tuple(pa.array(cells, pa.large_string()) for cells in ours.values())
    kinds, _, size = typed([Chunk("p", tuple(ours), columns)])
    return build(kinds, size, 20_000, lambda column: np.arange(len(column), dtype=np.uint64))


def build_table() -> dict[str, Any]:
    """What is said of every file, ours (one cell in ten spoilt) and a stranger's; ``right`` rows follow their people in order."""
    land = Country.draw(31, 5000)
    ours = people(land, OURS, 1)
    index = population(ours)
    mine, strangers = spoil(take(ours, np.arange(SOLD)), 2), people(land, SOLD, 3)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, make in FILES.items():
            for whose, cells in (("ours", mine), ("foreign", strangers)):
                texts = {
                    key: [str(cell) for cell in values]
                    for key, values in cells.items()
                    if key != "patient_id"
                }
                path = Path(folder) / name
                path.write_bytes(make(texts))
                scan = Scanner(index, 1, lambda _: None).scan(read_files((path,)))
                verdict = judge(scan)
                row, person, *_ = Matches.joined(scan.matches())
                right = row - person == np.median(row - person) if len(row) else row
                found[f"{name}, {whose}"] = {
                    "tables": {
                        table.name: {
                            "rows": table.rows,
                            "people": table.people,
                            "columns": {c.name: c.kind for c in table.columns},
                        }
                        for table in scan.tables.values()
                    },
                    "verdict": verdict.ours,
                    "matched": verdict.matched,
                    "right": int(right.sum()) if whose == "ours" else 0,
                }
    return found


if __name__ == "__main__":
    text = json.dumps(build_table(), ensure_ascii=False, indent=1)
    (HERE / "leaks.json").write_text(text + "\n", encoding="utf-8")
