"""Whatever is written is read back, in every format; hostile files are refused with one clear line."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import py7zr
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.errors import SourceError
from rempart.leak.chunk import Gathering
from rempart.leak.readers.formats import read_files
from rempart.leak.readers.json_rows import Nesting
from rempart.leak.readers.parquet import PIECE_BYTES

ROWS = [
    {"nom": "Léger", "prenom": "Éloïse", "naissance": "1975-03-12", "note": 'dit "oui", puis; non'},
    {"nom": "O'Brien", "prenom": "Jean-Éric", "naissance": "1980-11-02", "note": "deux\tmots"},
    {"nom": "Nguyen", "prenom": "Zoé", "naissance": "2001-01-30", "note": "l'âge"},
]


def read(path: Path) -> list[dict[str, str]]:
    """Every row of every table, empty cells left out."""
    found = []
    for chunk in read_files((path,)):
        columns = [column.to_pylist() for column in chunk.columns]
        found += [
            {name: cell for name, cell in zip(chunk.names, cells, strict=True) if cell}
            for cells in zip(*columns, strict=True)
        ]
    return found


def as_csv(separator: str = ",", encoding: str = "utf-8") -> bytes:
    """The rows with every cell quoted."""
    lines = [separator.join(ROWS[0])]
    for row in ROWS:
        lines.append(separator.join('"' + cell.replace('"', '""') + '"' for cell in row.values()))
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def as_sql() -> bytes:
    """A dump with a table of people and a function call among the values."""
    values = ",\n".join(
        "(" + ",".join("'" + c.replace("'", "''") + "'" for c in row.values()) + ")" for row in ROWS
    )
    return f"CREATE TABLE `p` (\n `nom` varchar(9),\n `x` int);\nINSERT INTO `p` (`nom`,`prenom`,`naissance`,`note`) VALUES\n{values};\n".encode()


def as_copy() -> bytes:
    """A PostgreSQL dump."""
    lines = ["\t".join(cell.replace("\t", "\\t") for cell in row.values()) for row in ROWS]
    return (
        "COPY public.p (nom, prenom, naissance, note) FROM stdin;\n" + "\n".join(lines) + "\n\\.\n"
    ).encode()


def as_workbook() -> bytes:
    """An Excel sheet."""
    book = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_parquet() -> bytes:
    """A Parquet file."""
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), content)
    return content.getvalue()


WRITTEN: dict[str, Callable[[], bytes]] = {
    "a.csv": as_csv,
    "b.csv": lambda: as_csv(";", "cp1252"),
    "c.tsv": lambda: as_csv("|", "utf-16"),
    "d.csv": lambda: as_csv(";", "utf-8-sig"),
    "e.ndjson": lambda: "\n".join(json.dumps(row) for row in ROWS).encode(),
    "f.json": lambda: json.dumps(ROWS, ensure_ascii=False, indent=1).encode(),
    "g.json": lambda: json.dumps({"total": 3, "data": ROWS}).encode(),
    "h.sql": as_sql,
    "i.sql": as_copy,
    "j.xlsx": as_workbook,
    "k.parquet": as_parquet,
    "l.csv.gz": lambda: gzip.compress(as_csv()),
    "m.csv.zst": lambda: zstandard.compress(as_csv()),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_read_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(WRITTEN[name]())
    assert read(path) == ROWS


def test_members_of_zip_and_7z_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.csv", as_csv())
    with py7zr.SevenZipFile(tmp_path / "b.7z", "w") as archive:
        archive.writestr(as_csv(), "in/a.csv")
    assert read(tmp_path / "a.zip") == read(tmp_path / "b.7z") == ROWS


def test_a_card_and_a_pasted_profile_are_rows(tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(
        "BEGIN:VCARD\nN:Léger;Éloïse;;;\nTEL;TYPE=cell:06 12 34 56 78\nBDAY:1975-03-12\nEND:VCARD\n",
        encoding="utf-8",
    )
    (tmp_path / "b.txt").write_text(
        "Fresh leak, DM me\n\nNom : Léger\nPrénom : Éloïse\nTéléphone : 0612345678\nNé le : 12/03/1975\n\n"
        "Nom : Martin\nPrénom : Zoé\nTéléphone : 0612345679\nNé le : 13/03/1975\n",
        encoding="utf-8",
    )
    assert read(tmp_path / "a.vcf")[0]["family"] == "Léger"
    assert [row["Nom"] for row in read(tmp_path / "b.txt")] == ["Léger", "Martin"]


def test_rows_pasted_among_prose_are_found(tmp_path: Path) -> None:
    prose = ["Selling 700k french patients, sample below", "contact on telegram", "```"]
    rows = [
        f"> {name};Jean;19{70 + k}-01-02;0612345{k:03d}"
        for k, name in enumerate(("Dupont", "Durand", "Petit"))
    ]
    (tmp_path / "post.txt").write_text(
        "\n".join([*prose, *rows, "```", "price: 500$ xmr only", "no lowballers"]), encoding="utf-8"
    )
    assert [next(iter(row.values())) for row in read(tmp_path / "post.txt")] == ["Dupont", "Durand", "Petit"]


def test_a_quote_left_open_spoils_its_own_row_only(tmp_path: Path) -> None:
    lines = ["nom,prenom,ville"] + [f'"Nom{k}","Jean","Lille"' for k in range(300)]
    lines[150] = '"Nom149,"Jean","Lille"'
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    found = read(tmp_path / "a.csv")
    assert len(found) >= 299
    assert found[-1] == {"nom": "Nom299", "prenom": "Jean", "ville": "Lille"}


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=12)] * 3),
        min_size=3, max_size=20,
    )
)  # fmt: skip
def test_any_text_in_quotes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    lines = ["nom,prenom,ville"] + [",".join('"' + c.replace('"', '""') + '"' for c in row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [tuple(row.values()) for row in read(path)] == rows


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", (b"0" * 9000 + b",1\n") * (10 << 10))


def climbing(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../etc/cron.d/a", as_csv())


def nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", as_csv())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())


def linked(path: Path) -> None:
    info = zipfile.ZipInfo("a.csv")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "elsewhere")


def encrypted(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", as_csv())
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark) + place
        content[at : at + 2] = struct.pack("<H", 1)
    path.write_bytes(content)


def wide(path: Path) -> None:
    path.write_bytes(
        b",".join(b"c%d" % k for k in range(10_000)) + b"\n" + b",".join([b"1"] * 10_000) + b"\n"
    )


def cut_off(path: Path) -> None:
    path.write_bytes(gzip.compress(as_csv() * 2000)[:500])


def repeating(path: Path) -> None:
    name = pa.DictionaryArray.from_arrays(pa.array([0] * 65_536, pa.int32()), pa.array(["a" * 14_000]))
    pq.write_table(pa.table({"nom": name}), path, compression="zstd", store_schema=False)


def sharing(path: Path) -> None:
    names = pa.table({"nom": ["a" * 14_000 + str(k) for k in range(20_000)]})
    how = {"nom": "DELTA_BYTE_ARRAY"}
    pq.write_table(names, path, compression="zstd", use_dictionary=False, column_encoding=how)


def packed(path: Path) -> None:
    names = pa.table({"nom": ["a" * 14_000] * 10_000})
    pq.write_table(names, path, compression="zstd", use_dictionary=False)


def counted(path: Path) -> None:
    pq.write_table(pa.table({"age": pa.array(np.zeros(40_000_000, np.int8))}), path, compression="zstd")


SHARED = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def changed_workbook(*changes: tuple[str, str]) -> bytes:
    """The workbook with its sheet's text changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_workbook())) as old, zipfile.ZipFile(content, "w", 8) as new:
        for info in old.infolist():
            text = old.read(info)
            for before, after in changes if info.filename == "xl/worksheets/sheet1.xml" else ():
                assert before.encode() in text
                text = text.replace(before.encode(), after.encode())
            new.writestr(info.filename, text)
    return content.getvalue()


def far_row(path: Path) -> None:
    path.write_bytes(changed_workbook(('<row r="4"', '<row r="99999999999"')))


def no_shared_text(path: Path) -> None:
    row = '<row r="5"><c t="s"><v>3000000</v></c></row></sheetData>'
    path.write_bytes(changed_workbook(("</sheetData>", row)))


def shared_text(path: Path) -> None:
    texts = "<si><t>" + "nom " * 20_000 + "</t></si></sst>"
    rows = "".join(f'<row r="{k}">' + '<c t="s"><v>0</v></c>' * 2 + "</row>" for k in range(5, 3000))
    content = changed_workbook(("</sheetData>", rows + "</sheetData>"))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w", 8) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info).replace(b"</Types>", listed))
        new.writestr("xl/sharedStrings.xml", SHARED + texts.encode())


def overlapping(path: Path) -> None:
    """One member of 4 MiB, listed 900 times in the archive's contents."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", 8) as archive:
        archive.writestr("a.csv", "nom;prenom\n" + "x;y\n" * (1 << 20))
    whole = content.getvalue()
    first, end = whole.rfind(b"PK\x01\x02"), whole.rfind(b"PK\x05\x06")
    listed, closing = whole[first:end], bytearray(whole[end:])
    struct.pack_into("<HHI", closing, 8, 900, 900, len(listed) * 900)
    path.write_bytes(whole[:first] + listed * 900 + bytes(closing))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (far_row, "row beyond the 1,048,576"),
        (no_shared_text, "damaged workbook"),
        (shared_text, "grows to more than"),
        (repeating, "grows to more than"),
        (sharing, "grows to more than"),
        (packed, "grows to more than"),
        (counted, "grows to more than"),
        (bomb, "grows to more than"),
        (overlapping, "grows to more than"),
        (climbing, "path outside"),
        (nested, "archive in an archive"),
        (linked, "holds a link"),
        (encrypted, "is encrypted"),
        (wide, "more than 4096 columns"),
        (cut_off, "ends badly"),
    ],
)
def test_a_hostile_file_is_refused_in_one_line(
    make: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile"
    make(path)
    with pytest.raises(SourceError, match=says) as refused:
        read(path)
    assert "\n" not in str(refused.value)


def test_texts_of_a_column_file_come_back_however_stored(tmp_path: Path) -> None:
    names = [f"Nom{k % 100}" * (1 + k % 5) if k % 7 else None for k in range(5000)]
    rows = pa.table({"nom": names, "notes": [[name, "x"] for name in names], "age": range(5000)})
    plans: list[dict[str, Any]] = [
        {},
        {"use_dictionary": False},
        {"use_dictionary": False, "column_encoding": {"nom": "DELTA_BYTE_ARRAY"}},
        {"use_dictionary": False, "column_encoding": {"nom": "DELTA_LENGTH_BYTE_ARRAY"}},
        {"dictionary_pagesize_limit": 100, "data_page_size": 500},
    ]
    for plan in plans:
        pq.write_table(rows, tmp_path / "a.parquet", row_group_size=1700, **plan)
        assert [row.get("nom") for row in read(tmp_path / "a.parquet")] == names


def test_long_texts_of_a_column_file_come_in_pieces(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).bytes(2 << 20).hex()
    names = pa.array([noise[k:] for k in range(50)]).dictionary_encode()
    pq.write_table(pa.table({"nom": names}), tmp_path / "a.parquet", store_schema=False)
    sizes = [chunk.columns[0].nbytes for chunk in read_files((tmp_path / "a.parquet",))]
    assert len(sizes) > 2
    assert max(sizes) <= PIECE_BYTES


def test_rows_that_are_not_written_are_not_made_up(tmp_path: Path) -> None:
    cells = '<c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed_workbook(('<row r="4"', '<row r="1048576"')))
    assert read(path) == ROWS
    row = f'<row r="1048576">{cells}</row>'
    path.write_bytes(changed_workbook(("</sheetData>", row + "</sheetData>")))
    with pytest.raises(SourceError, match="more than 4096 columns"):
        read(path)


def test_sql_with_functions_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(
        "INSERT INTO p (nom, cree) VALUES ('Petit', NOW()), ('Grand', CONCAT('a', 'b'));\n", encoding="utf-8"
    )
    assert read(tmp_path / "a.sql") == [
        {"nom": "Petit", "cree": "NOW()"},
        {"nom": "Grand", "cree": "CONCAT('a', 'b')"},
    ]


def unread(path: Path) -> int:
    """How many rows or lines were counted as unread."""
    return sum(chunk.dropped for chunk in read_files((path,)))


GOOD = "INSERT INTO p (nom) VALUES ('Petit');\n"


@pytest.mark.parametrize(
    "poison",
    [
        "(f(" + "''" * 40,
        "(f('" + "''" * 40 + "x",
        "(" + "'a'" * 64_000,
        "(" * 100_000,
        "('" + "\na" * 1_000_000,
        "(f(" + "\n'b'" * 400_000,
        "('" + "a" * (8 << 20) + "',1),('Grand')",
        "(" + "1," * (1 << 20) + "1)",
        "(" + "1," * 5000 + "1)",
    ],
    ids=["doubled quotes", "odd quotes", "strings", "parentheses", "open quote", "open call", "long value", "long row", "wide row"],
)  # fmt: skip
def test_a_poisoned_row_of_a_dump_costs_itself_alone(poison: str, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    text = GOOD + "INSERT INTO p (nom) VALUES " + poison + "\n" + "-- \n" * (1 << 18) + GOOD
    path.write_text(text, encoding="utf-8")
    found = [row["nom"] for row in read(path)]
    assert (found[0], found[-1]) == ("Petit", "Petit")
    assert len(found) == 2 + ("Grand" in poison)
    assert unread(path) == 1


def test_values_of_a_dump_run_over_lines_and_calls_into_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(
        "INSERT INTO p (nom, note) VALUES ('Pe''tit', 'une\ndeux \\'x\\\n)'), (N'Grand', f(g('a)', 1),\n 2)),\n"
        "(\"Gros\", X'41'\n), ('Bas', NULL)\nINSERT INTO p (nom) VALUES ('Haut');\n",
        encoding="utf-8",
    )
    assert read(tmp_path / "a.sql") == [
        {"nom": "Pe'tit", "note": "une\ndeux 'x\n)"},
        {"nom": "Grand", "note": "f(g('a)', 1),\n 2)"},
        {"nom": "Gros", "note": "X'41'"},
        {"nom": "Bas"},
        {"nom": "Haut"},
    ]


def test_what_stands_before_the_rows_of_a_dump_is_read_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    poison = [
        "\n" * 200_000,
        "CREATE TABLE q (a" + "," * 60_000 + ";\n",
        "INSERT INTO " + " " * 60_000 + "q;\n",
    ]
    path.write_text(poison[2] + poison[0] + poison[1] + GOOD, encoding="utf-8")
    assert read(path) == [{"nom": "Petit"}]


@pytest.mark.parametrize("depth", [900, 3000, 20_000])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_object_nested_too_deep_costs_itself_alone(depth: int, place: int, tmp_path: Path) -> None:
    lines = ['{"nom": "Petit"}', '{"nom": "Grand"}']
    lines.insert(place, '{"a":' * depth + "1" + "}" * depth)
    (tmp_path / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    assert [row["nom"] for row in read(tmp_path / "a.ndjson") if "nom" in row] == ["Petit", "Grand"]
    assert unread(tmp_path / "a.ndjson") == 1 or depth == 900


def test_a_line_that_is_no_object_is_counted(tmp_path: Path) -> None:
    for spoilt in range(3):
        lines = ['{"nom": "Petit"}', '{"nom": "Grand"}']
        lines.insert(spoilt, '{"nom": "a"b"}')
        (tmp_path / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
        assert [row["nom"] for row in read(tmp_path / "a.ndjson")] == ["Petit", "Grand"]
        assert unread(tmp_path / "a.ndjson") == 1


def test_an_object_of_an_array_that_is_nested_deep_is_read_or_refused(tmp_path: Path) -> None:
    for depth in (990, 3000, 20_000):
        deep = '{"a":' * depth + "1" + "}" * depth
        text = f'[{{"nom": "Pe]\\"{{tit"}}, {deep}, {{"nom": "Grand"}}]'
        (tmp_path / "a.json").write_text(text, encoding="utf-8")
        if depth < 1000:
            assert [row["nom"] for row in read(tmp_path / "a.json") if "nom" in row] == ['Pe]"{tit', "Grand"]
        else:
            with pytest.raises(SourceError, match="nested too deep"):
                read(tmp_path / "a.json")


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(st.text('[]{}\\"a', max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=20),
    st.integers(1, 7),
)
def test_the_depth_of_a_text_in_pieces_is_that_of_the_whole(value: object, size: int) -> None:
    def depth(inner: object) -> int:
        return 1 + max(map(depth, inner), default=0) if isinstance(inner, list) else 0

    text, nesting = json.dumps(value).encode(), Nesting()
    found = [nesting.deepest(text[start : start + size]) for start in range(0, len(text), size)]
    assert max(found) == depth(value)


def test_a_document_on_one_endless_line_is_read_piece_by_piece(tmp_path: Path) -> None:
    rows = [{"nom": f"Nom{k}", "note": "x" * 1000} for k in range(70_000)]
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    assert (tmp_path / "a.json").stat().st_size > 64 << 20
    assert sum(chunk.rows for chunk in read_files((tmp_path / "a.json",))) == 70_000


def test_one_endless_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"nom": "' + "x" * (10 << 20) + '"}]', encoding="utf-8")
    with pytest.raises(SourceError, match="object of more than 8 MiB"):
        read(tmp_path / "a.json")


def test_ten_million_columns_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a," * 10_000_000 + b"\n" + b"1," * 10_000_000 + b"\n")
    with pytest.raises(SourceError, match="more than 4096 columns"):
        read(tmp_path / "a.csv")
    (tmp_path / "b.json").write_text(
        "[{" + ",".join(f'"c{k}":1' for k in range(200_000)) + "}]", encoding="utf-8"
    )
    with pytest.raises(SourceError, match="more than 4096 columns"):
        read(tmp_path / "b.json")


def test_rows_of_long_texts_do_not_wait_for_their_chunk_to_be_full() -> None:
    gathering = Gathering()
    chunks = [
        part for place in range(300) for part in gathering.put(f"t{place % 2}", {"note": "x" * 1_000_000})
    ]
    assert 1 < len(chunks) < 10
    whole = [*chunks, *gathering.rest()]
    assert sum(part.rows for part in whole) == 300
    assert max(part.rows for part in whole) < 140


def test_a_dump_of_very_many_tables_is_refused() -> None:
    gathering = Gathering()
    for place in range(10_000):
        list(gathering.put(f"t{place}", {"nom": "Durand"}))
    with pytest.raises(SourceError, match="more than 10,000 tables"):
        list(gathering.put("one more", {"nom": "Durand"}))


def test_a_table_whose_rows_share_no_column_comes_in_short_chunks() -> None:
    gathering = Gathering()
    chunks = [part for place in range(20_000) for part in gathering.put("t", {f"c{place % 4000}": "x"})]
    assert max(part.rows * len(part.names) for part in chunks) <= (1 << 22) + 4000


def test_a_wide_row_does_not_widen_the_narrow_rows_before_it() -> None:
    gathering = Gathering()
    for _ in range(60_000):
        assert not list(gathering.put("t", {"nom": "Durand"}))
    (before,) = gathering.put("t", {f"c{place}": "x" for place in range(4000)})
    assert (before.rows, before.names) == (60_000, ("nom",))


def test_names_of_columns_are_bounded_and_counted_like_values(tmp_path: Path) -> None:
    """A path repeated before each inner name, and new names in every table, would fill memory from a short file."""
    inner = {f"c{place}": "x" for place in range(2000)}
    (tmp_path / "deep.json").write_text(json.dumps([{"p" * 5000: inner, "nom": "Durand"}]), encoding="utf-8")
    (row,) = read(tmp_path / "deep.json")
    assert row["nom"] == "Durand"
    assert sum(map(len, row)) < 10_000
    gathering = Gathering()
    assert [part for place in range(300) for part in gathering.put("t", {"n" * (1 << 20): str(place)})]
    tables = (({f"{table} {place}": "x" for place in range(4000)}, f"t{table}") for table in range(10_000))
    with pytest.raises(SourceError, match="characters of names"):
        sum(len(list(gathering.put(name, row))) for row, name in tables)
