"""What the documentation says is so: commands parse, settings exist, links lead somewhere, pages are current."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from reference_pages import commands, pages

from rempart import settings
from rempart.cli import rempart

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = dict(commands())


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """(page, text) of every fenced block in a language."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(rf"^( *)```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
            lines = (line.removeprefix(found[1]) for line in found[2].splitlines())
            yield str(page.relative_to(ROOT)), "\n".join(lines)


def shown_commands() -> list[tuple[str, list[str]]]:
    """(page, words after the program's name) of every command line shown."""
    shown = []
    for page, text in blocks("sh"):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0].rsplit("/")[-1] == "rempart":
                shown.append((page, words[1:]))
    return shown


def shown_targets() -> list[tuple[str, str]]:
    return [
        (page, target)
        for page, text in blocks("sh")
        for target in re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
    ]


@pytest.mark.parametrize(("page", "words"), shown_commands())
def test_every_command_shown_parses(page: str, words: list[str]) -> None:
    command: click.Command = rempart
    name = "rempart"
    while isinstance(command, click.Group):
        assert words, f"{page}: {name} needs a command"
        named = command.get_command(click.Context(command), words[0])
        assert named is not None, f"{page}: {name} {words[0]} does not exist"
        name, command, words = f"{name} {words[0]}", named, words[1:]
    command.make_context(name, list(words))


def test_the_front_page_shows_commands() -> None:
    assert {page for page, _ in shown_commands()} >= {
        "README.md",
        "README.fr.md",
        "docs/tutorial/first-hour.md",
    }


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert "Usage" in command.get_help(click.Context(command, info_name=name))
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, option.name  # type: ignore[attr-defined]


@pytest.mark.parametrize(("page", "target"), shown_targets())
def test_every_make_target_shown_exists(page: str, target: str) -> None:
    dry = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, f"{page}: {dry.stderr}"


def test_pages_made_from_the_source_are_current() -> None:
    stale = [path.name for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run `make reference`"


def test_settings_shown_are_settings(tmp_path: Path) -> None:
    known = {key for key, _, _ in settings.describe()}
    shown = [text for page, text in blocks("toml") if "prices" not in page and "mapping" not in page]
    ours = [
        text for text in shown if {f"{s}.{k}" for s, t in tomllib.loads(text).items() for k in t} <= known
    ]
    assert len(ours) >= 1
    for number, text in enumerate(ours):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        settings.load(path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"https?:|mailto:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), target


def test_every_page_is_on_the_map() -> None:
    linked = set(re.findall(r"\]\(([^)\s#]+)\)", (ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    folders = ("tutorial", "howto", "reference", "explanation")
    written = {str(page.relative_to(ROOT / "docs")) for page in PAGES if page.parent.name in folders}
    assert written <= linked


@pytest.mark.parametrize(("page", "text"), list(blocks("python")))
def test_python_shown_compiles(page: str, text: str) -> None:
    ast.parse(text, page)
