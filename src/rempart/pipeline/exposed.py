"""From the ledger's columns to the arrays a scope counts.

Reads rows of :data:`rempart.ledger.exposure.ANSWER`, what each form shows, and the care index; gives
:class:`~rempart.incident.exposure.Accesses` with the words behind its numbers. Logins are no accesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.incident.exposure import NO, UNKNOWN, YES, Accesses, Array
from rempart.incident.told import settle_questions
from rempart.ledger.exposure import Opened
from rempart.market.stake import StakeTable
from rempart.pipeline.care_recall import CareRecall
from rempart.records import FIRST_TOLD, FLAG_QUERY, FLAG_TOLD, MISSING_MS

WORDS = ("account", "form", "source", "session", "network", "software", "unit")
_SERVED = {"yes": YES, "no": NO, "unknown": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Exposed:
    """Accesses, ``words`` by column and number, and ``unit`` (n,) the number of each access's unit."""

    accesses: Accesses
    words: dict[str, list[str]]
    unit: Array


def exposed_of(table: pa.Table, stakes: StakeTable, care: CareRecall) -> Exposed:
    """The accesses in ``table``, with what they show and whether their patients were in care."""
    table = table.filter(pc.equal(table["kind"], "access"))
    codes, words = {}, {}
    for name in WORDS:
        codes[name], words[name] = _codes(table[name])
    lists = table["patients"].combine_chunks()
    lists = pa.concat_arrays(lists.chunks) if isinstance(lists, pa.ChunkedArray) else lists
    patients = np.diff(np.asarray(lists.offsets)).astype(np.int64)
    people = lists.flatten().to_numpy()
    recorded = table["recorded"].cast(pa.int64()).fill_null(MISSING_MS).to_numpy()
    shown = [stakes.shown(form) for form in words["form"]]
    shows, may_show, known = (np.array([one[i] for one in shown], np.int64)[codes["form"]] for i in range(3))
    served_codes, served_words = _codes(table["served"])
    served = np.array([_SERVED.get(word, UNKNOWN) for word in served_words], np.int8)[served_codes]
    told = table["flags"].to_numpy() & FLAG_TOLD != 0
    accounts = [words["account"][code] for code in codes["account"].tolist()]
    accesses = Accesses(
        number=table["number"].to_numpy(),
        recorded_ms=recorded,
        account=codes["account"],
        served=settle_questions(
            served,
            table["number"].to_numpy(),
            FIRST_TOLD - table["offset"].to_numpy(),
            told,
            patients,
            people,
        ),
        form=codes["form"],
        shows=shows,
        may_show=may_show,
        known=known.astype(bool),
        query=table["flags"].to_numpy() & FLAG_QUERY != 0,
        count=table["count"].to_numpy(),
        source=codes["source"],
        offset=table["offset"].to_numpy(),
        session=codes["session"],
        network=codes["network"],
        software=codes["software"],
        hijack=table["hijack"].to_numpy(),
        patients=patients,
        people=people,
        in_care=care.in_care(accounts, recorded, patients, people),
    )
    return Exposed(accesses, words, codes["unit"])


def nameless_patients(opened: Opened, from_ms: int, to_ms: int) -> tuple[Array, list[str]]:
    """(patient pseudonyms, unit of each) of accesses in the period that name no account and may have been served."""
    table = opened.accesses([""], from_ms, to_ms)
    keep = pc.and_(pc.equal(table["kind"], "access"), pc.not_equal(table["served"], "no"))
    table = table.filter(keep)
    lists = table["patients"]
    codes, words = _codes(table["unit"])
    sizes = pc.list_value_length(lists).to_numpy()
    units = np.repeat(codes, sizes)
    return pc.list_flatten(lists).to_numpy(), [words[code] for code in units.tolist()]


def _codes(column: pa.ChunkedArray) -> tuple[Array, list[str]]:
    """Numbers (n,) of a column's words, and the words."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
    if not len(array):
        return np.zeros(0, np.int64), []
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    return array.indices.to_numpy(zero_copy_only=False).astype(np.int64), array.dictionary.to_pylist()
