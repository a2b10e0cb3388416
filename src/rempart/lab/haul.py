"""What a thief holds: which categories (FHIR types) of which patients.

A patient counts once however often the record is opened. ``profiles`` is what a price needs: how
many patients with each set of categories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

Profiles = Mapping[frozenset[str], int]
"""Number of patients for each set of FHIR types taken together."""

ON_A_RESULT_PAGE = "Patient"
"""A line of a result page shows name and birth date, whatever type was searched."""


class Haul:
    """Distinct (patient, category) pairs."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[int, set[str]] = {}

    def add(self, patients: Iterable[int], category: str) -> None:
        """``category`` of each of ``patients`` was served."""
        for patient in patients:
            self._held.setdefault(patient, set()).add(category)

    @property
    def patients(self) -> int:
        """Distinct patients."""
        return len(self._held)

    @property
    def items(self) -> int:
        """Distinct (patient, category) pairs."""
        return sum(map(len, self._held.values()))

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories held of at least one patient, in alphabetical order."""
        return tuple(sorted(set().union(*self._held.values())))

    @property
    def profiles(self) -> Profiles:
        """Patients counted by the set of categories held of them."""
        return Counter(frozenset(kinds) for kinds in self._held.values())

    def has(self, patient: int) -> bool:
        """Whether anything of ``patient`` is held."""
        return patient in self._held
