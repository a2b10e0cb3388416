"""The command line: one file a command; parse, call, print. Only here errors become exit codes."""

from __future__ import annotations

import sys

import click

from rempart import __version__
from rempart.cli.demo import demo_command
from rempart.cli.desk import desk_command
from rempart.cli.escrow import escrow_command
from rempart.cli.incident import incident_command
from rempart.cli.ledger import ledger_command
from rempart.cli.map import map_command
from rempart.cli.notice import notice_command
from rempart.cli.reidentify import reidentify_command
from rempart.cli.replay import replay_command
from rempart.cli.scope import scope_command
from rempart.cli.serve import serve_command
from rempart.cli.share import share_command
from rempart.cli.value import value_command
from rempart.cli.watch import watch_command
from rempart.errors import RempartError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def rempart() -> None:
    """Judge every access to patient data; keep the ledger of what was exposed to whom."""


for command in (
    demo_command,
    map_command,
    watch_command,
    replay_command,
    ledger_command,
    notice_command,
    reidentify_command,
    escrow_command,
    share_command,
    serve_command,
    desk_command,
    incident_command,
    scope_command,
    value_command,
):
    rempart.add_command(command)


def main() -> None:
    """Run the command; an error of ours is one line and its own exit code."""
    try:
        rempart.main(standalone_mode=True)
    except RempartError as error:
        sys.stderr.write(f"rempart: {error}\n")
        sys.exit(error.exit_code)
