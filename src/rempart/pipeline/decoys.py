"""The decoys planted in a data folder, and those that the watch knows by the names that care gives them.

Reads the register below the folder whenever it was replaced; gives nothing of the decoys but the keyed hashes of
the identifiers of those not retired. Misses: decoys under an identifier the register does not know, unless care
data join the two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rempart.canary.register import NAME, read_register
from rempart.ledger.keys import Keys
from rempart.ledger.pseudonym import PATIENT, hash_text
from rempart.pipeline.care_feed import CareFeed
from rempart.watch.judge import Watch
from rempart.watch.state import Array

SOMEBODYS = 2
"""Accounts that opened a patient in the last days, from which it is somebody's and no decoy."""


class PlantedDecoys:
    """The register below ``data`` for one who looks often: reads it only when it was replaced."""

    def __init__(self, data: Path, keys: Keys) -> None:
        self._data, self._keys = data, keys
        self._register = data / NAME
        self._seen: tuple[int, int] | None = (0, 0)

    def fresh(self) -> Array | None:
        """Pseudonyms (k,) uint64 of the decoys in use, None where nothing changed since the last look.

        SourceError where the register cannot be read.
        """
        seen = self._state()
        if seen == self._seen:
            return None
        decoys = read_register(self._data, self._keys.cipher_key)
        self._seen = seen
        key = self._keys.pseudonym_key
        return np.array(
            [hash_text(each.patient, key, PATIENT) for each in decoys if not each.retired], np.uint64
        )

    def _state(self) -> tuple[int, int] | None:
        """What changes when the register is replaced; None where there is none."""
        try:
            found = self._register.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns


class KnownDecoys:
    """The decoys of ``watch``, kept under the names that ``care`` gives them now."""

    def __init__(self, watch: Watch, care: CareFeed) -> None:
        self._watch, self._care = watch, care

    def are_others(self, planted: Array) -> bool:
        """Whether decoys (k,) uint64 are not those that the watch knows."""
        return not np.array_equal(self._named_once(planted), self._watch.decoys)

    def know(self, planted: Array) -> None:
        """From now on decoys (k,) uint64 are those that the watch knows."""
        if planted.size or self._watch.decoys.size:
            self._watch.set_decoys(self._named_once(planted))

    def names(self) -> list[bytes]:
        """All names of each decoy that the watch knows, the canonical one first."""
        decoys, aliases = self._watch.decoys, self._care.aliases
        return [
            one.tobytes() + np.sort(aliases.names_of(decoy)).tobytes()
            for one, decoy in zip(aliases.canonical(decoys), decoys, strict=True)
        ]

    def follow(self, before: list[bytes]) -> None:
        """Follow what care learned since :meth:`names` gave ``before``; nothing is looked up where no name changed."""
        if self.names() != before:
            self.know(self._watch.decoys)

    def _named_once(self, patients: Array) -> Array:
        """Canonical names (k,) of decoys, without those joined to a patient that several accounts opened: whoever
        can write care data must not make a trap of a patient."""
        aliases = self._care.aliases
        names = [aliases.names_of(patient) for patient in patients]
        kept = [one.size == 1 or self._watch.visitors(one) < SOMEBODYS for one in names]
        return np.unique(aliases.canonical(patients[np.array(kept, bool)]))
