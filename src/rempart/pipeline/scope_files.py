"""What a person opens after a theft: ``scope.html``, ``scope.json``, ``scope.csv`` and the timeline, one set a controller.

Reads an :class:`~rempart.pipeline.aftermath.Aftermath`; writes owner-only files into the output folder,
or into one folder a controller with ``summary.json`` above them where there are several. Every other
document quotes ``scope.json`` by its hash. No patient is named: pseudonyms only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from rempart.canonical import hash_document
from rempart.incident.answers import Answer
from rempart.incident.exposure import IN_CARE, Array, People
from rempart.incident.gap import Gap
from rempart.incident.split import Split
from rempart.language import Language
from rempart.market.book import PriceBook
from rempart.market.worth import Group, Haul, price_haul
from rempart.pipeline.aftermath import Aftermath, ControllerScope
from rempart.pipeline.private_streams import make_folder, write_whole
from rempart.pipeline.scope_page import scope_page
from rempart.pipeline.scope_picture import timeline
from rempart.pipeline.spelling import slugs_of, write_json
from rempart.pipeline.wording import iso_time
from rempart.records import CATEGORIES, MISSING_MS

FORMAT = "rempart-scope-2"
DAY_MS = 86_400_000


def write_scopes(found: Aftermath, out: Path, language: Language, zone: str) -> list[Path]:
    """Write every file; the folders that hold a ``scope.json``, in the order of the controllers' names."""
    make_folder(out)
    several = len(found.scopes) > 1
    slugs = slugs_of(one.controller for one in found.scopes) if several else [""]
    lines, folders = [], []
    for one, slug in zip(found.scopes, slugs, strict=True):
        folder = out / slug
        make_folder(folder)
        document = scope_document(found, one)
        write_json(folder / "scope.json", document)
        write_whole(folder / "scope.csv", people_csv(one.scope.people))
        drawn = timeline(one, found.asked, language, zone)
        for ending, picture in drawn.items():
            write_whole(folder / f"timeline.{ending}", picture)
        write_whole(folder / "scope.html", scope_page(document, drawn.get("svg"), language, zone))
        lines.append(
            {key: document[key] for key in ("controller", "accesses", "patients", "hash")}
            | {
                "folder": slug,
                "categories": {name: _counted(each) for name, each in one.scope.categories.items()},
            }
        )
        folders.append(folder)
    if several:
        head = {"format": "rempart-scopes-2", "made_at": iso_time(found.made_at_ms), "controllers": lines}
        write_json(out / "summary.json", head | {"hash": hash_document(head)})
    return folders


def scope_document(found: Aftermath, one: ControllerScope) -> dict[str, Any]:
    """``scope.json`` (docs/reference/scope.md), with its own hash."""
    scope, asked = one.scope, found.asked
    haul = price_haul(found.book, groups_of(scope.people, found.made_at_ms))
    document: dict[str, Any] = {
        "format": FORMAT,
        "incident": asked.incident.id if asked.incident else None,
        "controller": one.controller or None,
        "accounts": list(asked.accounts),
        "from": iso_time(asked.from_ms),
        "to": iso_time(asked.to_ms),
        "made_at": iso_time(found.made_at_ms),
        "ledger_head": found.ledger_head,
        "accesses": scope.accesses,
        "patients": {"low": scope.patients_low, "high": scope.patients_high, "bounded": scope.bounded},
        "records": {"low": scope.records_low, "high": scope.records_high},
        "categories": {name: _answer(answer, one.sources) for name, answer in scope.categories.items()},
        "gaps": [_gap(gap) for gap in scope.gaps],
        "split": _split(scope.split),
        "worth_eur": worth_of(haul),
        "price_book": book_of(found.book),
    }
    return document | {"hash": hash_document(document)}


class Counted(Protocol):
    """People by what was taken of them, as arrays (k,)."""

    @property
    def shown(self) -> Array: ...
    @property
    def maybe(self) -> Array: ...
    @property
    def last_ms(self) -> Array: ...
    @property
    def certain(self) -> Array: ...


def groups_of(people: Counted, now_ms: int) -> list[Group]:
    """People of whom the same was taken on the same day, as the price model wants them."""
    keys = np.stack(
        [people.shown, people.maybe, age_days(people.last_ms, now_ms), people.certain.astype(np.int64)],
        axis=1,
    )
    kinds, counts = np.unique(keys, axis=0, return_counts=True)
    groups = []
    for (shown, maybe, days, certain), count in zip(kinds.tolist(), counts.tolist(), strict=True):
        groups.append(
            Group(count, count if certain else 0, names_of(shown), names_of(shown | maybe), float(days))
        )
    return groups


def age_days(last_ms: Array, now_ms: int) -> Array:
    """(k,) whole days since the last access, 0 where its time is unknown."""
    return np.where(last_ms == MISSING_MS, 0, np.maximum(now_ms - last_ms, 0) // DAY_MS)


def names_of(bits: int) -> tuple[str, ...]:
    """The categories a number of bits names."""
    return tuple(name for place, name in enumerate(CATEGORIES) if bits >> place & 1)


def worth_of(haul: Haul) -> dict[str, list[float]]:
    """Both ways of selling, in euros."""
    return {
        "retail": [round(haul.retail.low, 2), round(haul.retail.high, 2)],
        "lot": [round(haul.lot.low, 2), round(haul.lot.high, 2)],
    }


def book_of(book: PriceBook) -> dict[str, str]:
    """Which price book a figure rests on."""
    return {"file": book.file, "title": book.title, "as_of": book.as_of.isoformat()}


def people_csv(people: People) -> bytes:
    """``scope.csv``: one row a patient, by pseudonym; times in UTC."""
    table = pa.table(
        {
            "patient": hexadecimal(people.patient),
            "first": _iso(people.first_ms),
            "last": _iso(people.last_ms),
            "accesses": pa.array(people.accesses),
            "categories": category_names(people.shown),
            "in_care": pa.array(np.array(IN_CARE, dtype=object)[people.in_care], pa.string()),
            "thief_probability": pa.array(np.round(people.thief.astype(np.float64), 3)),
            "exposed": pa.array(np.where(people.certain, "yes", "possible").tolist(), pa.string()),
            "possible_categories": category_names(people.maybe),
        }
    )
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return bytes(sink.getvalue())


def hexadecimal(patients: Array) -> pa.Array:
    """Pseudonyms (k,) uint64 as 16 hexadecimal digits."""
    raw = patients.astype(">u8").tobytes().hex().encode()
    offsets = np.arange(0, len(raw) + 1, 16, dtype=np.int32)
    return pa.StringArray.from_buffers(patients.size, pa.py_buffer(offsets), pa.py_buffer(raw))


def category_names(bits: Array) -> pa.Array:
    """The names in each number of bits, joined by ``;``."""
    kinds, codes = np.unique(bits, return_inverse=True)
    words = pa.array([";".join(names_of(int(kind))) for kind in kinds.tolist()], pa.string())
    return words.take(pa.array(codes.reshape(-1)))


def _iso(at_ms: Array) -> pa.Array:
    """RFC 3339 in UTC with milliseconds, "" where no time is known."""
    stamps = pa.array(at_ms, mask=at_ms == MISSING_MS).cast(pa.timestamp("ms", "UTC"))
    return pc.fill_null(pc.strftime(stamps, "%Y-%m-%dT%H:%M:%SZ"), "")


def _answer(answer: Answer, sources: Sequence[str]) -> dict[str, Any]:
    proof = [
        {"source": sources[line.source], "offset": line.offset, "number": line.number}
        for line in answer.proof
    ]
    return _counted(answer) | {"proof": proof, "why": answer.why}


def _counted(answer: Answer) -> dict[str, Any]:
    """People certainly shown a category, and how many more at most cannot be excluded."""
    return {
        "answer": answer.answer,
        "seen": answer.seen,
        "possible": answer.possible,
        "bounded": answer.bounded,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "kind": gap.kind,
        "source": gap.source or None,
        "from": iso_time(gap.from_ms),
        "to": iso_time(gap.to_ms),
        "why": gap.why,
        "upper_bound": gap.upper_bound,
    }


def _split(split: Split) -> dict[str, Any]:
    return {
        "thief_patients": {"low": split.low, "high": split.high, "expected": round(split.expected, 1)},
        "thief_accesses": split.thief_accesses,
        "owner_accesses": split.owner_accesses,
        "unclear_accesses": split.unclear_accesses,
    }
