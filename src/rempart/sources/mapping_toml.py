"""A proposed mapping written as a commented TOML file.

Reads a :class:`~rempart.sources.mapping_guess.Proposal`; gives TOML 1.0 text that
:func:`~rempart.sources.mapping.parse_mapping` reads back to the very same mapping. The time zone always
stands in it, because an export does not say it.

Misses: column order and layout are fixed; a hand-written file may look as its author likes.
"""

from __future__ import annotations

from rempart.language import gettext as _
from rempart.sources.mapping_guess import Proposal
from rempart.sources.mapping_shape import Column


def write_toml(proposal: Proposal) -> str:
    """The TOML text of a proposal, ending in a line end."""
    mapping = proposal.mapping
    lines = [
        "# "
        + _("Proposed by rempart map from {rows} rows: check it before you rely on it.").format(
            rows=proposal.rows
        ),
        *("# " + _("Note:") + " " + one_line(note) for note in proposal.notes),
        f"what = {quoted(mapping.what)}",
    ]
    if mapping.what == "patients":
        lines.append(f"of = {quoted(mapping.of)}")
    lines += ["", *_dialect(proposal), "", *_times(proposal), "", *_columns(proposal), *_values(proposal)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """``text`` as a TOML basic string."""
    escapes = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    plain = "".join(
        escapes.get(letter) or (letter if letter.isprintable() else f"\\U{ord(letter):08x}")
        for letter in text
    )
    return f'"{plain}"'


def one_line(text: str) -> str:
    """``text`` fit for a comment: no line end, nothing a terminal obeys."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _dialect(proposal: Proposal) -> list[str]:
    dialect = proposal.mapping.dialect
    lines = [
        "[dialect]",
        f"separator = {quoted(dialect.separator)}",
        f"quote = {quoted(dialect.quote)}",
        f"encoding = {quoted(dialect.encoding)}",
        f"header = {'true' if dialect.header else 'false'}",
    ]
    if dialect.skip_lines:
        lines.append(f"skip_lines = {dialect.skip_lines}")
    if dialect.columns:
        lines.append(f"columns = {dialect.columns}")
    if dialect.decimal != ".":
        lines.append(f"decimal = {quoted(dialect.decimal)}")
    if dialect.comment:
        lines.append(f"comment = {quoted(dialect.comment)}")
    if dialect.list_separator:
        lines.append(
            f"list_separator = {quoted(dialect.list_separator)}  # " + _("several patients in one cell")
        )
    return lines


def _times(proposal: Proposal) -> list[str]:
    mapping = proposal.mapping
    return [
        "[time]",
        f"zone = {quoted(mapping.zone)}  # " + _("the clock of the export: correct it if it is another one"),
        f"forms = [{', '.join(map(quoted, mapping.forms))}]",
    ]


def _columns(proposal: Proposal) -> list[str]:
    lines = ["[columns]"]
    reasons = {finding.field: finding for finding in proposal.findings}
    for field, columns in proposal.mapping.columns.items():
        value = _column(columns[0]) if len(columns) == 1 else f"[{', '.join(map(_column, columns))}]"
        finding = reasons[field]
        lines.append(f"{field} = {value}  # {finding.confidence:.0%}: {one_line(finding.why)}")
    for column, why in proposal.not_kept:
        lines.append("# " + _("not kept: {column} ({why})").format(column=one_line(column), why=why))
    for column in proposal.unused:
        lines.append("# " + _("not used: {column}").format(column=one_line(column)))
    return lines


def _column(column: Column) -> str:
    return quoted(column) if isinstance(column, str) else str(column)


def _values(proposal: Proposal) -> list[str]:
    lines: list[str] = []
    defaults: dict[str, str | int | None] = {
        "action": proposal.mapping.actions.get("*"),
        "outcome": proposal.mapping.outcomes.get("*"),
        "resource": None,
        "kind": proposal.mapping.kinds.get("*"),
    }
    for table, default in defaults.items():
        known = [(word, meaning) for name, word, meaning in proposal.words if name == table]
        undecided = [word for name, word in proposal.unknown_words if name == table]
        if not known and default is None:
            continue
        lines += ["", f"[values.{table}]"]
        lines += [f"{quoted(word)} = {_value(meaning)}" for word, meaning in known]
        lines += ["# " + _("to decide: {word}").format(word=quoted(one_line(word))) for word in undecided]
        if default is not None:
            lines.append(f'"*" = {_value(default)}  # ' + _("any other word"))
    if proposal.mapping.cancelled:
        words = [quoted(word) for name, word, _meaning in proposal.words if name == "cancelled"]
        entry = f"cancelled = [{', '.join(words)}]"
        lines += ["", "[values]", entry]
    return lines


def _value(meaning: str | int) -> str:
    return str(meaning) if isinstance(meaning, int) else quoted(meaning)
