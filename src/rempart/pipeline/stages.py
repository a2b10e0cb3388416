"""The stages that decide, and what they know: door, duplicates, care, watch, and the last answers.

Reads accesses through the door and care context; gives decisions. All it knows is arrays and words, so that one checkpoint
holds it and a restart goes on from there. Writes nothing: :class:`rempart.pipeline.course.Course` keeps the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.checkpoint import layout, under
from rempart.market.book import load as load_book
from rempart.market.stake import stake_table
from rempart.pipeline.care_feed import CareFeed
from rempart.pipeline.decoys import KnownDecoys
from rempart.pipeline.door import Door, Names, One
from rempart.pipeline.duplicates import Duplicates
from rempart.pipeline.meanings import Meanings
from rempart.pipeline.progress import Recent
from rempart.pipeline.remarks import remark
from rempart.pipeline.single import FRESH, LONG_WAY, decide_row, decide_rows
from rempart.pipeline.zones import transitions
from rempart.records import DECISION, EVENT, Frame
from rempart.settings import Settings
from rempart.watch.judge import Policy, Watch
from rempart.watch.state import Array


@dataclass
class Stages:
    """What one course decides with. ``live``: decisions come before the next access, in order of arrival."""

    names: Names
    door: Door
    care: CareFeed
    watch: Watch
    meanings: Meanings
    live: bool
    duplicates: Duplicates = field(default_factory=Duplicates)
    recent: Recent = field(default_factory=lambda: Recent())
    decoys: KnownDecoys = field(init=False)
    _stand: tuple[Any, ...] = ()
    _within_reach: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        self.decoys = KnownDecoys(self.watch, self.care)

    @classmethod
    def fresh(cls, key: bytes, settings: Settings, *, enforce: bool, live: bool, shards: int = 1) -> Stages:
        """Stages that know nothing yet; ``key`` makes the pseudonyms."""
        names = Names()
        door = Door(key, names)
        policy = Policy(settings.challenges_per_day, enforce)
        stakes = stake_table(
            load_book(Path(settings.price_book) if settings.price_book else None),
            Path(settings.content_classes) if settings.content_classes else None,
        )
        watch = Watch(policy, *transitions(settings.zone), shards=shards)
        meanings = Meanings(names, stakes, live, settings.trusted_sources)
        return cls(names, door, CareFeed(door), watch, meanings, live)

    def judge(self, rows: Array, patients: Array, fill: bool = True) -> Array:
        """Decisions (n,) on rows that are no duplicates; ``fill``: they still lack what care knows of them."""
        believed, prices, sizes = self.meanings.now()
        agreed = self.watch.agreed_times(rows)
        joined, canonical, grades = self.care.explain(rows, patients, agreed, believed, fill)
        decisions = self.watch.judge(Frame(joined, canonical, None), grades, prices, sizes)
        remark(decisions, rows)
        self.care.forget(self.watch.watermark_ms)
        return decisions

    def judge_one(self, one: One, number: int) -> tuple[int, Array]:
        """FRESH and the decision (1,) numbered ``number``; or the number of the one that ``one`` repeats, and nothing."""
        decisions = np.frombuffer(bytearray(DECISION.itemsize), DECISION)
        watch = self.watch.arrays(one.account)
        earlier = decide_row(one.rows, one.hashes, number, decisions, watch, *self._reach())
        if earlier == LONG_WAY:
            earlier, decisions = self._judge_long(one, number)
        if earlier == FRESH:
            self.recent.next_number = number + 1
        return earlier, decisions

    def _judge_long(self, one: One, number: int) -> tuple[int, Array]:
        """What :meth:`judge_one` does where a table must grow or a day must close first: as a frame of one row."""
        earlier = int(self.duplicates.sift(one.hashes[:1], one.rows, number)[0])
        if earlier >= 0:
            return earlier, np.empty(0, DECISION)
        decisions = self.judge(one.rows, one.hashes[3:])
        self.recent.keep(number, decisions)
        return FRESH, decisions

    def judge_together(self, ones: Sequence[One], number: int) -> tuple[Array, Array, Array]:
        """Rows (n,), decisions (n,) and, for each, FRESH or the number it repeats (n,), of the first of ``ones``, as far as
        they go the short way; numbered from ``number`` on."""
        watch = self.watch.arrays(0)
        if watch[-1] > 1:
            return np.empty(0, EVENT), np.empty(0, DECISION), np.empty(0, np.int64)
        rows = np.frombuffer(bytearray().join([one.rows.data for one in ones]), EVENT)
        decisions = np.frombuffer(bytearray(DECISION.itemsize * rows.size), DECISION)
        ends = np.cumsum([one.hashes.size for one in ones])
        earlier = np.empty(rows.size, np.int64)
        hashes = np.concatenate([one.hashes for one in ones])
        done = decide_rows(rows, hashes, ends, number, decisions, earlier, watch, *self._reach())
        self.recent.next_number = number + int((earlier[:done] == FRESH).sum())
        return rows[:done], decisions[:done], earlier[:done]

    def _reach(self) -> tuple[Any, ...]:
        """What :func:`decide_row` reads and changes beside the watch, gathered when some of it was replaced."""
        care, seen = self.care, self.duplicates
        stand = self.names.count, care.changes, care.index, care.aliases, seen.changes, self.recent
        if stand != self._stand:
            believed, prices, sizes = self.meanings.now()
            self._within_reach = (
                self.door.nameless,
                self.live,
                self.recent.rows,
                seen.arrays,
                care.arrays(believed),
                prices,
                sizes,
            )
            self._stand = stand
        return self._within_reach

    def redo(self, number: int, rows: Array, patients: Array, events: Any) -> Array:
        """Decisions (n,) on rows of the journal, numbered from ``number`` on, as they were judged the first time."""
        self.duplicates.sift(self.door.event_keys(Frame(rows, patients, events), self.live), rows, number)
        decisions = self.judge(rows, patients, fill=False)
        self.recent.keep(number, decisions)
        return decisions

    def arrays(self) -> dict[str, Array]:
        """Everything known that is no word; not copied."""
        arrays: dict[str, Array] = dict(self.watch.state())
        arrays.update({f"care.{name}": array for name, array in self.care.index.state().items()})
        arrays.update({f"alias.{name}": array for name, array in self.care.aliases.state().items()})
        arrays.update({f"dup.{name}": array for name, array in self.duplicates.state().items()})
        arrays["canon"] = self.names.canon
        arrays["recent"] = self.recent.rows
        return arrays

    def words(self) -> dict[str, Any]:
        """What else there is to know, as plain values; not copied."""
        return {"words": self.names.words, "recent": self.recent.next_number}

    def restore(self, data: Path, arrays: dict[str, Array], words: dict[str, Any]) -> None:
        """Continue from :meth:`arrays` and :meth:`words`. LedgerError, naming ``data``, where another version kept them."""
        if layout(self.arrays()) != layout(arrays):
            raise LedgerError(
                _("{data} was written by another version of Rempart").format(data=data),
                _("start a new data folder; this one can still be verified"),
            )
        for vocabulary, known in words["words"].items():
            self.names.restore([(vocabulary, number, word) for number, word in enumerate(known)])
        self.names.canon = np.array(arrays["canon"])
        self.recent = Recent(np.array(arrays["recent"]), words["recent"])
        self.watch.restore(arrays)
        self.care.index = self.care.index.restore(under("care.", arrays))
        self.care.aliases = self.care.aliases.restore(under("alias.", arrays))
        self.duplicates.restore(under("dup.", arrays))
