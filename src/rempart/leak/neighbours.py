"""What the columns beside it say of a column: the same cells mean other things in a list of patients and in a list of communes.

Reads the kinds that headings and cells gave, and how sure they are; gives the kinds of the whole table. A table speaks of people
where a column does that nothing else can be; elsewhere numberings, names and days are those of things.

Misses: tables about people that show nobody's name, birth, number or password.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.leak.content import Cells, Told, are_houses, name_kind

PEOPLE = {
    "family": 0.78, "birth_date": 0.84, "given": 0.7, "full_name": 0.7, "ipp": 0.7, "doctor": 0.7, "rpps": 0.7, "adeli": 0.7,
    "birth_name": 0.5, "nir": 0.5, "password": 0.5, "login": 0.5, "card": 0.5,
}  # fmt: skip
"""From which confidence on a kind shows that a table is about people: a heading "nom", or days like births, do not."""
REACHED = frozenset({"phone", "email", "iban", "birth_date"})
WEAK = 0.5
"""Names are by shape alone below this."""


def settle(told: Sequence[Told], samples: Sequence[Cells]) -> list[Told]:
    """(kind, confidence) of each column of one table, the others considered."""
    told = _by_code(list(told), samples)
    if not _of_people(told, samples):
        return [_of_things(kind, sure, cells) for (kind, sure), cells in zip(told, samples, strict=True)]
    return _towns(_names(list(told), samples))


def _by_code(told: list[Told], samples: Sequence[Cells]) -> list[Told]:
    """A name within two columns of a commune's code is the commune's where nobody is born or has a first name."""
    kinds = [kind for kind, _ in told]
    if "insee" not in kinds or {"given", "birth_date", "full_name", "nir", "city"} & set(kinds):
        return told
    for place, (kind, sure) in enumerate(told):
        weak = kind == "family" and sure < PEOPLE["family"] and _distance(kinds, place, ("insee",)) <= 2
        if weak and not are_houses(samples[place]) and name_kind(samples[place])[0] in ("", "city"):
            told[place] = "city", 0.6
            break
    return told


def _of_people(told: Sequence[Told], samples: Sequence[Cells]) -> bool:
    """Whether the table is about people: a column says so alone, or names that are no town's or company's stand beside a way to
    reach somebody, or days like births beside sexes."""
    kinds = {kind for kind, _ in told}
    if any(sure >= PEOPLE.get(kind, 2.0) for kind, sure in told) or {"birth_date", "sex"} <= kinds:
        return True
    return bool(REACHED & kinds) and any(
        kind == "family" and not are_houses(cells) and name_kind(cells)[0] != "city"
        for (kind, _), cells in zip(told, samples, strict=True)
    )


def _of_things(kind: str, sure: float, cells: Cells) -> Told:
    """A kind in a table that speaks of nobody."""
    if kind == "ipp" and sure < 0.7:
        return "other", 0.5
    if kind == "birth_date" and sure < PEOPLE["birth_date"]:
        return "date", 0.6
    if kind == "sex" and sure <= 0.7:
        return "number", 0.6
    if kind == "medical_text" and sure < 0.7:
        return "text", 0.6
    if kind == "family":
        found = name_kind(cells)
        return found if found[0] in ("city", "family") and not are_houses(cells) else ("other", 0.5)
    return kind, sure


def _names(told: list[Told], samples: Sequence[Cells]) -> list[Told]:
    """Of the columns that are names by shape alone: the one beside the first name is the family name, the one beside the
    postcode the town, the others mere words."""
    settled = list(told)
    kinds = [kind for kind, _ in told]
    shaped = [place for place, (kind, sure) in enumerate(told) if kind == "family" and sure < WEAK]
    named = any(kind == "family" and sure >= WEAK for kind, sure in told)
    names_left = 0 if named else int(bool({"given", "birth_date", "email", "phone", "nir"} & set(kinds)))
    for place in sorted(shaped, key=lambda at: _distance(kinds, at, ("given",))):
        cells, without_city = samples[place], "city" not in kinds
        if (
            _distance(kinds, place, ("postcode", "insee")) == 1
            and without_city
            and _distance(kinds, place, ("given",)) > 1
        ):
            kind, sure = "city", 0.65
        elif names_left and len(set(cells)) > 0.4 * len(cells):
            kind, sure, names_left = "family", 0.65, names_left - 1
        elif len(set(cells)) < 0.6 * len(cells) and "postcode" in kinds and without_city:
            kind, sure = "city", 0.5
        else:
            kind, sure = "other", 0.4
        kinds[place] = kind
        settled[place] = kind, sure
    return settled


def _towns(told: list[Told]) -> list[Told]:
    """Of two towns told by their cells, the one beside the birth date and away from the postcode is the place of birth."""
    kinds = [kind for kind, _ in told]
    weak = [place for place, (kind, sure) in enumerate(told) if kind == "city" and sure <= 0.65]
    if kinds.count("city") < 2 or "birth_place" in kinds or "birth_date" not in kinds:
        return told
    for place in sorted(weak, key=lambda at: _distance(kinds, at, ("birth_date",))):
        if _distance(kinds, place, ("birth_date",)) < _distance(kinds, place, ("postcode", "insee")):
            told[place] = "birth_place", 0.5
            break
    return told


def _distance(kinds: list[str], place: int, wanted: tuple[str, ...]) -> int:
    return min((abs(place - at) for at, kind in enumerate(kinds) if kind in wanted), default=99)
