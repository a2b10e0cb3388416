"""A detector that can be set back: judges a tape's frames, marks where it stands, and takes a frame back.

Holds the stages a site runs (door, care, watch, price book) without writing a ledger, in ``enforce``
mode. Between two marks it keeps the frames it was given, so that the last one can be undone by
going back to the mark and judging the others again. A :class:`Moment` is a place from which play can
go on more than once: each thief gets its own continuation of the same honest past.
Misses: duplicates, which a tape has none of.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import numpy as np
import pyarrow as pa

from rempart.care.index import CareIndex
from rempart.lab.haul import Profiles
from rempart.lab.tape import SOURCE, Tape
from rempart.pipeline.stages import Stages
from rempart.pipeline.wording import ACTION_NAMES
from rempart.records import Access, Frame
from rempart.settings import Settings
from rempart.sources.fhir import read_message
from rempart.watch.state import DAY_MS, Array
from rempart.watch.tails import Tails

_EVENTS_BETWEEN_MARKS = 4_000
_FRAMES_BETWEEN_MARKS = 400


@dataclass(frozen=True, slots=True)
class Moment:
    """All a detector knows at one time."""

    watch: dict[str, Array]
    care: CareIndex


class Detector(Protocol):
    """Whoever a taped loop asks: a :class:`Rehearsal`, or another detector in its place."""

    @property
    def events(self) -> int:
        """Events judged so far."""

    def moment(self) -> Any:
        """Where it stands, for :meth:`back_to`."""

    def back_to(self, moment: Any) -> None:
        """Stand there again."""

    def judge_frame(self, frame: Frame) -> Array:
        """Answers (n,) of DECISION; what follows the first doubted act need not be judged."""

    def take_back(self) -> None:
        """The frame judged last is going to be judged again up to its first doubted act."""

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The decision on one AuditEvent."""

    def price(self, profiles: Profiles) -> tuple[float, float]:
        """Euros, low and high, of so many patients with each set of FHIR types."""


class Rehearsal:
    """One detector over one tape. Not to be used from two threads."""

    def __init__(
        self,
        tape: Tape,
        settings: Settings | None = None,
        *,
        enforce: bool = True,
        tails: Tails | None = None,
    ) -> None:
        """``tails``: what the watch knows of honest days at first, else nothing."""
        stages = Stages.fresh(tape.key, settings or Settings(), enforce=enforce, live=True)
        stages.names.restore(list(tape.names))
        for payload in tape.care:
            stages.care.restore_input(payload)
        if tails is not None:
            stages.watch.tails = tails
        self._stages = stages
        self._encoder = msgspec.json.Encoder()
        self._offset = 0
        self._log: list[Frame] = []
        self._logged = 0
        self._day = -1
        self._events = 0
        self._mark = self.moment()

    @property
    def events(self) -> int:
        """Events judged so far, those judged again counting again."""
        return self._events

    def moment(self) -> Moment:
        """Where the detector stands now."""
        watch = {name: array.copy() for name, array in self._stages.watch.state().items()}
        return Moment(watch, copy.copy(self._stages.care.index))

    def back_to(self, moment: Moment) -> None:
        """Stand again where ``moment`` was taken."""
        self._stages.watch.restore(moment.watch)
        self._stages.care.index = copy.copy(moment.care)
        self._set_mark(moment)

    def judge_frame(self, frame: Frame) -> Array:
        """Answers (n,) of DECISION to consecutive events; :meth:`take_back` undoes the last frame."""
        stages = self._stages
        if (
            self._logged > _EVENTS_BETWEEN_MARKS
            or len(self._log) > _FRAMES_BETWEEN_MARKS
            or stages.watch.watermark_ms // DAY_MS != self._day
        ):
            self._set_mark(self.moment())
        self._log.append(frame)
        self._logged += frame.rows.size
        self._events += frame.rows.size
        return stages.judge(frame.rows, frame.patients)

    def take_back(self) -> None:
        """Undo the last frame."""
        frames = self._log[:-1]
        self.back_to(self._mark)
        for frame in frames:
            self._stages.judge(frame.rows, frame.patients)
        self._log = frames
        self._logged = sum(frame.rows.size for frame in frames)

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The decision on one AuditEvent, as far as a closed loop reads it; None for anything else."""
        frame = self.frame_of(resource)
        if frame is None:
            return None
        decision = self.judge_frame(frame)[0]
        return {
            "action": ACTION_NAMES[int(decision["action"])],
            "applies_to": "account" if decision["whole_account"] else "session",
        }

    def frame_of(self, resource: dict[str, Any]) -> Frame | None:
        """One AuditEvent through the reader and the door; None for care data, which are on the tape."""
        line = self._encoder.encode(resource)
        unit = read_message(line, SOURCE, self._offset)
        self._offset += len(line) + 1
        if not isinstance(unit, Access):
            return None
        one = self._stages.door.one(unit)
        return Frame(one.rows, one.hashes[3:], pa.array([one.event], pa.string()))

    def statistics_of(self, numbers: Array) -> tuple[Array, Array]:
        """Statistics (n, N_STATS) and roles (n,) as they stand, for the account numbers (n,) of a frame."""
        accounts, rows = self._stages.watch.accounts, self._stages.names.canon[numbers]
        return accounts["now"][rows], accounts["role"][rows]

    def price(self, profiles: Profiles) -> tuple[float, float]:
        """Euros, low and high, of so many patients with each set of FHIR types."""
        stakes = self._stages.meanings.stakes
        total = np.zeros(2)
        for forms, patients in profiles.items():
            prices = [stakes.stake_of_form(form) for form in forms] or [(0.0, 0.0)]
            total += patients * np.array(prices).max(axis=0)
        return float(total[0]), float(total[1])

    def _set_mark(self, moment: Moment) -> None:
        self._mark = moment
        self._log = []
        self._logged = 0
        self._day = self._stages.watch.watermark_ms // DAY_MS
