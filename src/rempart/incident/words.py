"""What the states, openers and deeds of incidents, and counts of people, are called in the language in force.

The ledger keeps them in English, since a deed is signed once for all readers; every table for people says them
by these words. Misses: what people wrote themselves.
"""

from __future__ import annotations

import re

from rempart.language import clauses, ngettext, number
from rempart.language import gettext as _

_DETECTED = re.compile(r"(\d+) answers other than allow(?:; (\d+) accounts linked by (.+))?")


def state_words() -> dict[str, str]:
    """By :data:`rempart.records.INCIDENT_STATES`."""
    return {
        "suspected": _("suspected"),
        "confirmed": _("confirmed"),
        "contained": _("contained"),
        "closed": _("closed"),
        "false_alarm": _("false alarm"),
    }


def opener_words() -> dict[str, str]:
    """Who opened an incident."""
    return {"detector": _("the detector"), "person": _("a person"), "leak": _("a leak")}


def answer_names() -> dict[str, str]:
    """What can be said of a category; what cannot be told is never called safe."""
    return {"exposed": _("exposed"), "not_exposed": _("not exposed"), "cannot_tell": _("cannot be told")}


def patients_words(low: int, high: int, bounded: bool) -> str:
    """At least ``low`` and at most ``high``, or more where not ``bounded``."""
    if low == high and bounded:
        return number(low)
    said = _("at least {low}, at most {high}").format(low=number(low), high=number(high))
    return said if bounded else clauses([said, _("a gap cannot be bounded")])


def why_words(why: str) -> str:
    """What the detector gave as its reason, in the language in force; anything else as it was written."""
    found = _DETECTED.fullmatch(why)
    if not found:
        return why
    answers, accounts, ways = found[1], found[2], found[3]
    said = ngettext(
        "{count} answer other than allow", "{count} answers other than allow", int(answers)
    ).format(count=number(int(answers)))
    if not accounts:
        return said
    words = {
        "session": _("session"),
        "network": _("network"),
        "software": _("software"),
        "patients": _("patients"),
    }
    linked = _("{count} accounts linked by {ways}").format(
        count=number(int(accounts)), ways=", ".join(words.get(way, way) for way in ways.split(", "))
    )
    return clauses([said, linked])


def people_words(seen: int, possible: int, bounded: bool) -> str:
    """``seen`` people for certain and at most ``possible`` more, or still more where not ``bounded``."""
    if bounded and not possible:
        return number(seen)
    if bounded:
        said = _("{seen}, up to {more} more")
    else:
        said = (
            _("{seen}, and {more} more or still more")
            if possible
            else _("{seen}, and nobody knows how many more")
        )
    return said.format(seen=number(seen), more=number(possible))


def deed_words() -> dict[str, str]:
    """What was done about an incident; the word itself for one of a later version."""
    return {
        "open": _("opened"),
        "extend": _("extended"),
        "state": _("new state"),
        "note": _("note"),
        "merge": _("joined"),
        "split": _("parted"),
        "reidentified": _("people named"),
    }
