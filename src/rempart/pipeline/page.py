"""How every page of this package is drawn from its template: escaped, strict, in one language.

Gives a jinja2 environment whose templates escape all they are given. Misses: the filters that one page alone needs.
"""

from __future__ import annotations

from datetime import date

import jinja2

from rempart.language import Language, printable, printable_sentence


def page_environment(language: Language) -> jinja2.Environment:
    """Templates of :mod:`rempart.pipeline`; filters ``number``, ``spaced`` (our own words), ``shown`` (from outside), ``said`` (our own
    sentence) ``day`` (of an ISO date) and ``euros`` (an interval)."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rempart.pipeline"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: language.spaced(language.gettext(text)),
        lambda one, many, count: language.spaced(language.ngettext(one, many, count)),
        newstyle=True,
    )
    environment.filters.update(
        number=language.number,
        spaced=language.spaced,
        shown=lambda text: printable(str(text)),
        said=printable_sentence,
        day=lambda iso: language.day(date.fromisoformat(iso)),
        euros=lambda interval: language.euros(*map(float, interval)),
    )
    return environment
