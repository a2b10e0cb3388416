"""Each finding in words, and the one thing to do about it: for the person who runs the house's systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rempart.language import printable
from rempart.posture.finding import Finding, Untold


def _(text: str) -> str:
    """Mark a sentence for translation without translating it yet."""
    return text


TITLES: dict[str, str] = {
    "dormant": _("Accounts nobody uses"),
    "rights": _("Rights far wider than use"),
    "login": _("Logins with one factor"),
    "shared": _("Shared accounts"),
    "audit": _("Systems that keep silent"),
    "care": _("Missing care data"),
}
"""By the part of a code before its first ``_``."""

FINDINGS: dict[str, tuple[str, str]] = {
    "dormant_unused": (
        _("not used for {days} days, well beyond its usual pauses"),
        _("close the account, or ask its owner whether it is still needed"),
    ),
    "dormant_never": (
        _("on the staff list for {days} days, never used"),
        _("close the account until its owner asks for it"),
    ),
    "dormant_left": (
        _("its owner has left, by the staff list, and it was still used {days} days later"),
        _("close the account today, and look at those accesses"),
    ),
    "rights_patients": (
        _(
            "may open {on_file} patients on {system}; the account in the middle of {accounts} opened {usual}, "
            "and care explains {explained_percent} % of what the role opens"
        ),
        _("hold this role to patients in care, with break-glass beside"),
    ),
    "rights_kinds": (
        _("sees a kind of data on {system} that few of its {accounts} accounts ever open ({users}): {kind}"),
        _("take this kind of data from the role, and give it to the accounts that use it"),
    ),
    "login_single": (
        _("logs in with one factor ({methods})"),
        _("enrol a second factor for this account"),
    ),
    "shared_hands": (
        _(
            "two sessions work in turns within two minutes for different patients: {turns} times on {days} days, "
            "{networks} times from two networks"
        ),
        _("give each person an account of their own"),
    ),
    "audit_no_searches": (
        _("logged {records} accesses and not one search or export"),
        _("turn on the logging of searches and exports (FHIR action E) in this system"),
    ),
    "audit_no_results": (
        _("logged {searches} searches and never whom they found"),
        _("let this system log the patients of each result page"),
    ),
    "care_none": (
        _("no appointment, stay or care team was ever read"),
        _("feed the appointments and stays (FHIR or a table)"),
    ),
    "care_unit": (
        _(
            "care explains {percent} % of what the accounts of role {role} open in this unit, and {usual_percent} % in the "
            "others"
        ),
        _("feed this unit's appointments or stays too"),
    ),
}
"""What was found, and the one thing to do, by code."""

UNTOLD: dict[str, str] = {
    "dormant_young": _("the ledger reaches back {days} days: unused accounts are told from {least} on"),
    "dormant_leavers": _(
        "accounts whose owner has left, by the staff list, and not used since: {count}. Whether they are closed stands in no "
        "log: check it in the directory"
    ),
    "rights_no_care": _("without care data nobody can tell whom a role needs to open"),
    "login_unknown": _(
        "access logs do not say how people log in: export it from the identity provider and give it with --logins"
    ),
    "login_silent": _("accounts in use about whose login the list says nothing usable: {count}"),
    "shared_young": _("the ledger reaches back {days} days: shared accounts are told from {least} on"),
}
"""What could not be told, by code."""


def say_finding(
    one: Finding, translate: Callable[[str], str], number: Callable[[int], str], kinds: Mapping[str, str]
) -> tuple[str, str]:
    """What was found and what to do. ``kinds`` are the categories' names in the reader's language."""
    found, to_do = FINDINGS[one.code]
    figures = {**one.figures, "kind": kinds.get(str(one.figures.get("kind", "")), "")}
    return translate(found).format(**_shown(figures, number)), translate(to_do)


def say_untold(one: Untold, translate: Callable[[str], str], number: Callable[[int], str]) -> str:
    """Why something could not be told."""
    return translate(UNTOLD[one.code]).format(**_shown(one.figures, number))


def _shown(figures: Mapping[str, int | str], number: Callable[[int], str]) -> dict[str, str]:
    return {
        name: number(value) if isinstance(value, int) else printable(value) for name, value in figures.items()
    }
