"""Every entry of a mapping file checked, every bad one named.

Reads the tree of a TOML document; gives a :class:`~rempart.sources.mapping_shape.Mapping` or one
SettingsError that lists all that is wrong, each with what to write instead.

Misses: whether the columns exist, which only the export itself can tell (the reader says so).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rempart.errors import SettingsError
from rempart.language import clauses, why_of
from rempart.language import gettext as _
from rempart.sources.csv_dialect import ENCODINGS, Dialect
from rempart.sources.csv_text import fold_word
from rempart.sources.csv_times import NAMED_FORMS, compile_form
from rempart.sources.mapping_shape import DEFAULT_ZONE, Column, Mapping, RowRule
from rempart.sources.mapping_words import ACTION_MEANINGS, CARE_KINDS, OUTCOME_CODES

FIELDS: dict[str, tuple[str, ...]] = {
    "access": (
        "time", "account", "patient", "role", "unit", "action", "outcome", "address", "workstation",
        "software", "session", "request", "resource", "event", "count", "page",
    ),
    "care": ("patient", "account", "unit", "start", "end", "known", "cancelled", "kind", "link"),
    "staff": ("account", "unit", "role", "start", "end", "known"),
    "patients": ("patient", "alias", "known"),
}  # fmt: skip
"""What a column may be, for each kind of export."""
TIME_FIELDS = frozenset({"time", "start", "end", "known", "cancelled"})

_TOP = ("what", "of", "dialect", "time", "columns", "values", "login", "ignore")
_REQUIRED = {
    "access": ("time",),
    "care": ("patient",),
    "staff": ("account",),
    "patients": ("patient", "alias"),
}
_BREAKS = frozenset("\r\n")


class _Check:
    """Collects what is wrong while the tree is walked."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def say(self, key: str, what: str) -> None:
        self.wrong.append(f"{key} {what}")

    def table(self, tree: dict[str, Any], key: str, known: Iterable[str], prefix: str = "") -> dict[str, Any]:
        """The sub-table ``key``, without the entries nobody knows (which are named)."""
        value = tree.get(key, {})
        if not isinstance(value, dict):
            self.say(prefix + key, _("must be a table"))
            return {}
        self.names(value, known, f"{prefix}{key}.")
        return value

    def names(self, tree: dict[str, Any], known: Iterable[str], prefix: str) -> None:
        names = list(known)
        for key in tree:
            if key not in names:
                near = difflib.get_close_matches(key, names, 1)
                advice = _("known are {names}").format(names=", ".join(names))
                if near:
                    advice = _("did you mean {name}?").format(name=near[0])
                self.say(f"{prefix}{key}", _("is not known ({advice})").format(advice=advice))

    def text(self, tree: dict[str, Any], key: str, default: str, prefix: str, longest: int = 200) -> str:
        value = tree.get(key, default)
        if not isinstance(value, str) or len(value) > longest or _BREAKS & set(value):
            self.say(
                prefix + key, _("must be a text") if longest > 1 else _("must be one character, or empty")
            )
            return default
        return value

    def number(self, tree: dict[str, Any], key: str, prefix: str) -> int:
        value = tree.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000:
            self.say(prefix + key, _("must be a whole number, 0 or more"))
            return 0
        return value

    def choice(self, value: Any, choices: Iterable[str], key: str) -> str:
        names = list(choices)
        if value not in names:
            self.say(key, _("must be one of {names}").format(names=", ".join(names)))
            return names[0]
        return str(value)

    def texts(self, value: Any, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.say(key, _('must be a list of texts, such as ["a", "b"]'))
            return ()
        return tuple(value)

    def column(self, value: Any, key: str, header: bool) -> Column | None:
        if isinstance(value, str) and value.strip():
            if not header:
                self.say(key, _("must be a column number, because dialect.header is false"))
            return value
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000:
            return value
        self.say(key, _("must be a column title or a column number from 1"))
        return None


def check_mapping(tree: dict[str, Any], where: str) -> Mapping:
    """The mapping that ``tree`` writes down. Raises SettingsError naming every bad entry."""
    check = _Check()
    check.names(tree, _TOP, "")
    what = check.choice(tree.get("what"), FIELDS, "what")
    dialect = _dialect(check, tree)
    zone, forms = _times(check, tree)
    columns = _columns(check, tree, what, dialect.header)
    values = check.table(tree, "values", ("action", "outcome", "resource", "kind", "cancelled"))
    mapping = Mapping(
        what=what,
        columns=columns,
        dialect=dialect,
        zone=zone,
        forms=forms,
        actions=_words(check, values, "action", ACTION_MEANINGS),
        outcomes=_outcomes(check, values),
        resources=_words(check, values, "resource", None),
        kinds=_words(check, values, "kind", CARE_KINDS),
        cancelled=frozenset(map(fold_word, check.texts(values.get("cancelled", []), "values.cancelled"))),
        login=_rule(check, tree["login"], "login", dialect.header) if "login" in tree else None,
        ignore=_ignored(check, tree, dialect.header),
        of=check.choice(tree.get("of", "patient"), ("patient", "account"), "of"),
    )
    if check.wrong:
        raise SettingsError(
            _("mapping {where}: {wrong}").format(where=where, wrong=clauses(check.wrong)),
            _("see docs/reference/mapping.md"),
        )
    return mapping


def _dialect(check: _Check, tree: dict[str, Any]) -> Dialect:
    known = Dialect()
    names = ("separator", "quote", "encoding", "header", "skip_lines", "columns", "decimal", "comment")
    table = check.table(tree, "dialect", (*names, "list_separator", "empty"))
    separator = check.text(table, "separator", known.separator, "dialect.", 1)
    quote = check.text(table, "quote", known.quote, "dialect.", 1)
    if not separator or separator == quote:
        check.say("dialect.separator", _("must be one character other than the quote"))
        separator, quote = known.separator, known.quote
    header = table.get("header", True)
    if not isinstance(header, bool):
        check.say("dialect.header", _("must be true or false"))
        header = True
    return Dialect(
        separator=separator,
        quote=quote,
        encoding=check.choice(table.get("encoding", "utf-8"), ENCODINGS, "dialect.encoding"),
        header=header,
        skip_lines=check.number(table, "skip_lines", "dialect."),
        columns=check.number(table, "columns", "dialect."),
        decimal=check.choice(table.get("decimal", "."), (".", ","), "dialect.decimal"),
        comment=check.text(table, "comment", "", "dialect."),
        list_separator=check.text(table, "list_separator", "", "dialect."),
        empty=check.texts(table["empty"], "dialect.empty") if "empty" in table else known.empty,
    )


def _times(check: _Check, tree: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    table = check.table(tree, "time", ("zone", "forms"))
    zone = check.text(table, "zone", DEFAULT_ZONE, "time.")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        check.say(
            "time.zone",
            _("{zone} is not a known time zone (write for instance {default_zone} or UTC)").format(
                zone=f"{zone!r}", default_zone=DEFAULT_ZONE
            ),
        )
        zone = DEFAULT_ZONE
    forms = check.texts(table.get("forms", ["iso"]), "time.forms")
    if not forms and "forms" in table:
        check.say("time.forms", _("must name at least one form"))
    for form in forms:
        if form in NAMED_FORMS:
            continue
        try:
            compile_form(form)
        except ValueError as error:
            check.say(
                "time.forms",
                _("{form}: {why} (write for instance %d/%m/%Y %H:%M:%S, or iso)").format(
                    form=f"{form!r}", why=why_of(error)
                ),
            )
    return zone, forms


def _columns(check: _Check, tree: dict[str, Any], what: str, header: bool) -> dict[str, tuple[Column, ...]]:
    table = check.table(tree, "columns", FIELDS[what])
    columns: dict[str, tuple[Column, ...]] = {}
    for name, value in table.items():
        several = value if isinstance(value, list) and value else [value]
        if len(several) > 1 and name not in TIME_FIELDS:
            check.say(f"columns.{name}", _("must be one column (only a time may be spread over several)"))
        read = [check.column(item, f"columns.{name}", header) for item in several]
        columns[name] = tuple(item for item in read if item is not None)
    for name in _REQUIRED[what]:
        if name not in columns:
            check.say(f"columns.{name}", _("is missing: a mapping of {what} needs it").format(what=what))
    if what == "care" and not {"account", "unit"} & columns.keys():
        check.say("columns.account", _("is missing: a care link needs an account or a unit"))
    if what == "care" and not {"start", "known"} & columns.keys():
        check.say("columns.start", _("is missing: a care link needs a start or a time it was known"))
    return columns


def _words(check: _Check, values: dict[str, Any], key: str, meanings: Iterable[str] | None) -> dict[str, str]:
    table = values.get(key, {})
    if not isinstance(table, dict):
        check.say(f"values.{key}", _("must be a table of words"))
        return {}
    words: dict[str, str] = {}
    for word, meaning in table.items():
        if not isinstance(meaning, str) or (meanings is not None and meaning not in meanings):
            choices = "a text" if meanings is None else "one of " + ", ".join(meanings)
            check.say(f"values.{key}.{word!r}", _("must be {choices}").format(choices=choices))
        else:
            words["*" if word == "*" else fold_word(word)] = meaning
    return words


def _outcomes(check: _Check, values: dict[str, Any]) -> dict[str, int]:
    table = values.get("outcome", {})
    if not isinstance(table, dict):
        check.say("values.outcome", _("must be a table of words"))
        return {}
    words: dict[str, int] = {}
    for word, code in table.items():
        if isinstance(code, bool) or code not in OUTCOME_CODES:
            check.say(
                f"values.outcome.{word!r}", _("must be 0 (success), 4, 8, 12 (failures) or -1 (not said)")
            )
        else:
            words["*" if word == "*" else fold_word(word)] = int(code)
    return words


def _rule(check: _Check, tree: Any, key: str, header: bool) -> RowRule | None:
    if not isinstance(tree, dict):
        check.say(key, _("must be a table with column and words"))
        return None
    check.names(tree, ("column", "words"), f"{key}.")
    column = check.column(tree.get("column"), f"{key}.column", header)
    words = check.texts(tree.get("words"), f"{key}.words")
    return None if column is None else RowRule(column, frozenset(map(fold_word, words)))


def _ignored(check: _Check, tree: dict[str, Any], header: bool) -> tuple[RowRule, ...]:
    entries = tree.get("ignore", [])
    if not isinstance(entries, list):
        check.say("ignore", _("must be written [[ignore]]"))
        return ()
    rules = (_rule(check, entry, f"ignore[{place}]", header) for place, entry in enumerate(entries, 1))
    return tuple(rule for rule in rules if rule is not None)
