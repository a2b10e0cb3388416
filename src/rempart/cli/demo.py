"""``rempart demo``: a small region, its thieves and the whole story."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from rempart import language
from rempart.cli.options import LANGUAGE
from rempart.lab.after_story import AfterStory, play_after
from rempart.lab.on_sale import OnSale, play_on_sale
from rempart.lab.story import Story, play
from rempart.lab.words import story_words
from rempart.language import euros, labelled, number
from rempart.language import gettext as _
from rempart.pipeline.leak_words import account_words, verdict_words


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    help="Folder of what the story leaves to open.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed is another region.")
@LANGUAGE
def demo_command(out: Path, seed: int, lang: str | None) -> None:
    """Play a small region with five thieves against Rempart, and show what each took."""
    os.umask(0o077)
    language.set_language(lang)
    errors = Console(stderr=True)
    with errors.status(_("building the region")) as status:

        def hear(resources: int, day: int) -> None:
            text = f"{_('day')} {day}: {number(resources)} {_('records judged')}"
            status.update(text)
            if not errors.is_terminal and resources % 50_000 == 0:
                sys.stderr.write(f"{text}\n")

        story = play(out, seed, hear, language.spoken())
        status.update(_("the same thieves where nobody was watching"))
        after = play_after(out, story.region, seed, lambda *_: None)
        sale = (
            play_on_sale(out, story.region, story.result.thieves, after.data) if after is not None else None
        )
    _show(story)
    if after is not None:
        _show_after(after)
    if sale is not None:
        _show_on_sale(sale)


def _show_on_sale(sale: OnSale) -> None:
    """The verdict on the sample, and whether the account it names is the one that took it."""
    console = Console()
    console.print(verdict_words(sale.finding.verdict))
    console.print(account_words(sale.finding.path, sale.finding.verdict))
    for each in sale.finding.path.accounts if sale.finding.path else ():
        truth = _("the thief's") if each.account == sale.taken_by else _("not the thief's")
        console.print(f"  {each.account}  {number(100 * each.share, 1)} %  ({truth})")
    console.print(labelled(_("open"), sale.page))


def _show(story: Story) -> None:
    console = Console()
    thieves = Table(title=_("What each thief would have taken, and took (patients)"))
    for name, width in (
        (_("thief"), 15),
        (f"{_('took')} / {_('would take')}", 11),
        (f"{_('share of patients')} / {_('share of data')}", 13),
        (_("worth lost to it"), 15),
        (_("stopped by"), 10),
    ):
        thieves.add_column(name, width=width)
    words = story_words(language.spoken())
    for row in story.thieves:
        of_patients = row.took_patients / max(row.would_patients, 1)
        saved = [would - took for would, took in zip(row.would_eur, row.took_eur, strict=True)]
        thieves.add_row(
            words.get(row.family, row.family),
            f"{number(row.took_patients)} / {number(row.would_patients)}",
            f"{number(100 * of_patients, 1)} / {number(100 * row.share_taken, 1)} %",
            euros(saved[0], saved[1]),
            words.get(row.stopped_by, row.stopped_by),
        )
    console.print(thieves)
    felt = Table(title=_("What honest staff felt after two weeks (per 1,000 working days)"))
    for name in (_("role"), _("working days"), _("challenges"), _("restrictions"), _("blocks")):
        felt.add_column(name)
    for line in story.friction:
        rates = (line.step_ups_per_1000, line.restricts_per_1000, line.blocks_per_1000)
        felt.add_row(
            words.get(line.role, line.role), number(line.active_days), *(number(rate, 1) for rate in rates)
        )
    console.print(felt)
    console.print(labelled(_("open"), story.picture_path))
    console.print(labelled(_("try"), f"rempart ledger verify --data {story.data}"))


def _show_after(after: AfterStory) -> None:
    """What was found out about the worst theft of the same log, unwatched."""
    console = Console(highlight=False)
    console.print(
        _("Had nobody been watching, the worst of these thefts ({incident}):").format(incident=after.incident)
    )
    exposed = _("patients seen for certain: {patients}; worth to the thief, one by one: {worth}")
    console.print(f"  {exposed.format(patients=number(after.patients), worth=euros(*after.worth_eur))}")
    told = [
        after.notices / f"{name}-{language.spoken().code}.html"
        for name in ("obligations", "cnil", "specimen-letter", "professionals")
    ]
    for path in (after.scope / "scope.html", after.scope / "timeline.svg", after.value / "value.svg", *told):
        console.print(labelled(_("open"), path), soft_wrap=True)
    console.print(
        labelled(_("try"), f"rempart incident show {after.incident} --data {after.data}"), soft_wrap=True
    )
    console.print(labelled(_("try"), f"rempart posture --data {after.data}"), soft_wrap=True)
