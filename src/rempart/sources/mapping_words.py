"""Words of actions, outcomes and care links, in French, English and the usual codes.

Reads single words or short phrases as exports write them (``Consultation du dossier``, ``VIEW``,
``LOGIN_FAILED``, ``403``); gives what they most likely mean, or None for words nobody here knows, which
are left to the user. Actions end as the codes of FHIR ``audit-event-action`` (C, R, U, D, E; printing
and exporting are reads, as DICOM PS3.15 A.5 has it), outcomes as ``audit-event-outcome`` (0, 4, 8, 12).

Misses: a site's own abbreviations.
"""

from __future__ import annotations

from rempart.sources.csv_text import fold

ACTION_MEANINGS = {
    "create": "C", "read": "R", "update": "U", "delete": "D", "execute": "E", "search": "E",
    "print": "R", "export": "R", "login": "E", "login_failed": "E", "logout": "E", "unsaid": "",
}  # fmt: skip
"""What an action word may be said to mean → code in the access."""

OUTCOME_CODES = (0, 4, 8, 12, -1)
CARE_KINDS = ("appointment", "encounter", "episode", "team", "list")

_ACTION_STEMS: tuple[tuple[str, str], ...] = (
    ("logout", "logout logoff signout signoff deconn disconn"),
    ("login", "login logon signin signon connexion connect auth"),
    ("print", "imprim impress print"),
    ("export", "export download telecharg extract extrai"),
    ("search", "recherch search query requet find lookup chercher list browse"),
    ("delete", "supprim suppress delet remov effac purg erase destr"),
    ("create", "creat cree crea ajout add insert new nouve saisi register admiss"),
    (
        "update",
        "modif updat edit chang maj correct write valid sign prescri ecri amend save enregistr merge fusion",
    ),
    (
        "read",
        "consult view read lect lire open ouvr access acces affich visual display show get voir vue see retriev",
    ),
    ("execute", "execut run launch lanc start demarr"),
)
_ACTION_CODES = {
    "c": "create", "r": "read", "u": "update", "d": "delete", "e": "execute", "l": "read", "m": "update",
    "cre": "create", "lec": "read", "con": "read", "mod": "update", "sup": "delete", "imp": "print",
    "exp": "export", "rec": "search", "post": "create", "put": "update", "patch": "update", "upd": "update",
    "del": "delete", "ins": "create", "sel": "read", "select": "read", "head": "read", "prt": "print",
}  # fmt: skip
_FAILURE_STEMS = (
    "fail", "echec", "echou", "refus", "deni", "deny", "erreur", "error", "reject", "rejet", "interdit",
    "block", "bloq", "invalid", "unauthori", "unsuccess", "insucc", "incorrect", "wrong", "forbid", "abort",
)  # fmt: skip
_FAILURE_WORDS = frozenset({"ko", "nok", "non", "no", "false", "faux", "f", "n"})
_SUCCESS_STEMS = (
    "succe",
    "succ",
    "reuss",
    "grant",
    "allow",
    "autoris",
    "authori",
    "accord",
    "permit",
    "accept",
)
_SUCCESS_WORDS = frozenset(
    {"ok", "oui", "yes", "true", "vrai", "pass", "passed", "done", "s", "o", "y", "valide"}
)
_MINOR_STEMS = ("warn", "avert", "partial", "partiel", "minor", "mineur")
_NEGATIONS = frozenset({"non", "not", "no", "pas"})
_KIND_STEMS = (
    ("appointment", "rdv rendez appoint consult"),
    (
        "encounter",
        "sejour hospit encounter visit venue passage urgence admission ambul stay inpatient outpatient",
    ),
    ("episode", "episode parcours suivi"),
    ("team", "equipe team"),
    ("list", "list liste patientele referent traitant"),
)
_CANCELLED_STEMS = ("annul", "cancel", "noshow", "absent", "revoke", "delet", "supprim")


def meaning_of_action(text: str) -> str | None:
    """The key of :data:`ACTION_MEANINGS` that ``text`` most likely stands for."""
    words = fold(text).replace("sign in", "signin").replace("log in", "login").replace("log on", "logon")
    words = words.replace("sign out", "signout").replace("log out", "logout").replace("log off", "logoff")
    words = words.replace("mise a jour", "maj")
    tokens = words.split()
    if not tokens:
        return None
    if len(tokens) == 1 and tokens[0] in _ACTION_CODES:
        return _ACTION_CODES[tokens[0]]
    if "session" in tokens:
        opens = _stemmed(tokens, ("ouv", "open", "start", "debut", "begin"))
        if opens or _stemmed(tokens, ("ferm", "clos", "end", "fin", "expir", "timeout")):
            return "login" if opens else "logout"
    meanings = [meaning for token in tokens if (meaning := _first_stem(token, _ACTION_STEMS)) is not None]
    if "login" in meanings and (outcome_code(text) or 0) > 0:
        return "login_failed"
    return meanings[0] if meanings else None


def outcome_code(text: str) -> int | None:
    """0, 4, 8 or 12 for a word of success or failure; None for any other."""
    folded = fold(text)
    tokens = folded.split()
    if folded.isdigit() and len(folded) == 3:
        return {"2": 0, "3": 0, "4": 8, "5": 12}.get(folded[0])
    failed = _stemmed(tokens, _FAILURE_STEMS) or bool(_FAILURE_WORDS & set(tokens))
    succeeded = _stemmed(tokens, _SUCCESS_STEMS) or bool(_SUCCESS_WORDS & set(tokens))
    if failed or (succeeded and _NEGATIONS & set(tokens)):
        return 8
    if _stemmed(tokens, _MINOR_STEMS):
        return 4
    return 0 if succeeded else None


def kind_of_care(text: str) -> str | None:
    """The kind of :class:`~rempart.records.CareLink` that ``text`` most likely stands for."""
    for token in fold(text).split():
        kind = _first_stem(token, _KIND_STEMS)
        if kind is not None:
            return kind
    return None


def says_cancelled(text: str) -> bool:
    """Whether a status word says that a care link was cancelled."""
    return _stemmed(fold(text).split(), _CANCELLED_STEMS)


def _stemmed(tokens: list[str], stems: tuple[str, ...]) -> bool:
    return any(token.startswith(stems) for token in tokens)


def _first_stem(token: str, table: tuple[tuple[str, str], ...]) -> str | None:
    for meaning, stems in table:
        if token.startswith(tuple(stems.split())):
            return meaning
    return None
