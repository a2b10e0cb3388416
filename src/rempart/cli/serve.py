"""``rempart serve``: judge every request before it is served."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from rempart import language, settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS
from rempart.console.plan import Plan
from rempart.console.service import listening_at, serve_alone, tell_stderr
from rempart.console.supervisor import supervise


@click.command("serve")
@click.option(
    "--mode",
    type=click.Choice(["observe", "enforce"]),
    default="observe",
    show_default=True,
    help="observe: every verified holder is served, decisions are only written down. enforce: they are acted on.",
)
@click.option("--listen", help="host:port or unix:PATH, or several apart by spaces, instead of serve.listen.")
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=1,
    show_default=True,
    help="Processes that answer; more than one work beside one judge.",
)
@DATA
@SETTINGS
@LANGUAGE
def serve_command(
    mode: str,
    listen: str | None,
    workers: int,
    data: Path | None,
    settings_path: Path | None,
    lang: str | None,
) -> None:
    """Answer the questions of nginx auth_request, Traefik or Caddy forward-auth and Envoy ext_authz."""
    os.umask(0o077)
    language.set_language(lang)
    chosen = settings.load(settings_path)
    if listen is not None:
        chosen = replace(chosen, serve=replace(chosen.serve, listen=listen))
    plan = Plan.make(settings.data_folder(data), chosen, mode == "enforce", tell_stderr)
    with listening_at(chosen.serve.listen) as listening:
        if workers == 1:
            serve_alone(plan, listening)
        else:
            sys.exit(supervise(plan, listening, workers))
