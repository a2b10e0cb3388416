"""The course of every batch: the stages decide, the ledger keeps, and back to that point after a crash.

Reads batches (from :mod:`watching` or :mod:`live`) or frames already through the door (from
:mod:`replay`); gives answers once the ledger has them. Everything that changed the state is in the
journal in order, so opening the course again recomputes what the last checkpoint does not hold and
checks that the same answers come out. Misses: nothing decided; rejects are noted by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from rempart.errors import LedgerError
from rempart.incident.case import false_alarm
from rempart.language import gettext as _
from rempart.ledger.book import Ledger
from rempart.ledger.checkpoint import Checkpoint, load_latest, save
from rempart.ledger.deeds import TIP_OFF, Deeds
from rempart.ledger.entries import DECISIONS, decode_decisions, decode_input
from rempart.ledger.query import recall_decision
from rempart.pipeline.care_columns import learnt_from, merge_learnt
from rempart.pipeline.decoys import PlantedDecoys
from rempart.pipeline.door import One
from rempart.pipeline.explain import count_rows
from rempart.pipeline.progress import Progress
from rempart.pipeline.sealing import Sealing
from rempart.pipeline.single import FRESH
from rempart.pipeline.stages import Stages
from rempart.pipeline.tip_offs import TipOff, read_tip_off, rows_of
from rempart.records import Access, Batch, Context, Frame
from rempart.settings import Settings
from rempart.watch.state import MINUTE_MS, Array

CARE_INPUT = 1
PROGRESS_INPUT = 2
RELEASE_INPUT = 3
DECOY_INPUT = 4
TIP_INPUT = 5
TOGETHER = 3
"""From so many accesses on one call for all is quicker than one each."""
CHECKPOINT_EVERY = 4_000_000
"""Decisions between two checkpoints of the whole state; closing makes one too."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to one frame: ``kept`` the frame without duplicates, ``decisions`` its answers (rows of
    DECISION), ``first_number`` the first's number, ``earlier`` (n,) for every row of the frame as
    it came: -1, or the number of the decision it repeats."""

    kept: Frame
    decisions: Array
    first_number: int
    earlier: Array


class Decided(NamedTuple):
    """The answer to one access: its number in the ledger, one row of DECISION, and whether it is the
    answer an earlier record with the same content got."""

    number: int
    decision: Any
    repeated: bool


class Release(msgspec.Struct, array_like=True):
    """Journal input: accounts whose doubt was a false alarm, and the manifest's line to look at next."""

    heeded: int
    accounts: list[str]


@dataclass
class Course:
    """One writer's way through the stages. Close it: that seals and saves a checkpoint."""

    data: Path
    ledger: Ledger
    stages: Stages
    seal_every: int
    progress: Progress = field(default_factory=Progress)
    _deeds: Deeds = field(init=False)
    _planted: PlantedDecoys = field(init=False)
    _minute: int = -1
    _since_seal: int = 0
    _since_checkpoint: int = 0
    sealing: Sealing = field(init=False)

    def __post_init__(self) -> None:
        self._deeds = Deeds(self.data)
        self.sealing = Sealing(self.ledger)
        self._planted = PlantedDecoys(self.data, self.ledger.keys)

    @classmethod
    def open(cls, data: Path, settings: Settings, *, enforce: bool, live: bool, shards: int = 1) -> Course:
        """Open the data folder as its one writer and come back to where it stood."""
        ledger = Ledger.open(data, create=True, trace=settings.source_kind == "trace" and not live)
        key = ledger.keys.pseudonym_key
        stages = Stages.fresh(key, settings, enforce=enforce, live=live, shards=shards)
        course = cls(data, ledger, stages, settings.seal_every)
        course._come_back()
        course.heed()
        course.look_for_decoys()
        return course

    def take(self, batch: Batch, source: str, next_offset: int | None) -> list[Answers]:
        """Judge a batch in offset order, context where it stands; one Answers a run of events.

        ``next_offset`` is what to read next after the whole batch, kept for a restart.
        """
        cuts = np.searchsorted(
            batch.accesses.column("offset").to_numpy(zero_copy_only=False), [c.offset for c in batch.context]
        )
        answers: list[Answers] = []
        done = 0
        context: list[Context] = []
        self.reject(len(batch.rejected))
        for at, resource in zip(
            [*cuts.tolist(), batch.accesses.num_rows], [*batch.context, None], strict=True
        ):
            if at > done:
                self.learn(context)
                context = []
                if next_offset is not None:
                    self.progress.next_offset[source] = self._next(batch, at, next_offset)
                answers.append(self.decide(self.stages.door.frame(batch.accesses.slice(done, at - done))))
                done = at
            if resource is not None:
                context.append(resource)
        self.learn(context)
        if next_offset is not None:
            self.progress.next_offset[source] = next_offset
        return answers

    @staticmethod
    def _next(batch: Batch, at: int, next_offset: int) -> int:
        if at < batch.accesses.num_rows:
            return int(batch.accesses.column("offset")[at].as_py())
        return next_offset

    def decision(self, number: int) -> Any:
        """The decision with that number: one row of DECISION, of the last ones or back from the ledger."""
        found = self.stages.recent.find(number)
        return recall_decision(self.data, number) if found is None else found

    def learn(self, context: Sequence[Context], learnt: pa.RecordBatch | None = None, told: int = 0) -> None:
        """Take care context in, and what ``told`` further units taught, and write it to the journal."""
        if not context and not told:
            return
        stages = self.stages
        self._count("context", len(context) + told)
        single = learnt_from(context, max(stages.watch.watermark_ms, 0) if stages.live else None)
        before = stages.decoys.names()
        self.ledger.append_input(
            CARE_INPUT, stages.care.add(single if learnt is None else merge_learnt(learnt, single))
        )
        stages.decoys.follow(before)

    def decide(self, frame: Frame, trace: bool | None = None) -> Answers:
        """Judge a frame that is through the door, and write it to the journal (not yet flushed).

        ``trace``: its source told afterwards what it served; None, as the ledger was opened.
        """
        first, stages = self.ledger.next_number, self.stages
        earlier = stages.duplicates.sift(stages.door.event_keys(frame, stages.live), frame.rows, first)
        kept = select(frame, earlier < 0)
        self._repeat(frame.rows.size - kept.rows.size)
        decisions = stages.judge(kept.rows, kept.patients)
        if kept.rows.size:
            fresh = stages.names.take_fresh()
            self.ledger.append_decisions(kept.rows, decisions, kept.patients, kept.events, fresh, trace)
            stages.recent.keep(first, decisions)
            self._advance(kept.rows)
        return Answers(kept, decisions, first, earlier)

    def decide_one(self, access: Access, trace: bool | None = None) -> Decided:
        """Judge one access now, as :meth:`decide` would in a frame; flush before its answer leaves."""
        return self._decide_one(self.stages.door.one(access), trace)

    def decide_each(self, accesses: Sequence[Access]) -> list[Decided]:
        """:meth:`decide_one` of each in turn, most of them in one call and one entry of the journal."""
        ones = [self.stages.door.one(access) for access in accesses]
        decided: list[Decided] = []
        while len(decided) < len(ones):
            left = ones[len(decided) :]
            decided += self._decide_together(left) if len(left) >= TOGETHER else []
            if len(decided) < len(ones):
                decided.append(self._decide_one(ones[len(decided)], None))
        return decided

    def _decide_together(self, ones: list[One]) -> list[Decided]:
        """The answers to the first of ``ones``, as far as they go the short way."""
        number = self.ledger.next_number
        rows, decisions, earlier = self.stages.judge_together(ones, number)
        fresh = np.flatnonzero(earlier == FRESH)
        numbers = earlier.copy()
        numbers[fresh] = np.arange(number, number + fresh.size)
        if fresh.size:
            self._journal_together(rows[fresh], decisions[fresh], [ones[place] for place in fresh.tolist()])
        self._repeat(rows.size - fresh.size)
        return [
            Decided(
                each,
                decisions[place] if earlier[place] == FRESH else self.decision(each),
                earlier[place] >= 0,
            )
            for place, each in enumerate(numbers.tolist())
        ]

    def _journal_together(self, rows: Array, decisions: Array, ones: list[One]) -> None:
        """Write what was decided of ``ones`` as one entry."""
        rows["first_patient"] = np.cumsum(rows["patients"]) - rows["patients"]
        patients = np.concatenate([one.hashes[3:] for one in ones])
        events = pa.array([one.event for one in ones], pa.string())
        self.ledger.append_decisions(rows, decisions, patients, events, self.stages.names.take_fresh())
        self._advance(rows)

    def _decide_one(self, one: One, trace: bool | None) -> Decided:
        """What :meth:`decide_one` does with one access that is through the door."""
        number = self.ledger.next_number
        earlier, decisions = self.stages.judge_one(one, number)
        if earlier >= 0:
            self._repeat(1)
            return Decided(earlier, self.decision(earlier), True)
        fresh = self.stages.names.take_fresh()
        self.ledger.append_one(one.rows, decisions, one.hashes[3:], one.event, fresh, trace)
        self._advance(one.rows)
        return Decided(number, decisions[0], False)

    def _repeat(self, number: int) -> None:
        """Count records that were decided before."""
        self._count("duplicates", number)
        self.progress.merged += number

    def _advance(self, rows: Array) -> None:
        """Count rows of decisions that the journal holds."""
        for what, number in zip(("decided", "control", "unattributed"), count_rows(rows), strict=True):
            self._count(what, number)
        self.progress.merged += rows.size
        self._since_seal += rows.size
        self._since_checkpoint += rows.size

    def reject(self, number: int) -> None:
        """Count units that could not be read."""
        self._count("rejected", number)

    def _count(self, what: str, number: int) -> None:
        self.progress.counts[what] = self.progress.counts.get(what, 0) + number

    def flush(self, sync: bool = False) -> None:
        """Hand what was journalled to the disk (``sync``: wait for it), then seal if it is time."""
        minute = self.stages.watch.watermark_ms // MINUTE_MS
        if minute != self._minute:
            self._minute = minute
            self.heed()
            self.look_for_decoys()
        if not self.stages.live:
            self.ledger.append_input(PROGRESS_INPUT, msgspec.msgpack.encode(self.progress))
        self.ledger.flush(sync)
        if self._since_seal >= self.seal_every:
            self.seal()

    def heed(self) -> None:
        """Take in what officers have called a false alarm, and what other regions' bundles name, since the last
        look, once it is in the journal."""
        deeds = self._deeds.fresh(self.progress.heeded)
        if deeds is None:
            return
        for tip in [read_tip_off(deed) for deed in deeds if deed.did == TIP_OFF]:
            self.ledger.append_input(TIP_INPUT, msgspec.msgpack.encode(tip))
            self._tip_off(tip)
        accounts = sorted({account for deed in deeds for account in false_alarm(deed)})
        release = Release(deeds[-1].line + 1, accounts)
        self.ledger.append_input(RELEASE_INPUT, msgspec.msgpack.encode(release))
        self._release(release)

    def _release(self, release: Release) -> None:
        names = self.stages.names
        numbers = [names.known("account", account) for account in release.accounts]
        known = np.array([number for number in numbers if number >= 0], np.int64)
        self.stages.watch.release(names.canon[known])
        self.progress.heeded = release.heeded

    def _tip_off(self, tip: TipOff) -> None:
        self.stages.watch.set_tip_offs(*rows_of(tip, self.stages.names))

    def look_for_decoys(self) -> None:
        """Know the decoys planted or retired since the last look, once it is in the journal."""
        planted = self._planted.fresh()
        if planted is not None and self.stages.decoys.are_others(planted):
            self.ledger.append_input(DECOY_INPUT, planted.tobytes())
            self.stages.decoys.know(planted)

    def seal(self) -> None:
        """Begin to seal a segment on a thread of its own, once the one before is sealed.

        Saves a checkpoint when enough was decided since the last.
        """
        self.sealing.begin()
        self._since_seal = 0
        if self._since_checkpoint >= CHECKPOINT_EVERY:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Save the whole state, so that a restart need not recompute it."""
        self.store(Checkpoint(self.ledger.last_seq, self.stages.arrays(), self._meta()))
        self._since_checkpoint = 0

    def snapshot(self) -> Checkpoint:
        """A copy of the whole state as it is now, for :meth:`store`."""
        arrays = {name: array.copy() for name, array in self.stages.arrays().items()}
        meta = self._meta()
        meta["words"] = {vocabulary: [*words] for vocabulary, words in meta["words"].items()}
        return Checkpoint(self.ledger.last_seq, arrays, meta)

    def store(self, state: Checkpoint) -> None:
        """Save a state, and let go of the journals it makes needless; any thread may."""
        save(self.data, state.seq, state.arrays, state.meta)
        self.ledger.drop_sealed_journals(state.seq)

    def _meta(self) -> dict[str, Any]:
        return self.stages.words() | {"progress": msgspec.to_builtins(self.progress)}

    def close(self) -> None:
        """Seal, save, and let the folder go to the next writer."""
        if self._since_seal:
            self.sealing.begin()
        save(self.data, self.ledger.last_seq, self.stages.arrays(), self._meta())
        self.sealing.wait()
        self.ledger.drop_sealed_journals(self.ledger.last_seq)
        self.abandon()

    def abandon(self) -> None:
        """Let the folder go without sealing; the next opening recovers from the journal."""
        self.sealing.stop()
        self.stages.watch.close()
        self.ledger.close()

    def _come_back(self) -> None:
        after = -1
        saved = load_latest(self.data)
        if saved is not None:
            after = saved.seq
            self.stages.restore(self.data, saved.arrays, saved.meta)
            self.progress = msgspec.convert(saved.meta["progress"], Progress)
        for entry in self.ledger.entries_since(after):
            if entry.kind == DECISIONS:
                self._redo(entry.seq, entry.payload)
            else:
                self._learn_again(entry.payload)
        names = self.stages.names
        names.settle({vocabulary: len(self.ledger.names.words(vocabulary)) for vocabulary in names.words})
        self._since_seal = self.ledger.unsealed

    def _learn_again(self, payload: bytes | memoryview) -> None:
        kind, content = decode_input(payload)
        if kind == CARE_INPUT:
            before = self.stages.decoys.names()
            self.stages.care.restore_input(content)
            self.stages.decoys.follow(before)
        elif kind == RELEASE_INPUT:
            self._release(msgspec.msgpack.decode(content, type=Release))
        elif kind == TIP_INPUT:
            self._tip_off(msgspec.msgpack.decode(content, type=TipOff))
        elif kind == DECOY_INPUT:
            self.stages.decoys.know(np.frombuffer(content, np.uint64))
        else:
            self.progress = msgspec.msgpack.decode(content, type=Progress)

    def _redo(self, seq: int, payload: bytes | memoryview) -> None:
        """Recompute one journal entry's answers and hold them against what was written."""
        written = decode_decisions(payload)
        self.stages.names.restore(written.names)
        rows = written.rows.copy()
        decisions = self.stages.redo(written.first_number, rows, written.patients, written.events)
        if decisions.tobytes() != written.decisions.tobytes():
            raise LedgerError(
                _("journal entry {seq}: the recomputed answers differ from the written ones").format(seq=seq),
                _("the settings, the price book or the version changed since; start a new data folder"),
            )
        self._advance(rows)


def select(frame: Frame, keep: Array) -> Frame:
    """The frame's rows where ``keep`` (n,) is true, with their patients."""
    if keep.all():
        return frame
    rows = frame.rows[keep]
    owner = np.repeat(keep, frame.rows["patients"])
    rows["first_patient"] = np.cumsum(rows["patients"]) - rows["patients"]
    return Frame(rows, frame.patients[owner], frame.events.filter(pa.array(keep)))
