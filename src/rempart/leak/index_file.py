"""A population on disk: compressed and encrypted, whole or absent, for its owner alone.

Layout: a line that names the format, eight random bytes, then frames; each frame is its length (8 bytes,
little-endian) and AES-256-GCM (NIST SP 800-38D) over Zstandard; its nonce is the random bytes and the frame's
number, so that no frame can be moved or left out. The first frame describes the arrays, the others
are their bytes in order, at most :data:`FRAME` each. The key is derived from the data folder's cipher key.

Nothing is written in clear, not even for a moment. Misses: hiding how many people there are (the size tells).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.leak.population import Days, Population
from rempart.leak.side import ATTRIBUTES, Array, Side, Values, Words

MAGIC = b"rempart population 1\n"
FRAME = 16 << 20
THREADS = 2
_DAYS = ("earliest", "since", "last", "gone")


def is_index(path: Path) -> bool:
    """Whether the file begins as one of ours."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hashlib.blake2b(b"population", digest_size=32, key=key, person=b"rempart").digest())


def write_index(path: Path, population: Population, key: bytes) -> None:
    """Put the population in place of whatever stands at ``path``, mode 0600. SourceError if it cannot be written."""
    arrays = dict(_arrays(population))
    cipher, salt = _cipher(key), os.urandom(8)
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(MAGIC + salt)
            for number, content in enumerate(_contents(arrays, population.as_of)):
                packed = zstandard.ZstdCompressor(level=1).compress(content)
                sealed = cipher.encrypt(salt + number.to_bytes(4, "little"), packed, MAGIC)
                file.write(len(sealed).to_bytes(8, "little") + sealed)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SourceError(
            _("cannot write {path}: {why}").format(path=path, why=why_of(error)),
            _("check the disk and the rights"),
        ) from error


def _contents(arrays: dict[str, Array], as_of: tuple[int, ...]) -> Iterator[bytes]:
    described = [(name, array.dtype.str, list(array.shape)) for name, array in arrays.items()]
    yield json.dumps({"as_of": list(as_of), "arrays": described}).encode()
    for array in arrays.values():
        content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        for begin in range(0, len(content), FRAME):
            yield content[begin : begin + FRAME].tobytes()


def _arrays(population: Population) -> Iterator[tuple[str, Array]]:
    side = population.side
    for name in ("pseudonym", "other_names", "named"):
        yield name, getattr(population, name)
    for name in ("given", "family", "birth", "sex"):
        yield name, getattr(side, name)
    for name in ("givens", "families"):
        for part, array in getattr(side, name)._asdict().items():
            yield f"{name}.{part}", array
    for name in ATTRIBUTES:
        for part, array in getattr(side, name)._asdict().items():
            yield f"{name}.{part}", array
        for part in _DAYS:
            yield f"{name}.{part}", getattr(population.days[name], part)


def read_index(path: Path, key: bytes) -> Population:
    """The population at ``path``. SourceError where it is damaged or the key is another one's."""
    cipher = _cipher(key)
    try:
        sealed = path.read_bytes()
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)),
            _("check the name and the rights"),
        ) from error
    salt = sealed[len(MAGIC) : len(MAGIC) + 8]
    frames = list(_frames(memoryview(sealed), path))

    def open_frame(number: int) -> bytes:
        nonce = salt + number.to_bytes(4, "little")
        return zstandard.ZstdDecompressor().decompress(cipher.decrypt(nonce, frames[number], MAGIC))

    try:
        described = json.loads(open_frame(0))
        arrays = {name: np.empty(shape, dtype) for name, dtype, shape in described["arrays"]}
        targets = list(_targets(arrays))
        if len(targets) != len(frames) - 1:
            raise ValueError

        def fill(number: int) -> None:
            targets[number][:] = np.frombuffer(open_frame(number + 1), np.uint8)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(fill, range(len(targets))))
    except (InvalidTag, zstandard.ZstdError, ValueError, KeyError, IndexError) as error:
        raise SourceError(
            _("{path} cannot be decrypted").format(path=path),
            _("name the --data folder it was built with, or build it anew"),
        ) from error
    return _population(arrays, tuple(described["as_of"]))


def _frames(sealed: memoryview, path: Path) -> Iterator[memoryview]:
    place = len(MAGIC) + 8
    while place < len(sealed):
        size = int.from_bytes(sealed[place : place + 8], "little")
        if size > len(sealed) - place - 8:
            raise SourceError(_("{path} is cut off").format(path=path), _("restore it, or build it anew"))
        yield sealed[place + 8 : place + 8 + size]
        place += 8 + size


def _targets(arrays: dict[str, Array]) -> Iterator[Array]:
    for array in arrays.values():
        content = array.reshape(-1).view(np.uint8)
        for begin in range(0, len(content), FRAME):
            yield content[begin : begin + FRAME]


def _population(arrays: dict[str, Array], as_of: tuple[int, ...]) -> Population:
    def several(kind: Any, name: str) -> Any:
        return kind(*(arrays[f"{name}.{part}"] for part in kind._fields))

    side = Side(
        arrays["given"], arrays["family"], arrays["birth"], arrays["sex"],
        several(Words, "givens"), several(Words, "families"), *(several(Values, name) for name in ATTRIBUTES),
    )  # fmt: skip
    days = {name: Days(*(arrays[f"{name}.{part}"] for part in _DAYS)) for name in ATTRIBUTES}
    return Population(side, arrays["pseudonym"], arrays["other_names"], arrays["named"], days, as_of)
