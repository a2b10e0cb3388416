"""The sentences of a leak's verdict: what it is, how sure, through whom, what to expect and to do.

Plain values in, sentences in the spoken language out. Nothing of a patient is in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.language import gettext as _
from rempart.language import ngettext, number
from rempart.leak.through import Path as LeakPath
from rempart.leak.verdict import LEAST_POWER, Verdict

RATIO_SCALE = (1, 2, 4, 6)
"""log10 steps of the verbal scale (ENFSI guideline for evaluative reporting, 2015)."""


def category_names() -> dict[str, str]:
    """What each category of data is called."""
    return {
        "identity": _("identity (names, birth date, sex)"),
        "national_number": _("social security number"),
        "patient_number": _("patient number"),
        "contact": _("contact (phone, mail, address)"),
        "bank": _("bank details"),
        "insurance": _("insurer"),
        "drugs": _("medicines"),
        "diagnoses_and_procedures": _("diagnoses, procedures, results, medical text"),
        "professionals": _("professionals and establishments"),
        "passwords": _("passwords and logins"),
    }


def kind_names() -> dict[str, str]:
    """What each kind of column is called, by :data:`rempart.leak.columns.KINDS`."""
    return {
        "family": _("family name"),
        "birth_name": _("birth name"),
        "given": _("first name"),
        "full_name": _("full name"),
        "birth_date": _("birth date"),
        "birth_place": _("birth place"),
        "sex": _("sex"),
        "nir": _("social security number"),
        "ipp": _("patient number"),
        "phone": _("telephone"),
        "email": _("e-mail address"),
        "street": _("street"),
        "postcode": _("postcode"),
        "city": _("town"),
        "iban": _("bank account (IBAN)"),
        "card": _("bank card"),
        "insurer": _("insurer"),
        "cip7": _("medicine (CIP7)"),
        "cip13": _("medicine (CIP13)"),
        "ucd": _("medicine (UCD)"),
        "cim10": _("diagnosis (ICD-10)"),
        "ccam": _("procedure (CCAM)"),
        "loinc": _("result (LOINC)"),
        "medical_text": _("medical text"),
        "doctor": _("doctor"),
        "rpps": _("professional (RPPS)"),
        "adeli": _("professional (ADELI)"),
        "finess": _("establishment (FINESS)"),
        "password": _("password"),
        "password_hash": _("hashed password"),
        "login": _("login"),
        "insee": _("commune code (INSEE)"),
        "date": _("date"),
        "from": _("start"),
        "to": _("end"),
        "updated": _("date of change"),
        "number": _("plain number"),
        "text": _("text"),
        "other": _("other"),
        "blank": _("empty"),
    }


def ratio_words(log10_ratio: float) -> str:
    """How strongly the rows speak for being ours."""
    words = (
        _("do not speak for it"),
        _("speak for it weakly"),
        _("speak for it moderately"),
        _("speak for it strongly"),
        _("speak for it overwhelmingly"),
    )
    return words[sum(log10_ratio >= step for step in RATIO_SCALE)]


def verdict_words(verdict: Verdict) -> str:
    """The verdict in two sentences."""
    share = number(100 * verdict.share, 1)
    if verdict.ours == "ours":
        first = _("The file is ours: {share} % of its rows are our patients.").format(share=share)
    elif verdict.ours == "partly_ours":
        first = _("The file is partly ours: {share} % of its rows are our patients.").format(share=share)
    elif verdict.ours == "not_ours":
        first = _("The file is not ours: its rows do not match our patients more than chance would have it.")
    elif verdict.rows and verdict.power >= LEAST_POWER:
        first = _("It cannot be told whether the file is ours: too few rows; ask for a longer sample.")
    else:
        first = _("It cannot be told whether the file is ours: its rows say too little to tell people apart.")
    if verdict.ours == "not_ours" and verdict.log10_ratio >= RATIO_SCALE[0]:
        return f"{first} {_counts(verdict)}."
    weight = min(abs(verdict.log10_ratio), 1e6)
    second = _("{counts}; the rows {words} (likelihood ratio 10^{power}).").format(
        counts=_counts(verdict), words=ratio_words(verdict.log10_ratio), power=f"{weight:.0f}"
    )
    return f"{first} {second}"


def _counts(verdict: Verdict) -> str:
    return _("{matched} of {rows} rows match, {chance} would match by chance").format(
        matched=number(verdict.matched),
        rows=number(verdict.rows),
        chance=number(verdict.expected_by_chance, 0 if verdict.expected_by_chance >= 10 else 1),
    )


def account_words(path: LeakPath | None, verdict: Verdict) -> str:
    """Through whom the file left, as far as the ledger tells."""
    if verdict.ours == "not_ours":
        return _("The file is not ours: the way it left was not looked for.")
    if verdict.ours == "cannot_tell":
        return _("It is not known whether the file is ours: the way it left was not looked for.")
    if path is None:
        return _("No ledger was at hand: the way the file left was not looked for.")
    if not path.accounts:
        return _(
            "The file did not leave through any access that was watched: look at backups, databases, exports and processors."
        )
    count = len(path.accounts)
    return ngettext(
        "One account's readings explain the file. A login can be stolen: this names the account, not its owner.",
        "The readings of {count} accounts explain the file. Logins can be stolen: this names accounts, not their owners.",
        count,
    ).format(count=number(count))


def next_steps(present: Sequence[str], verdict: Verdict) -> list[str]:
    """What is likely tried next with such columns, the most harmful first, and what to do about it."""
    if verdict.ours not in ("ours", "partly_ours"):
        return []
    likely = {
        "bank": _(
            "Direct debits and false bank details: warn the patients' banks and the accounts department."
        ),
        "passwords": _("Logins tried elsewhere: reset every password in the file and end its sessions."),
        "national_number": _(
            "Insurance accounts taken over and reimbursements redirected: warn the health insurers with the list of numbers."
        ),
        "drugs": _(
            "Forged prescriptions and callers who know the treatment: warn the pharmacies of the area."
        ),
        "diagnoses_and_procedures": _(
            "Blackmail and callers who know the illness: warn the most exposed patients first."
        ),
        "insurance": _("False insurer's letters and calls: warn the insurers named in the file."),
        "contact": _(
            "Phishing by mail, text and phone that quotes true details: tell the patients what you will never ask."
        ),
        "identity": _("Credit and contracts in the patients' names: tell them how to watch for it."),
    }
    return [sentence for name, sentence in likely.items() if name in present]
