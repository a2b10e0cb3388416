"""A cell of a table we write that no spreadsheet takes for a formula.

Reads text that may come from a thief (names, ids, reasons); gives it with a ``'`` before each place where a
formula could begin: at the start of the cell, and after a separator at which a spreadsheet may split the
cell against our will (``;``, tab, line end), blanks and quotation marks passed over. Commas need none: a
cell that holds one is written between quotation marks.

Misses: a program that runs cells beginning with other signs.
"""

from __future__ import annotations

import re

_BEGIN = re.compile(r"""(?:^|(?<=[;\t\r\n]))(?=[\s"]*[=+\-@＝＋－＠|%])""")


def harmless(text: str) -> str:
    """``text`` in which no spreadsheet finds a formula, whichever separator it splits at."""
    return _BEGIN.sub("'", text)
