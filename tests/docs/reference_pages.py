"""Writes the parts of docs/reference that the source already says (`make reference`).

Reads the commands as click knows them, ``settings.describe()`` and the reasons of the watch; writes
``commands.md`` and ``settings.md`` whole, and the table at the end of ``decisions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from rempart import settings
from rempart.cli import rempart
from rempart.watch.reasons import REASONS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
MARK = "<!-- reasons -->"

COMMANDS_HEAD = """# Commands

Made from the commands themselves by `make reference`. Every command has `--help`.

`--data DIR` is the folder of everything Rempart keeps: keys, ledger, state, rejects. Without it, `$REMPART_DATA`, else the
user's own data folder. A source is a file, a folder (read with all it holds) or `-` for standard input, recognised by
its content.

Bad input is one clear line on standard error and an exit code:

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | the ledger is not as it was sealed, or another failure from outside |
| 2 | the command line, a settings, mapping or price file, or a question is wrong |
| 3 | a source cannot be opened, recognised or read, or more than half of it could not be |
| 4 | the ledger or a key cannot be opened, written or trusted |
"""

SETTINGS_HEAD = """# Settings

Made from `src/rempart/settings.py` by `make reference`. One TOML file, given with `--settings FILE`. Every key is optional. An
unknown key or a value out of range stops the run with one line that names it.

| key | default | meaning |
| --- | --- | --- |
"""

SETTINGS_TAIL = """
A file that changes two of them:

```toml
[site]
zone = "Europe/Paris"

[friction]
challenges_per_year = 2.0
```
"""


def commands(group: click.Group = rempart, prefix: str = "rempart") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, under its full name."""
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def commands_page() -> str:
    """The text of commands.md."""
    return COMMANDS_HEAD + "".join(_section(name, command) for name, command in commands())


def _section(name: str, command: click.Command) -> str:
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    usage = " ".join([name, *(each.make_metavar(click.Context(command)) for each in arguments), "[OPTIONS]"])
    about = " ".join((command.help or "").split())
    rows = "".join(_row(each) for each in command.params if isinstance(each, click.Option))
    table = f"\n| option | meaning |\n| --- | --- |\n{rows}" if rows else ""
    return f"\n## `{name}`\n\n`{usage}`\n\n{about}\n{table}"


def _row(option: click.Option) -> str:
    kind = option.type
    value = "" if option.is_flag else option.metavar or (
        "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name.upper()
    )  # fmt: skip
    flags = ", ".join(option.opts) + (f" {value}" if value else "")
    default = f" Default: `{option.default}`." if option.show_default and option.default is not None else ""
    needed = " Needed." if option.required else ""
    flags = flags.replace("|", "\\|")
    return f"| `{flags}` | {(option.help or '').strip()}{default}{needed} |\n"


def settings_page() -> str:
    """The text of settings.md."""
    rows = [f"| `{key}` | {_toml(default)} | {meaning} |\n" for key, default, meaning in settings.describe()]
    return SETTINGS_HEAD + "".join(rows) + SETTINGS_TAIL


def _toml(default: object) -> str:
    if default in ("", ()):
        return "none"
    if isinstance(default, tuple):
        return "`[" + ", ".join(f'"{each}"' for each in default) + "]`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default:,}`".replace(",", "_")


def decisions_page(kept: str) -> str:
    """decisions.md with the table of reasons after its mark."""
    rows = []
    for reason in REASONS:
        text = reason.text + (f"; {reason.usual}" if reason.usual else "")
        rows.append(f"| `{reason.code}` | {text.replace('{seen}', '*n*').replace('{usual}', '*m*')} |\n")
    head = kept.split(MARK)[0]
    return f"{head}{MARK}\n\n| code | text |\n| --- | --- |\n{''.join(rows)}"


def pages() -> dict[Path, str]:
    """Each made page and what it should say."""
    decisions = REFERENCE / "decisions.md"
    return {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "settings.md": settings_page(),
        decisions: decisions_page(decisions.read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
