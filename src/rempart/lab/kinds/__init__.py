"""The kinds of region to measure a detector on, in one visible tuple."""

from __future__ import annotations

from rempart.lab.kinds.hardened import HARDENED_KIND
from rempart.lab.kinds.hospital import HOSPITAL_KIND
from rempart.lab.kinds.kind import Kind, Site
from rempart.lab.kinds.plain import PLAIN_KIND

__all__ = ["KINDS", "KIND_NAMED", "Kind", "Site"]

KINDS: tuple[Kind, ...] = (PLAIN_KIND, HOSPITAL_KIND, HARDENED_KIND)
KIND_NAMED: dict[str, Kind] = {kind.name: kind for kind in KINDS}
