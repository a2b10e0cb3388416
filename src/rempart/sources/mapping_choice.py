"""Which column is which field: titles and content weighed together.

Reads the columns of a sample; gives what kind of export it is and, for each field, the column chosen with
a confidence and the reason in words. A column of persons' names is never chosen where any login-like
column exists. Every column serves one field at most.

Misses: a column that serves two purposes (a sentence with the account and the patient in it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.language import gettext as _
from rempart.sources.mapping_check import FIELDS
from rempart.sources.mapping_columns import Column, content_score
from rempart.sources.mapping_headers import is_personal, names_a_person, title_score

_LEAST = 0.42
_BY_CONTENT = {
    "time": 0.62, "address": 0.62, "action": 0.6, "outcome": 0.62, "role": 0.55, "unit": 0.55,
    "workstation": 0.6, "account": 0.5, "patient": 0.5, "event": 0.5, "session": 0.62, "resource": 0.55,
}  # fmt: skip
"""Fields that content alone may name, and the weight of that content."""
_SURE_CONTENT = {
    "time": 0.5, "address": 0.8, "action": 0.6, "outcome": 0.6, "role": 0.6, "unit": 0.6, "workstation": 0.7,
    "account": 0.3, "patient": 0.4, "event": 0.8, "session": 0.6, "resource": 0.65,
}  # fmt: skip
_ORDER = ("time", "address", "outcome", "action", "role", "unit", "workstation", "session", "resource")


@dataclass(frozen=True, slots=True)
class Choice:
    """A field, its columns (places from 0), how sure, and why."""

    field: str
    places: tuple[int, ...]
    confidence: float
    why: str


def kept_out(columns: Sequence[Column]) -> dict[int, str]:
    """Columns that are never kept, with the reason: names, birth dates, contact details, free text."""
    out: dict[int, str] = {}
    for column in columns:
        if names_a_person(column.title) and column.identifiers < 0.5:
            out[column.place] = _("the title announces names of persons")
        elif is_personal(column.title):
            out[column.place] = _("the title announces personal details or free text")
        elif column.persons > 0.7 and column.distinct > 0.01 and len(column.counts) > 3:
            if not _is_listed(column):
                out[column.place] = _("the values look like names of persons")
        elif column.share(lambda value: value.count(" ") > 5) > 0.5:
            out[column.place] = _("the values look like free text")
    return out


def _is_listed(column: Column) -> bool:
    """Whether words, not names: a column of actions, roles, units or documents."""
    return any(
        content_score(column, field) > 0.5 for field in ("action", "outcome", "role", "unit", "resource")
    )


def kind_of_export(columns: Sequence[Column], out: dict[int, str]) -> str:
    """``access``, ``care``, ``staff`` or ``patients``, by what its columns can be."""
    left = [column for column in columns if column.place not in out]

    def best(field: str) -> float:
        return max(
            (title_score(column.title, field) * (content_score(column, field) > 0) for column in left),
            default=0,
        )

    ranged = min(best("start"), best("end")) >= 0.6
    acts = best("action") >= 0.9 or max((content_score(column, "action") for column in left), default=0) > 0.7
    patient, account, dated = best("patient"), best("account"), any(column.times for column in left)
    alone = any(title_score(column.title, "account") >= 0.6 and column.distinct > 0.8 for column in left)
    if patient >= 0.6 and best("alias") >= 0.6 and account < 0.6 and best("unit") < 0.6 and not acts:
        return "patients"
    if patient < 0.6 and account >= 0.6 and not acts and (best("role") >= 0.6 or best("unit") >= 0.6):
        return "staff" if ranged or alone or best("start") >= 0.6 or not dated else "access"
    if patient >= 0.6 and (account >= 0.6 or best("unit") >= 0.6) and best("time") < 0.95:
        starts = best("start") >= 0.6
        return (
            "care"
            if (ranged or (starts and best("action") < 0.9)) and best("outcome") < 1.1 * starts
            else "access"
        )
    if patient >= 0.6 and ranged and best("action") < 0.9:
        return "care"
    return "access"


def choose(columns: Sequence[Column], what: str, out: dict[int, str]) -> list[Choice]:
    """The column of every field of ``what`` that has one, in the order of the fields."""
    left = {column.place: column for column in columns if column.place not in out}
    chosen: dict[str, Choice] = {}
    titled = sorted(
        (
            (_titled_score(column, field, what), field, place)
            for place, column in left.items()
            for field in FIELDS[what]
        ),
        key=lambda scored: (-scored[0], FIELDS[what].index(scored[1]), scored[2]),
    )
    for score, field, place in titled:
        if score >= _LEAST and field not in chosen and place in left:
            chosen[field] = Choice(field, (place,), min(score, 0.99), _reason(left.pop(place), field, True))
    if what == "access":
        _choose_by_content(left, chosen, columns)
        _join_hour(left, chosen, columns)
    _fall_back_on_names(chosen, columns, out)
    return [chosen[field] for field in FIELDS[what] if field in chosen]


def _titled_score(column: Column, field: str, what: str) -> float:
    title = title_score(column.title, field)
    if what == "access" and field in ("count", "page") and title < 1:
        return 0.0
    content = content_score(column, field)
    if not title or not content:
        return 0.0
    return 0.65 * title + 0.35 * content


def _choose_by_content(left: dict[int, Column], chosen: dict[str, Choice], columns: Sequence[Column]) -> None:
    for field in _ORDER:
        scored = [(content_score(column, field), -place) for place, column in left.items()]
        score, place = max(scored, default=(0.0, 0))
        if (
            field not in chosen
            and score >= _SURE_CONTENT[field]
            and not _titled_otherwise(left[-place], field)
        ):
            chosen[field] = Choice(
                field, (-place,), score * _BY_CONTENT[field], _reason(left.pop(-place), field, False)
            )
    _choose_identifiers(left, chosen, columns)
    scored = [(content_score(column, "event"), -place) for place, column in left.items()]
    score, place = max(scored, default=(0.0, 0))
    if "event" not in chosen and score >= _SURE_CONTENT["event"] and left[-place].filled >= 20:
        if not _titled_otherwise(left[-place], "event") and left[-place].identifiers > 0.9:
            chosen["event"] = Choice("event", (-place,), 0.45, _reason(left.pop(-place), "event", False))


def _titled_otherwise(column: Column, field: str) -> bool:
    """Whether a telling title says that the column is some other field."""
    others = (
        title_score(column.title, other) for fields in FIELDS.values() for other in fields if other != field
    )
    return max(others) >= 0.9 and title_score(column.title, field) < 0.5


def _choose_identifiers(
    left: dict[int, Column], chosen: dict[str, Choice], columns: Sequence[Column]
) -> None:
    """Account and patient among what is left: the account repeats and goes with one role and unit."""
    words = [columns[chosen[field].places[0]] for field in ("role", "unit") if field in chosen]
    logins = _login_rows(chosen, columns)
    for field in ("account", "patient"):
        if field in chosen:
            continue
        scored: list[tuple[float, int]] = []
        for place, column in left.items():
            score = content_score(column, field)
            if score < _SURE_CONTENT[field] or _titled_otherwise(column, field):
                continue
            if field == "account":
                score += 0.5 * max((_goes_with_one(column, word) for word in words), default=0.0)
            else:
                score += 0.4 * _empty_at(column, logins)
            scored.append((score, -place))
        if scored:
            score, place = max(scored)
            why = _reason(left.pop(-place), field, False)
            chosen[field] = Choice(field, (-place,), min(0.85, score * _BY_CONTENT[field]), why)


def _login_rows(chosen: dict[str, Choice], columns: Sequence[Column]) -> list[int]:
    from rempart.sources.mapping_words import meaning_of_action

    if "action" not in chosen:
        return []
    column = columns[chosen["action"].places[0]]
    logins = {word for word in column.counts if (meaning_of_action(word) or "").startswith("log")}
    return [place for place, cell in enumerate(column.cells) if cell in logins]


def _empty_at(column: Column, rows: Sequence[int]) -> float:
    return sum(1 for row in rows if column.cells[row] not in column.counts) / len(rows) if rows else 0.0


def _goes_with_one(column: Column, word: Column) -> float:
    """How much better the column tells the word (role, unit) than the word's most frequent value does."""
    pairs = Counter(zip(column.cells, word.cells, strict=True))
    best: dict[str, int] = {}
    for (value, _word), times in pairs.items():
        best[value] = max(best.get(value, 0), times)
    if not column.filled or column.distinct > 0.8:
        return 0.0
    told = sum(best.values()) / len(column.cells)
    usual = max(Counter(word.cells).values()) / len(word.cells)
    return max(0.0, (told - usual) / (1.0 - usual)) if usual < 1 else 0.0


def _join_hour(left: dict[int, Column], chosen: dict[str, Choice], columns: Sequence[Column]) -> None:
    """A date without an hour takes the hour of another column, and the other way round."""
    time = chosen.get("time")
    if time is not None and (guess := columns[time.places[0]].times) is not None and not guess.has_hour:
        hours = [place for place, column in left.items() if column.hours]
        if hours:
            nearest = min(hours, key=lambda place: abs(place - time.places[0]))
            left.pop(nearest)
            why = _("date and hour stand in two columns")
            chosen["time"] = Choice("time", (time.places[0], nearest), time.confidence, why)


def _fall_back_on_names(chosen: dict[str, Choice], columns: Sequence[Column], out: dict[int, str]) -> None:
    """Only where nothing else can be the account: a column of staff names, with low confidence."""
    if "account" in chosen:
        return
    for column in columns:
        if column.place in out and title_score(column.title, "account") >= 0.4:
            why = _(
                "no login column was found: names of staff stand in for accounts; prefer an export with logins"
            )
            chosen["account"] = Choice("account", (column.place,), 0.3, why)
            del out[column.place]
            return


def _reason(column: Column, field: str, titled: bool) -> str:
    """Why the column was chosen, in words."""
    seen = {
        "time": _("reads as a time"),
        "address": _("IP addresses"),
        "action": _("words of actions"),
        "outcome": _("words of success and failure"),
        "role": _("words of professions"),
        "unit": _("few repeated values, like departments"),
        "workstation": _("names of machines"),
        "account": _("login-like values that repeat"),
        "patient": _("identifiers of many patients"),
        "event": _("another value in every row"),
        "session": _("long identifiers that repeat"),
        "resource": _("words of documents"),
    }.get(field, "")
    strong = seen if content_score(column, field) > 0.5 else ""
    if titled:
        title = _("the title says so")
        return f"{title}; {strong}" if strong else title
    return seen or _("the values say so")
