"""A synthetic French population, its leaks with errors, and strangers of the same country.

Names come from syllables (with common first names among them) and follow heavy tails: the commonest family name is borne by about
four in a thousand, first names change with the decade of birth. Nobody in it exists. Everything is drawn
with the seed given; arrays, not loops, so that five million people take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from rempart.leak.words import FIRST_NAMES

Array = np.ndarray[Any, Any]
Rng = np.random.Generator


def _list(text: str, separator: str) -> list[str]:
    return text.split(separator)


_HEADS = _list(
    "bar ber bou bru car cha che cla cou dar del du fa fer fla for gar gau gi gra gui ha her jac jo "
    "la lam le lef lou ma mar mau mer mo mou na no par pe per phi pi poi pré ra re ri ro rou sa sau "
    "se si tau te thi tho to va ver vi vin",
    " ",
)
_MIDDLES = [
    "",
    "",
    "",
    "ba",
    "be",
    "ché",
    "de",
    "di",
    "fe",
    "ge",
    "la",
    "li",
    "lo",
    "ma",
    "mi",
    "na",
    "ne",
    "ni",
    "no",
    "que",
    "ra",
    "ri",
    "ro",
    "sa",
    "si",
    "ta",
    "ti",
    "ve",
]
_TAILS = _list(
    "ard aud ault aux bert chet chon court dier din don elle et eau ert ette eux gny ier in ot lot "
    "mont net nier on ot rand reau rel ret ron sier son tel teau thier tin ton trand vais ville y",
    " ",
)
_STREETS = _list(
    "de la paix|victor hugo|du moulin|des lilas|de l église|pasteur|jean jaurès|de la république|"
    "des écoles|du stade|de verdun|du général leclerc|des acacias|de la fontaine|du château|"
    "des roses|de la gare|gambetta|du lavoir|des vignes|de bellevue|du bourg|des prés|de la poste|"
    "emile zola|des cerisiers|de la forêt|du puits|des chênes|anatole france|de la liberté|du marché|"
    "saint martin|des tilleuls|de lattre|de la mairie|voltaire|des peupliers|de la plage|des sources",
    "|",
)
_TYPES = ("rue", "rue", "rue", "avenue", "chemin", "place", "boulevard", "impasse", "allée", "route")
_MAILS = (
    "gmail.com",
    "orange.fr",
    "hotmail.fr",
    "free.fr",
    "laposte.net",
    "wanadoo.fr",
    "sfr.fr",
    "outlook.fr",
    "yahoo.fr",
)


def words(rng: Rng, count: int, heads: Any = _HEADS) -> Array:
    """``count`` distinct made-up names."""
    found: dict[str, None] = {}
    while len(found) < count:
        k = 2 * (count - len(found)) + 10
        double = rng.random(k) < 0.35
        a, b, d, c = (rng.choice(np.array(part, object), k) for part in (heads, _MIDDLES, _MIDDLES, _TAILS))
        found.update(dict.fromkeys(a + b + np.where(double, d, "") + c))
    return np.array(list(found)[:count], object)


def zipf(count: int, offset: float, power: float) -> Array:
    """Heavy-tailed shares of ``count`` things, the largest first."""
    weights = 1.0 / (np.arange(count) + offset) ** power
    return np.asarray(weights / weights.sum())


@dataclass
class Country:
    """What every population of the country shares: names with their shares, towns, streets."""

    families: Array
    family_shares: Array
    givens: Array
    given_shares: Array
    """(decades, names)."""
    given_sex: Array
    towns: Array
    postcodes: Array
    town_shares: Array
    streets: Array

    @classmethod
    def draw(cls, seed: int, names: int = 120_000) -> Country:
        rng = np.random.default_rng(seed)
        families = words(rng, names)
        common = np.array(sorted(FIRST_NAMES), object)
        made = words(rng, 2500, ["a", "e", "i", "o", *_HEADS])
        givens = np.concatenate([common, made])
        base = zipf(len(givens), 6, 1.05)
        decades = np.stack([rng.permutation(base) * 0.5 + np.roll(base, 40 * k) * 0.5 for k in range(13)])
        decades /= decades.sum(axis=1, keepdims=True)
        towns = np.char.add(np.where(rng.random(9000) < 0.2, "saint-", ""), words(rng, 9000).astype(str))
        codes = np.sort(rng.integers(1000, 95990, 9000) // 10 * 10)
        return cls(
            families, zipf(names, 12, 0.93), givens, decades, rng.integers(1, 3, len(givens)),
            towns, np.char.zfill(codes.astype(str), 5), zipf(9000, 30, 1.0), np.array(_STREETS, object),
        )  # fmt: skip


def people(country: Country, count: int, seed: int, spread: float = 1.0) -> dict[str, Array]:
    """``count`` people as columns of text; ``spread`` below 1 keeps them in part of the towns."""
    rng = np.random.default_rng(seed)
    born = (1925 + 100 * rng.beta(1.6, 1.35, count)).astype(np.int64)
    decade = np.clip((born - 1920) // 10, 0, 12)
    given = np.empty(count, np.int64)
    for each in range(13):
        here = np.flatnonzero(decade == each)
        given[here] = rng.choice(len(country.givens), len(here), p=country.given_shares[each])
    day = rng.integers(0, 365, count)
    birth = (born - 1970).astype("datetime64[Y]").astype("datetime64[D]") + day
    town_count = max(1, int(len(country.towns) * spread))
    order = np.random.default_rng(seed + 1).permutation(len(country.towns))[:town_count]
    shares = country.town_shares[order] / country.town_shares[order].sum()
    town = rng.choice(order, count, p=shares)
    family = rng.choice(len(country.families), count, p=country.family_shares)
    family_text = country.families[family]
    double = rng.random(count) < 0.03
    second = country.families[rng.choice(len(country.families), count, p=country.family_shares)]
    family_text = np.where(double, family_text + "-" + second, family_text)
    sex = country.given_sex[given]
    maiden = np.where((sex == 2) & (rng.random(count) < 0.4), second, family_text)
    number = rng.integers(1, 180, count).astype(str).astype(object)
    street = rng.choice(np.array(_TYPES, object), count) + " " + rng.choice(country.streets, count)
    phone = (
        "0"
        + rng.choice(np.array(["6", "7", "1", "2", "3", "4", "5"], object), count)
        + _digits(rng, count, 8)
    )
    mail = (
        country.givens[given]
        + "."
        + country.families[family]
        + rng.integers(0, 99, count).astype(str).astype(object)
    )
    mail = mail + "@" + rng.choice(np.array(_MAILS, object), count)
    nir = _nir(rng, sex, birth, country.postcodes[town])
    return {
        "patient_id": np.char.add("P", np.char.zfill(np.arange(count).astype(str), 8)).astype(object),
        "nom": family_text, "nom_naissance": maiden, "prenom": country.givens[given],
        "date_naissance": birth.astype(str).astype(object), "sexe": np.where(sex == 1, "M", "F").astype(object),
        "nir": nir, "telephone": phone, "email": mail, "adresse": number + " " + street,
        "code_postal": country.postcodes[town].astype(object), "commune": country.towns[town].astype(object),
    }  # fmt: skip


def _digits(rng: Rng, count: int, size: int) -> Array:
    return np.char.zfill(rng.integers(0, 10**size, count).astype(str), size).astype(object)


def _nir(rng: Rng, sex: Array, birth: Array, postcodes: Array) -> Array:
    months = birth.astype("datetime64[M]").astype(np.int64)
    year, month = (months // 12 + 1970) % 100, months % 12 + 1
    department = np.array([int(code[:2]) for code in postcodes])
    body = ((sex * 100 + year) * 100 + month) * 10**8 + department * 10**6 + rng.integers(0, 10**6, len(sex))
    return np.char.add(body.astype(str), np.char.zfill((97 - body % 97).astype(str), 2)).astype(object)


def typo(rng: Rng, values: Array, share: float) -> Array:
    """``values`` with a letter changed, dropped, doubled or exchanged in ``share`` of the cells."""
    values = values.copy()
    for place in np.flatnonzero(rng.random(len(values)) < share):
        text = str(values[place])
        if len(text) < 2:
            continue
        at, kind = int(rng.integers(0, len(text) - 1)), rng.integers(0, 4)
        letter = chr(int(rng.integers(48, 58))) if text[at].isdigit() else chr(int(rng.integers(97, 123)))
        values[place] = (
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        )[kind]
    return values


def spoil(columns: dict[str, Array], seed: int, share: float = 0.1) -> dict[str, Array]:
    """A copy with errors in ``share`` of the cells of each column: mostly typing, some empty, some other."""
    rng = np.random.default_rng(seed)
    spoiled = {}
    for name, values in columns.items():
        if name == "patient_id":
            continue
        fresh = typo(rng, values, share * 0.7)
        dice = rng.random(len(values))
        fresh[dice < share * 0.2] = ""
        other = (dice >= share * 0.2) & (dice < share * 0.3)
        fresh[other] = rng.permutation(values)[other]
        spoiled[name] = fresh
    swap = rng.random(len(values)) < share * 0.15
    first = spoiled["prenom"].copy()
    spoiled["prenom"][swap], spoiled["nom"][swap] = spoiled["nom"][swap], first[swap]
    return spoiled


def take(columns: dict[str, Array], places: Array) -> dict[str, Array]:
    """The rows at ``places``."""
    return {name: values[places] for name, values in columns.items()}


def table(columns: dict[str, Array]) -> pa.Table:
    """The columns as Arrow strings."""
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
