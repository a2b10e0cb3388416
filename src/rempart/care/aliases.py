"""Several identifiers of one patient: a union of pseudonyms, the first known name standing for all.

Reads pairs of uint64 pseudonyms; gives canonical pseudonyms. A merge changes later answers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Aliases:
    """Union-find over pseudonyms; the name given first in a pair stands for the other."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def _root(self, pseudonym: int) -> int:
        while (parent := self._parent.get(pseudonym, pseudonym)) != pseudonym:
            pseudonym = parent
        return pseudonym

    def add(self, names: Array, aliases: Array) -> None:
        """Join pairs (k,) and (k,) of uint64."""
        for name, alias in zip(names.tolist(), aliases.tolist(), strict=True):
            one, other = self._root(name), self._root(alias)
            if one != other:
                self._parent[other] = one

    def canonical(self, ids: Array) -> Array:
        """The standing pseudonym (m,) of each of ``ids`` (m,)."""
        if not self._parent or not ids.size:
            return ids
        unique, places = np.unique(ids, return_inverse=True)
        roots = np.array([self._root(each) for each in unique.tolist()], np.uint64)
        joined: Array = roots[places]
        return joined

    def state(self) -> dict[str, Array]:
        """For a checkpoint."""
        return {"pairs": np.array(list(self._parent.items()), np.uint64).reshape(-1, 2)}

    def restore(self, arrays: dict[str, Array]) -> Aliases:
        """A table with the state of :meth:`state`."""
        back = Aliases()
        back._parent = dict(arrays["pairs"].tolist())
        return back
