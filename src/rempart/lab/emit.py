"""The region as files and as a stream, nobody answering: every request is served.

``events`` gives FHIR resources in time order; ``write_region`` writes ``care.ndjson``,
``audit.ndjson`` (plain, ``.gz`` or ``.zst``) and ``truth.json``, which names the thieves for
scoring and is never given to a judge.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
import zstandard

from rempart.errors import SourceError
from rempart.lab.play import ClosedLoop
from rempart.lab.region import Region
from rempart.lab.thieves.thief import Thief

_SUFFIX = {"": "", "gzip": ".gz", "zstd": ".zst"}


def events(region: Region, thieves: Sequence[Thief] = ()) -> Iterator[dict[str, Any]]:
    """Every FHIR resource of the period in time order: care data when known, AuditEvents when they happen.

    The dictionaries share unchanging parts and must not be changed. Thieves can be used once.
    """
    return ClosedLoop(region, thieves).run()


def write_region(
    region: Region, out: Path, thieves: Sequence[Thief] = (), *, compression: str = ""
) -> dict[str, int]:
    """Write the three files into ``out``; returns how many ``care`` and ``audit`` lines there are.

    ``compression`` of the audit file: nothing, ``gzip`` or ``zstd``. The same region and thieves give
    the same bytes. Raises :class:`SourceError` where ``out`` cannot be written.
    """
    if compression not in _SUFFIX:
        raise SourceError(f"unknown compression {compression!r}", "use gzip, zstd or nothing")
    loop = ClosedLoop(region, thieves)
    encoder = msgspec.json.Encoder()
    counts = {"care": 0, "audit": 0}
    audit_path = out / f"audit.ndjson{_SUFFIX[compression]}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / "care.ndjson").open("wb") as care, _opened(audit_path, compression) as audit:
            for resource in loop.run():
                is_audit = resource["resourceType"] == "AuditEvent"
                counts["audit" if is_audit else "care"] += 1
                (audit if is_audit else care).write(encoder.encode(resource) + b"\n")
        truth = msgspec.json.format(encoder.encode(_truth(region, loop)), indent=2)
        (out / "truth.json").write_bytes(truth + b"\n")
    except OSError as error:
        raise SourceError(
            f"{out} cannot be written ({error.strerror or 'unknown reason'})", "choose a folder with room"
        ) from error
    return counts


@contextmanager
def _opened(path: Path, compression: str) -> Iterator[IO[bytes]]:
    with path.open("wb") as raw:
        if compression == "gzip":
            with gzip.GzipFile("", "wb", compresslevel=4, fileobj=raw, mtime=0) as squeezed:
                yield squeezed  # type: ignore[misc]
        elif compression == "zstd":
            with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as squeezed:
                yield squeezed
        else:
            yield raw


def _truth(region: Region, loop: ClosedLoop) -> dict[str, Any]:
    """Which sessions from which address on were thieves', and what they held in the end."""
    raids = [
        {
            "family": result.family,
            "account": result.account,
            "role": result.role,
            "sessions": [{"session": one.token, "address": one.address} for one in sessions],
            "starts_ms": result.starts_ms,
            "stopped_ms": result.stopped_ms,
            "patients": result.taken.patients,
            "items": result.taken.items,
            "categories": result.taken.categories,
        }
        for result, sessions in zip(loop.raids(), loop.sessions(), strict=True)
    ]
    return {"seed": region.spec.seed, "start": region.spec.start, "days": region.spec.days, "thieves": raids}
