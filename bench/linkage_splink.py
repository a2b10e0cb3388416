"""The reference's side of :mod:`bench.linkage`: ``python -m bench.linkage_splink FOLDER``."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.linkage import Meter, write

_BLOCKS = (
    ("given", "family"), ("family", "birth"), ("given", "birth"), ("number",), ("phone",), ("email",),
    ("birth", "postcode"), ("birth", "city"), ("birth", "sex", "house"), ("family", "postcode", "house"),
    ("street", "postcode", "house"), ("given", "street"), ("family", "street", "house"), ("family", "postcode", "sex"),
    ("given", "postcode", "house"),
)  # fmt: skip
"""Pairs that agree on one of these are compared; those that need a column the task lacks are left out."""
_NEAR = ("substr({0}.birth, 1, 7)", "substr({0}.family, 1, 4)", "substr({0}.given, 1, 3)")


def main(folder: Path) -> None:
    """Both models, the second without being timed."""
    warnings.simplefilter("ignore")
    left = pd.read_parquet(folder / "left-tidy.parquet")
    other = folder / "right-tidy.parquet"
    right = pd.read_parquet(other) if other.exists() else None
    meter = Meter()
    _run(folder, "splink-apart", left, right, names_together=False)
    meter.tell()
    if len(left) <= 1_000_000 and {"given", "family"} <= set(left.columns):
        timed = Meter  # the first line printed counts; this one is only for quality
        _run(folder, "splink-together", left, right, names_together=True)
        del timed


def _run(
    folder: Path, name: str, left: pd.DataFrame, right: pd.DataFrame | None, names_together: bool
) -> None:
    database = DuckDBAPI()
    frames = [
        frame.assign(unique_id=range(len(frame))) for frame in ([left] if right is None else [left, right])
    ]
    if names_together:
        for frame in frames:
            frame["full_name"] = frame["given"].fillna("") + " " + frame["family"].fillna("")
    known = [database.register(frame) for frame in frames]
    roles = set(left.columns)
    rules = [block_on(*columns) for columns in _BLOCKS if set(columns) <= roles]
    if {"birth", "family", "given"} <= roles:
        rules.append(" and ".join(f"{part.format('l')} = {part.format('r')}" for part in _NEAR))  # type: ignore[arg-type]
    settings = SettingsCreator(
        link_type="dedupe_only" if right is None else "link_only",
        comparisons=_comparisons(roles, names_together),
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )
    linker = Linker(known[0] if right is None else known, settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [
            block_on(*rule)
            for rule in (("given", "family", "birth"), ("number",), ("email",))
            if set(rule) <= roles
        ],
        recall=0.8,
    )
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (("birth",), ("given", "family"), ("number",), ("street", "postcode")):
        if set(rule) <= roles:
            training.estimate_parameters_using_expectation_maximisation(
                block_on(*rule), max_pairs=5e6, record_sample_proportion=1.0 if len(left) < 100_000 else 0.1
            )
    pairs = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
    if right is None:
        one, two = pairs["unique_id_l"], pairs["unique_id_r"]
    else:
        first = pairs["source_dataset_l"] == pairs["source_dataset_l"].min()
        one = pairs["unique_id_l"].where(first, pairs["unique_id_r"])
        two = pairs["unique_id_r"].where(first, pairs["unique_id_l"])
    write(folder, name, one.to_numpy(), two.to_numpy(), pairs["match_probability"].to_numpy())


def _comparisons(roles: set[str], names_together: bool) -> list[Any]:
    if names_together:
        found: list[Any] = [
            cl.ForenameSurnameComparison("given", "family", forename_surname_concat_col_name="full_name")
        ]
    else:
        found = [cl.NameComparison("given"), cl.NameComparison("family")]
    made = {
        "birth": lambda: cl.DateOfBirthComparison("birth", input_is_string=True),
        "sex": lambda: cl.ExactMatch("sex"),
        "number": lambda: cl.DamerauLevenshteinAtThresholds("number", [1, 2]),
        "phone": lambda: cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
        "email": lambda: cl.EmailComparison("email"),
        "house": lambda: cl.ExactMatch("house").configure(term_frequency_adjustments=True),
        "street": lambda: cl.JaroWinklerAtThresholds("street", [0.95, 0.88]).configure(
            term_frequency_adjustments=True
        ),
        "postcode": lambda: cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
        "city": lambda: cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
    }
    return found + [make() for role, make in made.items() if role in roles]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
