"""``rempart map``: propose how a table's columns are read, and show it with samples."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rempart import language
from rempart.cli.options import LANGUAGE
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import labelled, number, printable, printable_sentence, why_of
from rempart.pipeline.reading import propose_mapping
from rempart.sources.mapping_guess import Finding
from rempart.sources.mapping_toml import write_toml

PERSONAL = frozenset({"patient", "name", "alias"})
"""Fields whose samples are masked: whoever looks over the shoulder learns no identifier."""


@click.command("map")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to write the mapping; else it is printed."
)
@LANGUAGE
def map_command(file: Path, out: Path | None, lang: str | None) -> None:
    """Propose a mapping for the table FILE from its content, with the reason for every column."""
    language.set_language(lang)
    proposal = propose_mapping(str(file))
    console = Console(stderr=True)
    table = Table(title=f"{_('Proposed mapping, from rows:')} {number(proposal.rows)}")
    for title in (_("field"), _("column"), _("how sure"), _("why"), _("samples")):
        table.add_column(title)
    for finding in proposal.findings:
        cells = (finding.field, ", ".join(finding.columns), f"{100 * finding.confidence:.0f} %", finding.why)
        table.add_row(*(escape(printable(cell)) for cell in (*cells, ", ".join(_shown(finding)))))
    console.print(table)
    for column, why in proposal.not_kept:
        console.print(escape(printable_sentence(labelled(_("not kept"), f"{column} ({why})"))))
    for field, word in proposal.unknown_words:
        console.print(escape(printable_sentence(labelled(_("to decide"), f"{field} = {word}"))))
    for note in proposal.notes:
        console.print(escape(printable(note)))
    text = write_toml(proposal)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(
            _("cannot write {path}: {why}").format(path=out, why=why_of(error)),
            _("name a folder you may write to"),
        ) from error
    console.print(escape(labelled(_("next"), f"rempart replay {file} --mapping {out} --out OUT")))


def _shown(finding: Finding) -> list[str]:
    """Samples as they may be shown; a patient's identifier keeps its first two characters."""
    if finding.field in PERSONAL:
        return [f"{sample[:2]}•••" for sample in finding.samples]
    return list(finding.samples)
