"""TOML: the standard library's data, each part at its place."""

import pytest

from lehr.config import ConfigError, parse_document


def problems(text, format):
    with pytest.raises(ConfigError) as caught:
        parse_document(text, source="a.x", format=format)
    return caught.value.problems


def summary(text, format="toml"):
    return [(p.code, p.line, p.column) for p in problems(text, format)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = \n", ("LH101", 1, 5)),
        ("a = 1\n[b\n", ("LH101", 2, 3)),
        ("a = 1\na = 2\nb = 3\n", ("LH105", 2, 6)),
        ("[a]\nx = 1\n[a]\n", ("LH105", 3, 3)),
    ],
)
def test_a_broken_toml_document_is_refused_at_its_place(text, place):
    assert summary(text, "toml") == [place]


def test_toml_tables_in_arrays_have_their_places():
    text = (
        '[[g]]\nh = 1\n[[g]]\nh = [\n  2, # two\n  3]\n[g.sub]\n\'k.l\'.m = """\nx"""\n'
    )
    document = parse_document(text, format="toml")
    assert document.at(("g", 1, "sub", "k.l", "m")) == "x"
    assert document.place(("g", 0, "h")) == (2, 5)
    assert document.place(("g", 1, "h", 1)) == (6, 3)
    assert document.place(("g", 1, "sub", "k.l", "m")) == (8, 11)


def test_toml_dates_are_text():
    document = parse_document("d = 2026-01-31", format="toml")
    assert document.data == {"d": "2026-01-31"}
