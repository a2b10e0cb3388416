"""The house keeps its own rules: imports, style, types, pinned dependencies, no leftovers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def tracked() -> list[Path]:
    """Every file under version control, and every new one that is not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    """Every tracked file that is UTF-8 text, with what it says."""
    found = []
    for path in tracked():
        if path.suffix not in {".mo", ".parquet", ".gz", ".zst", ".png"}:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")))
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_data_walks_one_way() -> None:
    checked = run(BIN / "lint-imports", "--no-cache")
    assert checked.returncode == 0, checked.stdout


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = re.compile(r"(?<![\w.<])/(?:home/\w|Users/\w|root/|opt/\w+/|workspace/)|file:" + r"//")
    assert not [f"{path}: {hit[0]}" for path, text in texts() if (hit := places.search(text))]


def test_no_file_is_left_half_done() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|^<{7} |^>{7} ", re.MULTILINE)
    assert not [f"{path}: {hit[0]}" for path, text in texts() if (hit := marks.search(text))]


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-(?:i|f)\b|^\s*--(?!hash=sha256:)", text, re.MULTILINE)
    entries = [part for part in re.split(r"\n(?=[a-z0-9])", text) if not part.startswith("#")]
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9_.-]+==\S+", entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


def test_every_declared_dependency_is_pinned() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = re.search(r"^dependencies = \[(.*?)\]", declared, re.MULTILINE | re.DOTALL)
    assert section
    pinned = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    for name in re.findall(r'"([A-Za-z0-9_-]+)', section[1]):
        assert re.search(rf"^{name.lower()}==", pinned, re.MULTILINE), f"{name}: run `make lock`"


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
    assert not [path for path in (ROOT / "src").rglob("*.py") if path.stem in vague]


def test_every_module_says_what_it_is() -> None:
    for path in (ROOT / "src" / "rempart").rglob("*.py"):
        text = path.read_text(encoding="utf-8").lstrip()
        assert not text or text.startswith(('"""', 'r"""')), path


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
