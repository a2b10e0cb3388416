"""Rights far wider than use: one login of the role is worth the whole house to a thief.

No log lists rights, but what a role was served it may open. A role is listed where care explains nearly all it
does, so that it could be held to patients in care with break-glass beside, and yet it is served strangers and
refused hardly any; and where a category is shown to it that hardly any of its accounts ever opens.

Not listed: roles whose work care does not explain (coders, admission, nightly runs): holding them so would stop
their work. Misses: a right that nobody has used yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.posture.finding import Finding, Found, Untold
from rempart.posture.house import House, Right

EXPLAINED = 0.6
"""Share of a role's openings that care must explain before it can be held to patients in care; the watch asks as
much before it restricts."""
ENOUGH = 200
"""Openings from which a role's habits count as known."""
STRANGERS = 5
"""Patients beyond care that prove the right."""
FAR_WIDER = 5.0
RARE_ACCOUNTS = 8
"""So many accounts of a role, and what a tenth of them opens (one at least) is a right the others do without."""


def find_wide(house: House) -> Iterator[Found]:
    """Findings ``rights_patients`` and ``rights_kinds``, by role and system."""
    if not house.care_known:
        yield Untold("rights_no_care")
    for right in house.rights.values():
        people = max(right.on_file - right.usual_patients, 0)
        if _far_wider(right):
            stake = house.price(people, right.shows, right.may_show)
            yield Finding("rights_patients", right.role, people, stake, _figures(right))
        for kind, users in right.rare.items():
            stake = house.price(right.on_file, (kind,), (kind,))
            figures = {**_figures(right), "kind": kind, "users": users}
            yield Finding("rights_kinds", right.role, right.on_file, stake, figures)


def is_rare(users: int, accounts: int) -> bool:
    """Whether a category that ``users`` of a role's ``accounts`` opened is a right hardly used."""
    return accounts >= RARE_ACCOUNTS and users <= max(1, accounts // 10)


def _far_wider(right: Right) -> bool:
    if right.openings < ENOUGH or right.in_care < EXPLAINED * right.openings:
        return False
    proved = right.beyond >= STRANGERS and right.refused < right.beyond
    return proved and right.on_file >= FAR_WIDER * max(right.usual_patients, 1)


def _figures(right: Right) -> dict[str, int | str]:
    return {
        "system": right.system.rpartition("/")[2],
        "accounts": right.accounts,
        "on_file": right.on_file,
        "usual": right.usual_patients,
        "explained_percent": round(100 * right.in_care / right.openings) if right.openings else 0,
    }
