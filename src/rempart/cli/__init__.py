"""The command line: one file a command; parse, call, print. Only here errors become exit codes."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from rempart import __version__
from rempart.errors import RempartError
from rempart.language import clauses

COMMANDS = (
    "demo",
    "map",
    "watch",
    "replay",
    "ledger",
    "population",
    "leak",
    "canary",
    "notice",
    "reidentify",
    "escrow",
    "share",
    "serve",
    "desk",
    "incident",
    "scope",
    "value",
    "posture",
)
"""Each has a module of its name here with a function ``NAME_command``."""


class Commands(click.Group):
    """The commands, each imported when it is named, so that none waits for what only others need."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"rempart.cli.{cmd_name}"), f"{cmd_name}_command")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def rempart() -> None:
    """Judge every access to patient data; keep the ledger of what was exposed to whom."""


def main() -> None:
    """Run the command; an error of ours is one line and its own exit code."""
    try:
        rempart.main(standalone_mode=True)
    except RempartError as error:
        sys.stderr.write(f"rempart: {_said(error)}\n")
        sys.exit(error.exit_code)


def _said(error: RempartError) -> str:
    """What happened and what to do about it, on one line of the spoken language."""
    return clauses([error.what, error.advice] if error.advice else [error.what])
