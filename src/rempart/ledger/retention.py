"""Retention: what is older than the site keeps goes, and a signed line of the manifest says so.

A segment goes when its newest event is older than the limit (an event that claims a time after its
seal counts as sealed then). The line is durable before the files are deleted; their hashes stay in
the manifest, so ``verify`` still passes and still tells an expired segment from a lost one.

Misses: events not yet sealed, the names (see :mod:`rempart.ledger.names`), copies in backups.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.ledger.folder import Folder, sync_folder
from rempart.ledger.keys import Keys
from rempart.ledger.manifest import AnyLine, Expired, add_line, expired_segments, read_lines, sealed_lines
from rempart.ledger.segments import segment_path


def expire(data: Path, before_ms: int, now_ms: int) -> list[int]:
    """Delete the segments of the ledger in ``data`` whose every event is older than ``before_ms``.

    Works while another process writes. The numbers of the segments expired now. LedgerError where there is
    no ledger or its manifest is damaged, KeyFileError for the signing key.
    """
    folder = Folder(data)
    folder.require()
    return expire_segments(folder, Keys.open(data, create=False).signing_key, before_ms, now_ms)


def expire_segments(folder: Folder, key: Ed25519PrivateKey, before_ms: int, now_ms: int) -> list[int]:
    """:func:`expire` for whoever has the key at hand."""

    def tombstone(lines: list[AnyLine]) -> Expired | None:
        gone = expired_segments(lines)
        old = [
            line.segment
            for line in sealed_lines(lines)
            if line.rows and line.newest_ms < before_ms and line.segment not in gone
        ]
        return Expired(line=0, at_ms=now_ms, before_ms=before_ms, segments=old) if old else None

    line = add_line(folder, key, tombstone)
    remove_expired(folder, read_lines(folder))
    return line.segments if isinstance(line, Expired) else []


def remove_expired(folder: Folder, lines: list[AnyLine]) -> None:
    """Delete the events and the patient index of every segment recorded as expired; names stay."""
    present = [
        path
        for number in expired_segments(lines)
        for path in (segment_path(folder, number), segment_path(folder, number).with_suffix(".index"))
        if path.exists()
    ]
    for path in present:
        path.unlink(missing_ok=True)
    if present:
        sync_folder(folder.segments)
