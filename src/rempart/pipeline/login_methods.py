"""How accounts log in, from a table of the identity provider: ``account``, and ``amr`` or ``acr``.

Reads CSV (comma or semicolon, UTF-8) with a header; ``amr`` holds one or more values of RFC 8176, apart by spaces,
commas or pluses. Gives the words by account; what they mean is the check's affair.

Misses: methods that a provider allows and a person never enrolled.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of

COLUMNS = ("amr", "acr")


def read_methods(path: Path) -> dict[str, frozenset[str]]:
    """Words by account, several rows of one account together. SourceError where it is no such table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            _("{path} cannot be read ({why})").format(path=path, why=why_of(error)),
            _("give a CSV file in UTF-8"),
        ) from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",")
    titles = {title.strip().lower(): title for title in rows.fieldnames or () if title}
    columns = [titles[name] for name in COLUMNS if name in titles]
    if "account" not in titles or not columns:
        raise SourceError(
            _("{path} has no columns account and amr (or acr)").format(path=path),
            _("name them so in the first line"),
        )
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        account = (row[titles["account"]] or "").strip().removeprefix("Practitioner/")
        words = {word for name in columns for word in re.split(r"[\s,;+]+", row[name] or "") if word}
        if account:
            found[account] = found.get(account, frozenset()) | words
    return found
