"""What a thief can do to a person with the categories he holds of him: four frauds, ranked and explained.

Reads categories (bits); gives a :class:`Risk` for each fraud. A fraud needs some categories and is helped
by others: ``high`` when all it needs are there and a helper, ``medium`` when all it needs are there,
``low`` when part of it is, ``none`` otherwise. The lists are judgements about how such frauds are worked,
after the cases in docs/explanation/after-a-theft.md; they stand here in one tuple to be argued with.

Misses: what the thief knows of a person from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rempart.language import gettext as _
from rempart.records import CATEGORIES

LEVELS = ("none", "low", "medium", "high")
MEDICAL = ("appointments", "diagnoses", "prescriptions", "results", "documents", "images")


@dataclass(frozen=True, slots=True)
class Fraud:
    """``needs`` one category of each of its groups; each of ``helps`` makes it likelier to work."""

    id: str
    needs: tuple[tuple[str, ...], ...]
    helps: tuple[str, ...]


FRAUDS: tuple[Fraud, ...] = (
    Fraud("phishing", (("identity",), ("contact",)), (*MEDICAL, "insurance", "bank_details")),
    Fraud(
        "credit_fraud", (("identity",), ("social_security_number", "bank_details")), ("contact", "documents")
    ),
    Fraud(
        "forged_prescriptions", (("identity",), ("prescriptions", "diagnoses")), ("social_security_number",)
    ),
    Fraud(
        "diverted_reimbursements",
        (("identity",), ("insurance", "social_security_number")),
        ("bank_details", "contact"),
    ),
)


@dataclass(frozen=True, slots=True)
class Risk:
    """How far one fraud can be worked: ``level`` is a place in :data:`LEVELS`; ``held`` what serves it."""

    fraud: str
    level: int
    held: tuple[str, ...]


def judge_risks(bits: int) -> tuple[Risk, ...]:
    """The risk of each fraud for somebody of whom the categories of ``bits`` are held."""
    held = {name for place, name in enumerate(CATEGORIES) if bits >> place & 1}
    risks = []
    for fraud in FRAUDS:
        met = [group for group in fraud.needs if held & set(group)]
        helpers = [name for name in fraud.helps if name in held]
        if len(met) == len(fraud.needs):
            level = 3 if helpers else 2
        else:
            level = 1 if met and (len(met) > 1 or helpers) else 0
        serving = {name for group in met for name in group if name in held} | (
            set(helpers) if level else set()
        )
        risks.append(Risk(fraud.id, level, tuple(name for name in CATEGORIES if name in serving)))
    return tuple(risks)


def score(risks: Sequence[Risk]) -> int:
    """One number to rank people by: a higher level of any fraud counts for more than all lower ones."""
    return sum(10**risk.level for risk in risks if risk.level)


def fraud_names() -> dict[str, str]:
    """What each fraud is called."""
    return {
        "phishing": _("targeted phishing"),
        "credit_fraud": _("credit fraud"),
        "forged_prescriptions": _("forged prescriptions"),
        "diverted_reimbursements": _("diverted reimbursements"),
    }


def level_names() -> tuple[str, ...]:
    """What each level is called, as LEVELS."""
    return (_("no risk"), _("low risk"), _("medium risk"), _("high risk"))


def category_words() -> dict[str, str]:
    """What each category is called in a sentence."""
    return {
        "identity": _("identity"),
        "contact": _("contact details"),
        "social_security_number": _("social security number"),
        "insurance": _("health insurance"),
        "bank_details": _("bank account details"),
        "appointments": _("appointments"),
        "diagnoses": _("diagnoses and medical history"),
        "prescriptions": _("prescriptions and treatments"),
        "results": _("test results"),
        "documents": _("medical reports and letters"),
        "images": _("medical images"),
    }


def explain(risk: Risk, from_before: frozenset[str]) -> str:
    """Why, in one sentence: what is held, and what of it an earlier incident had given away already."""
    words = category_words()
    names = ", ".join(
        words[name] + (_(" (from an earlier incident)") if name in from_before else "") for name in risk.held
    )
    return _("{level} of {fraud}: {held}").format(
        level=level_names()[risk.level], fraud=fraud_names()[risk.fraud], held=names
    )
