"""Which names are one patient, or one account: identifiers joined by the resources that show them.

Reads pairs (name, alias, known at). Gives the canonical name of any name: of all the names joined to it
the one known first, of equals one that stood as name, then the one that was met first: nothing hangs on how names
are spelled, or on the key that made numbers of them. A merge that comes later changes later answers only; what was decided keeps its name.

Holds classes in a flat table, each member pointing straight at its canonical name, so that a lookup is
one gather; joining relabels at most ``MOST_NAMES`` members. A pair that would make a
class larger is refused and counted: one wrong identifier must not make a whole hospital one patient.
Misses: two patients whom two systems gave the same local number are taken for one; it shows as one patient.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rempart.care.blocks import SLOT, find_slot, move_slots
from rempart.care.rows import Array

MOST_NAMES = 64
"""Names one patient or account may have."""

NODE = np.dtype(
    [("name", "u8"), ("known", "i8"), ("root", "i4"), ("next", "i4"), ("size", "i4"), ("second", "i4")]
)
"""A name: when it was first known, its canonical node, the next of its class (a ring), the class's size
(at the canonical node), and 1 while it only ever stood as an alias at that time."""

_NODES, _REFUSED, _MOVED = 0, 1, 2


class Aliases:
    """Classes of uint64 names (keyed pseudonyms of patients)."""

    def __init__(self) -> None:
        self._slots = np.zeros(16, SLOT)
        self._nodes = np.zeros(8, NODE)
        self._counts = np.zeros(3, np.int64)

    @property
    def refused(self) -> int:
        """Pairs refused because a class would have grown past MOST_NAMES."""
        return int(self._counts[_REFUSED])

    def add(self, names: Array, aliases: Array, known_ms: Array | None = None) -> tuple[Array, Array]:
        """Join ``names`` (n,) to ``aliases`` (n,), both uint64, known at ``known_ms`` (n,), or all at once.

        Returns (old, new), each (k,) uint64: names that stopped being canonical, in order, for whoever
        keeps things under canonical names.
        """
        names, aliases = np.array(names, np.uint64), np.array(aliases, np.uint64)
        known = np.zeros(names.size, np.int64) if known_ms is None else np.array(known_ms, np.int64)
        self._make_room(int(self._counts[_NODES]) + 2 * names.size)
        moved = np.zeros((4 * names.size, 2), np.uint64)
        self._counts[_MOVED] = 0
        _join(self._slots, self._nodes, self._counts, names, aliases, known, moved)
        moved = moved[: self._counts[_MOVED]]
        return moved[:, 0].copy(), moved[:, 1].copy()

    def _make_room(self, nodes: int) -> None:
        if nodes > self._nodes.size:
            larger = np.zeros(max(nodes, self._nodes.size * 2), NODE)
            larger[: self._nodes.size] = self._nodes
            self._nodes = larger
        size = self._slots.size
        while size < 2 * nodes:
            size *= 2
        if size > self._slots.size:
            slots = np.zeros(size, SLOT)
            move_slots(self._slots, slots)
            self._slots = slots

    def canonical(self, ids: Array) -> Array:
        """The canonical name (m,) uint64 of each of ``ids`` (m,); the same array where nothing is joined."""
        if not self._counts[_NODES]:
            return ids
        out = np.array(ids, np.uint64)
        rename(self._slots, self._nodes, out)
        return out

    def names_of(self, name: int) -> Array:
        """All names (k,) uint64 of the one that ``name`` is, itself among them."""
        slot = self._slots[find_slot(self._slots, np.uint64(name))]
        if not slot["room"]:
            return np.array([name], np.uint64)
        first = at = int(slot["first"])
        names: list[np.uint64] = []
        while not names or at != first:
            names.append(self._nodes[at]["name"])
            at = int(self._nodes[at]["next"])
        return np.array(names, np.uint64)

    @property
    def lookup(self) -> tuple[Array, Array]:
        """The arrays :func:`rename` reads, as they stand until the next change."""
        return self._slots, self._nodes

    def state(self) -> dict[str, Array]:
        """Everything known, as named arrays (copies)."""
        used = int(self._counts[_NODES])
        return {
            "slots": self._slots.copy(),
            "nodes": self._nodes[:used].copy(),
            "counts": self._counts.copy(),
        }

    @classmethod
    def restore(cls, state: dict[str, Array]) -> Aliases:
        """The classes that :meth:`state` was taken from."""
        made = cls()
        made._slots, made._nodes = np.array(state["slots"]), np.array(state["nodes"])
        made._counts = np.array(state["counts"])
        return made


class AccountAliases:
    """Classes of account names, which are words; equals in time keep the word that came first."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._aliases = Aliases()

    @property
    def refused(self) -> int:
        """Pairs refused because an account would have had more than MOST_NAMES names."""
        return self._aliases.refused

    def add(self, name: str, alias: str, known_ms: int) -> tuple[tuple[str, str], ...]:
        """Join two names; gives (old, new) for each that stopped being canonical."""
        pair = [np.array([self._number(word)], np.uint64) for word in (name, alias)]
        old, new = self._aliases.add(pair[0], pair[1], np.array([known_ms], np.int64))
        return tuple((self._words[one], self._words[other]) for one, other in zip(old, new, strict=True))

    def _number(self, word: str) -> int:
        number = self._numbers.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number

    def canonical(self, name: str) -> str:
        """The canonical name of ``name``, itself where nothing is joined to it."""
        number = self._numbers.get(name)
        if number is None:
            return name
        return self._words[int(self._aliases.canonical(np.array([number], np.uint64))[0])]

    def state(self) -> dict[str, Array]:
        """Everything known, as named arrays; the words as UTF-8 bytes, one after another, and their ends."""
        coded = [word.encode("utf-8", "surrogatepass") for word in self._words]
        ends = np.cumsum([len(word) for word in coded], dtype=np.int64)
        return {**self._aliases.state(), "words": np.frombuffer(b"".join(coded), np.uint8), "ends": ends}

    @classmethod
    def restore(cls, state: dict[str, Array]) -> AccountAliases:
        """The classes that :meth:`state` was taken from."""
        made = cls()
        made._aliases = Aliases.restore(state)
        raw: Any = np.asarray(state["words"], np.uint8).tobytes()
        start = 0
        for end in state["ends"].tolist():
            made._number(raw[start:end].decode("utf-8", "surrogatepass"))
            start = end
        return made


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def rename(slots, nodes, ids):  # type: ignore[no-untyped-def]
    """Put the canonical name of each of ``ids`` (m,) in its place; see :meth:`Aliases.canonical`."""
    for number in range(ids.size):
        slot = slots[find_slot(slots, ids[number])]
        if slot.room:
            ids[number] = nodes[nodes[slot.first].root].name


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _learn(slots, nodes, counts, name, known, second):  # type: ignore[no-untyped-def]
    """Node of ``name``, new or made older by an earlier mention."""
    at = find_slot(slots, name)
    if slots[at].room == 0:
        found = counts[_NODES]
        counts[_NODES] += 1
        slots[at].key, slots[at].first, slots[at].room = name, found, 1
        node = nodes[found]
        node.name, node.known, node.second = name, known, second
        node.root, node.next, node.size = found, found, 1
        return found
    found = slots[at].first
    node = nodes[found]
    if known < node.known or (known == node.known and second < node.second):
        node.known, node.second = known, second
    return found


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _older(nodes, one, other):  # type: ignore[no-untyped-def]
    if nodes[one].known != nodes[other].known:
        return nodes[one].known < nodes[other].known
    if nodes[one].second != nodes[other].second:
        return nodes[one].second < nodes[other].second
    return one < other


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _crown(nodes, counts, member, size, moved):  # type: ignore[no-untyped-def]
    """Point the ring of ``member`` at its oldest name; note the names that were canonical before."""
    root = member
    other = nodes[member].next
    while other != member:
        if _older(nodes, other, root):
            root = other
        other = nodes[other].next
    other = root
    while True:
        if nodes[other].root == other and other != root:
            moved[counts[_MOVED], 0], moved[counts[_MOVED], 1] = nodes[other].name, nodes[root].name
            counts[_MOVED] += 1
        nodes[other].root = root
        other = nodes[other].next
        if other == root:
            break
    nodes[root].size = size


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _join(slots, nodes, counts, names, aliases, known, moved):  # type: ignore[no-untyped-def]
    for number in range(names.size):
        if names[number] == aliases[number]:
            continue
        one = _learn(slots, nodes, counts, names[number], known[number], 0)
        other = _learn(slots, nodes, counts, aliases[number], known[number], 1)
        first, second = nodes[one].root, nodes[other].root
        if first == second:
            _crown(nodes, counts, one, nodes[first].size, moved)
            continue
        size = nodes[first].size + nodes[second].size
        if size > MOST_NAMES:
            counts[_REFUSED] += 1
            _crown(nodes, counts, one, nodes[first].size, moved)
            _crown(nodes, counts, other, nodes[second].size, moved)
            continue
        nodes[one].next, nodes[other].next = nodes[other].next, nodes[one].next
        _crown(nodes, counts, one, size, moved)
