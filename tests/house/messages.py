"""Gathers the sentences of the source and the page, and compiles the French catalogue (`make messages`).

Reads every ``.py`` and template under ``src/rempart``; writes ``rempart.po`` (what is no longer said
is dropped, what is new waits with an empty translation) and ``rempart.mo`` beside it.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[2] / "src" / "rempart"
PO = SOURCE / "locale" / "fr" / "LC_MESSAGES" / "rempart.po"
MARKS = ("_", "gettext", "ngettext")
TEMPLATES = [("**/templates/**.html", "jinja2")]
HEADER = """# French sentences of Rempart.
# Copyright (C) 2026 the Rempart contributors
# This file is distributed under the same licence as Rempart.
msgid ""
msgstr ""
"Project-Id-Version: rempart\\n"
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
TEMPLATE_OPTIONS = {
    "**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
}


def sentences() -> Catalog:
    """Every sentence marked for translation, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for file, _, message, _, _ in extract_from_dir(SOURCE, TEMPLATES, TEMPLATE_OPTIONS):
        found.add(message, locations=[(file, 0)])
    for path in sorted(SOURCE.rglob("*.py")):
        for message in python_sentences(ast.parse(path.read_text(encoding="utf-8"))):
            found.add(message, locations=[(str(path.relative_to(SOURCE)), 0)])
    return found


def python_sentences(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """The literal arguments of every call of a mark, also inside f-strings."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        given = [each.value for each in node.args[:2] if isinstance(each, ast.Constant) and each.value]
        if name in MARKS and given:
            yield (given[0], given[1]) if name == "ngettext" else given[0]


def translated() -> Catalog:
    """The catalogue as it is kept."""
    return read_po(io.BytesIO(PO.read_bytes()), locale="fr")


def main() -> None:
    """Bring the catalogue up to the source and compile it."""
    catalogue = translated()
    catalogue.update(sentences(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    written = io.BytesIO()
    write_po(written, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=True)
    PO.write_text(HEADER + written.getvalue().decode(), encoding="utf-8")
    with PO.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, translated())
    for message in untranslated(catalogue):
        print(f"to translate: {message!r}")


def untranslated(catalogue: Catalog) -> list[object]:
    """What waits for its French sentence, one form missing or all."""
    return [
        message.id
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple) else (message.string,))
    ]


if __name__ == "__main__":
    main()
