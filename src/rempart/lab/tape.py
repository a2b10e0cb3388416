"""A region's honest work on tape: read once by the product's own reader and door, replayed many times.

Reads a region; gives every honest act in time order beside its rows as the door leaves them, and the care
data as the care feed keeps them. A detector that is changed, or started anew for another thief,
is then played the same work without anybody drawing, spelling or reading it again.
Misses: what answers change in honest work, which the rehearsal adds while it plays.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
import numpy as np
import pyarrow as pa

from rempart.lab.act import READ, SEARCH, Act
from rempart.lab.audit_event import Scribe
from rempart.lab.care_resource import care_resources
from rempart.lab.chance import chance
from rempart.lab.honest import honest_acts
from rempart.lab.region import Region
from rempart.ledger.names import Name
from rempart.pipeline.buckets import stretch
from rempart.pipeline.care_columns import learnt_from
from rempart.pipeline.care_feed import CareFeed
from rempart.pipeline.door import Door, Names
from rempart.records import Context, Frame
from rempart.sources.fhir_columns import read_block
from rempart.sources.lines import block_of
from rempart.watch.state import Array

SOURCE = "lab"
_ACTS_A_BLOCK = 20_000
_LINKS_A_PAYLOAD = 20_000
_GAMES = frozenset(
    ("compile", "duel", "emit", "haul", "held_out", "play", "raid", "rehearsal", "scoreboard", "stand", "story", "tally",
     "taped_loop")
)  # fmt: skip
"""Modules of the lab that say nothing of honest work."""
NO_EVENTS = pa.array([], pa.string())
"""Frames off the tape carry no event ids: nobody writes them down."""


@dataclass(frozen=True, slots=True)
class Tape:
    """Honest work of a whole period.

    ``acts`` in time order; the rows of act i are ``rows[first_row[i]:first_row[i + 1]]``, whose patients
    lie in ``patients``. ``at_ms``, ``account``, ``session`` and ``access`` (n,) say the acts once more as
    columns. ``names`` and ``care`` are what the door and the care feed learned.
    """

    region: Region
    key: bytes
    acts: tuple[Act, ...]
    rows: Array
    patients: Array
    first_row: Array
    at_ms: Array
    account: Array
    session: Array
    access: Array
    names: tuple[Name, ...]
    care: tuple[bytes, ...]

    def frame(self, first: int, last: int) -> Frame:
        """The acts from ``first`` to before ``last`` as a fresh frame."""
        low, high = int(self.first_row[first]), int(self.first_row[last])
        return stretch(Frame(self.rows[low:high].copy(), self.patients, NO_EVENTS), 0, high - low)


def record(region: Region, key: bytes = bytes(16)) -> Tape:
    """Play the region's honest work once into a tape; ``key`` is the site's secret of 16 bytes."""
    names = Names()
    door = Door(key, names)
    care = tuple(_told(region, CareFeed(door)))
    acts = tuple(honest_acts(region))
    rows, patients, counts = _read(region, acts, door)
    sessions: dict[object, int] = {}
    return Tape(
        region, key, acts, rows, patients,
        np.concatenate([[0], np.cumsum(counts)]),
        np.array([act.at_ms for act in acts], np.int64),
        np.array([act.session.account for act in acts], np.int32),
        np.array([sessions.setdefault(act.session, len(sessions)) for act in acts], np.int32),
        np.array([act.what in (READ, SEARCH) for act in acts], np.bool_),
        tuple((word, number, name) for word, each in names.words.items() for number, name in enumerate(each)),
        care,
    )  # fmt: skip


def _told(region: Region, feed: CareFeed) -> Iterator[bytes]:
    """The care data as the feed's journal entries; a link is known from its ``meta.lastUpdated`` on."""
    told = (Context(SOURCE, 0, resource) for _, resource in care_resources(region))
    while part := list(islice(told, _LINKS_A_PAYLOAD)):
        yield feed.add(learnt_from(part, None))


def _read(region: Region, acts: Iterable[Act], door: Door) -> tuple[Array, Array, list[int]]:
    """(rows, patients, rows of each act) as the door leaves them."""
    scribe = Scribe(region, chance(region.spec.seed, "tape"))
    encoder = msgspec.json.Encoder()
    frames: list[Frame] = []
    counts: list[int] = []
    flow = iter(acts)
    offset = 0
    while part := list(islice(flow, _ACTS_A_BLOCK)):
        lines: list[bytes] = []
        for act in part:
            before = len(lines)
            lines += [encoder.encode(resource) for resource, _ in scribe.write(act)]
            counts.append(len(lines) - before)
        block = block_of(offset, b"\n".join(lines) + b"\n")
        offset += block.size
        frames += [door.frame(batch.accesses) for batch in read_block(block, SOURCE)]
    rows = np.concatenate([frame.rows for frame in frames])
    starts = np.cumsum([0, *(frame.patients.size for frame in frames)])[:-1]
    rows["first_patient"] += np.repeat(starts, [frame.rows.size for frame in frames])
    if rows.size != sum(counts):
        raise AssertionError("the reader left out honest events")
    return rows, np.concatenate([frame.patients for frame in frames]), counts


def taped(folder: Path, name: str, build: Callable[[], Region]) -> Tape:
    """The tape called ``name`` in ``folder``, recorded anew where the simulator or the reading changed since.

    The file is Python's own pickle, for this machine's measurements only: never read one from elsewhere.
    """
    path = folder / f"{name.replace(' ', '-')}-{_sources()}.tape"
    if path.exists():
        with path.open("rb") as file:
            return pickle.load(file)  # type: ignore[no-any-return]  # noqa: S301 - written by this function
    tape = record(build())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob(f"{name.replace(' ', '-')}-*.tape"):
        old.unlink(missing_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".partial", delete=False) as fresh:
        pickle.dump(tape, fresh, pickle.HIGHEST_PROTOCOL)
    Path(fresh.name).replace(path)
    return tape


def _sources() -> str:
    """A hash of every module a tape depends on: the simulator without its thieves and games, reading, door and care."""
    here = Path(__file__).parent
    root = here.parent
    modules = [
        path for path in here.rglob("*.py") if path.parent.name != "thieves" and path.stem not in _GAMES
    ]
    for part in (
        "sources",
        "care",
        "ledger/pseudonym.py",
        "pipeline/door.py",
        "pipeline/care_feed.py",
        "records.py",
    ):
        modules += [root / part] if part.endswith(".py") else list((root / part).rglob("*.py"))
    whole = blake2b(digest_size=6)
    for path in sorted(modules):
        whole.update(path.read_bytes())
    return whole.hexdigest()
