"""Searches read by their patterns say what they say one by one."""

from base64 import b64encode

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rempart.sources.query_columns import read_queries
from rempart.sources.query_form import read_query

NAMES = st.sampled_from(
    ["birthdate", "family", "Family", "name", "given:exact", "_count", "page", "_offset", "identifier", "_id", "patient",
     "patient.identifier", "date", "_lastUpdated", "_sort", "x", "", "a%20b", "\u00e9", "?"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["", "7", "50", "0", "007", "9999999999", "-1", "+5", "1980-02-03", "ge1980-02-03", "xx1980-02-03", "1980-02-30", "1980", "1899-01-01",
         "2000-02-29", "1900-02-29", "Dupont", "du+pont", "%C3%A9mile", "%41%4c", "%zz", "%4", "\u00e9a", "urn:oid:1.2|123", "urn%3A1%7C0045a",
         "Patient/12", "a=b", "a?b", "x" * 500, "1" * 30, "123|", "|", "a#b", "a b", "a\rb", "zz-~!" * 30]
    ),
    st.text("abz019|%-", max_size=12),
)  # fmt: skip
HEADS = st.sampled_from(
    ["Patient?", "GET https://h.example/fhir/Patient?", "/Observation/_search?", "?", "POST x/Patient/_search", " Patient?", "a=b c?", "a#b?",
     "Patient/7/$everything?", "\u00e9?", "a\tb?", ""]
)  # fmt: skip
TAILS = st.sampled_from(
    ["", " HTTP/1.1\r\nAccept: x", "\r\nAccept: x", "\n\nfamily=x&_count=3", "#f", "&", "\r", "\rx", " \n"]
)
SEARCH = st.builds(
    lambda head, pairs, tail: head + "&".join(pairs) + tail,
    HEADS,
    st.lists(
        st.builds(
            lambda name, mark, value: name + mark + value, NAMES, st.sampled_from(["=", "=", "=", ""]), VALUES
        ),
        max_size=20,
    ),
    TAILS,
)
ENCODED = st.one_of(
    SEARCH.map(lambda text: b64encode(text.encode()).decode()),
    SEARCH.map(lambda text: b64encode(text.encode()).decode().rstrip("=")),
    SEARCH,
    st.text("abYZ09+/=", max_size=12),
)


@example([b64encode(b"name= ?name=bob").decode(), b64encode(b"name= z?name=bob").decode()])
@settings(max_examples=400, deadline=None)
@given(st.lists(ENCODED, max_size=8))
def test_columns_and_single_searches_agree(texts: list[str]) -> None:
    raw = [text.encode() for text in texts]
    ends = np.cumsum([len(each) for each in raw], dtype=np.int32)
    spans = (
        np.stack([ends - [len(each) for each in raw], [len(each) for each in raw]], 1)
        if raw
        else np.zeros((0, 2))
    )
    data = np.frombuffer(b"".join(raw) + bytes(64), np.uint8)
    read = read_queries(data, spans.astype(np.int32), np.uint64(7), texts.__getitem__)
    for place, text in enumerate(texts):
        one, form = read_query(text), read.forms[read.of[place]]
        assert (form.resource, form.form) == (one.resource, one.form)
        assert read.told[place].tolist() == [one.count, one.page, one.value_kind, one.value]
