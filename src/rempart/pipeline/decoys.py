"""The decoys planted in a data folder, as the watch knows them: pseudonyms of those not retired.

Reads the register below the folder whenever it was replaced; gives nothing of the decoys but the keyed hashes of
their identifiers. Misses: decoys under an identifier the register does not know, unless care data join the two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rempart.canary.register import NAME, read_register
from rempart.ledger.keys import Keys
from rempart.ledger.pseudonym import PATIENT, hash_text
from rempart.watch.state import Array


class PlantedDecoys:
    """The register below ``data`` for one who looks often: reads it only when it was replaced."""

    def __init__(self, data: Path, keys: Keys) -> None:
        self._data, self._keys = data, keys
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
            found = (self._data / NAME).stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
