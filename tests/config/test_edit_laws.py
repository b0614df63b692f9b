"""Edits of any document: the data become what they should, or nothing does."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.mutations import HALF
from lehr.config import ConfigError, edited, parse_document, write_document
from lehr.config.edits import same

FORMATS = ("yaml", "json", "toml")
values = st.one_of(
    *(st.integers(-5, 5), st.floats(0, 1), st.booleans()),
    st.sampled_from(
        ["5%", "yes", "a: b", "#", "", "it's", 'say "x"', "wsd(1, 2)", "é\n"]
    ),
)
keys = st.sampled_from(["lr", "eps", "kind", "train", "a b", "no", "x.y"])
plain = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=6,
)
documents = st.dictionaries(keys, plain, max_size=4)


@st.composite
def commented(draw, format):
    """The text of a document, with comments behind lines that can have one."""
    text = write_document(draw(documents), format)
    if format == "json":
        return text
    out = []
    for line in text.splitlines():
        out.append(line + draw(st.sampled_from(["", "", "  # why", "\n\n# above"])))
    return draw(st.sampled_from(["", "# top\n"])) + "\n".join(out) + "\n"


def paths(value, path=()):
    """Every path that can be edited: what is there, and one more."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield (*path, key)
            yield from paths(each, (*path, key))
        yield (*path, "new")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield (*path, index)
            yield from paths(each, (*path, index))
        yield (*path, len(value))


@pytest.mark.parametrize("format", FORMATS)
@HALF
@given(st.data())
def test_a_random_edit_changes_the_data_as_it_should_and_keeps_comments(format, data):
    text = data.draw(commented(format))
    before = parse_document(text, format=format).data
    path = data.draw(st.sampled_from(list(paths(before))))
    value = data.draw(st.none() | plain)
    wanted = copy.deepcopy(before)
    inner = wanted
    for key in path[:-1]:
        inner = inner[key]
    appended = path[-1] in ("new", len(inner))
    if value is not None and isinstance(inner, list):
        inner[path[-1] :] = [value, *inner[path[-1] + 1 :]]
    elif value is not None:
        inner[path[-1]] = value
    elif appended:
        return
    else:
        del inner[path[-1]]
    made = edited(text, format, {path: value})
    assert same(parse_document(made, format=format).data, wanted)
    if appended:
        assert made.count("# ") >= text.count("# ")


def test_several_edits_name_places_of_the_text_as_it_was():
    text = "a: [1, 2, 3, 4]\nb:\n- x\n- y\n- z\n"
    edits = {("a", 0): None, ("a", 2): None, ("a", 3): 9, ("b", 0): None, ("b", 2): "w"}
    made = edited(text, "yaml", edits)
    assert parse_document(made).data == {"a": [2, 9], "b": ["y", "w"]}


def test_an_item_goes_with_the_comment_behind_it():
    text = "a: {\n  b: 1, # one\n  c: 2 # two\n}\n"
    assert edited(text, "yaml", {("a", "c"): None}) == "a: {\n  b: 1 # one\n}\n"
    assert edited(text, "yaml", {("a", "b"): None}) == "a: {\n  c: 2 # two\n}\n"
    more = "a: {\n  b: 1, # one\n  c: 2, # two\n  d: 3\n}\n"
    assert edited(text, "yaml", {("a", "d"): 3}) == more


@pytest.mark.parametrize(
    ("text", "edits", "made"),
    [
        (
            "base: &b {a: 1}\nrun: {<<: *b}\n",
            {("run", "a"): 5},
            "base: &b {a: 1}\nrun: {<<: *b, a: 5}\n",
        ),
        ("a: &b [1, 2]\n", {("a", 2): 5}, "a: &b [1, 2, 5]\n"),
        ("a: &b 1\nc: *b # d\n", {("c",): 5}, "a: &b 1\nc: 5 # d\n"),
        ("a: &b 1\nc: [*b, *b]\n", {("c", 2): 5}, "a: &b 1\nc: [*b, *b, 5]\n"),
        ("a: &b 1\nc:\n- *b\n- *b\n", {("c", 1): 5}, "a: &b 1\nc:\n- *b\n- 5\n"),
        ("a: &b 1\nc:\n- *b\n- *b\n", {("c", 0): None}, "a: &b 1\nc:\n- *b\n"),
        ("a: &x [1]\nb: *x\n", {("b", 0): 2}, "a: &x [1]\nb:\n  - 2\n"),
        ("---\na: 1\n...\n", {("b",): 5}, "---\na: 1\nb: 5\n...\n"),
        (
            "a:\n  b: |\n    x\n    y\n\n# c\n",
            {("a", "c"): 5},
            "a:\n  b: |\n    x\n    y\n  c: 5\n\n# c\n",
        ),
        ("a:\n  b: >-\n    x\n", {("a", "b"): None}, "a: {}\n"),
        ("a: [1, 2,]\n", {("a", 2): 3}, "a: [1, 2, 3,]\n"),
        ("a: 1", {("b",): "x"}, "a: 1\nb: x"),
        (
            "a:\n    b: 1\n",
            {("c", "d"): {"e": 1}},
            "a:\n    b: 1\nc:\n  d:\n    e: 1\n",
        ),
    ],
)
def test_corners_of_yaml(text, edits, made):
    assert edited(text, "yaml", edits) == made


@pytest.mark.parametrize(
    ("text", "edits", "made"),
    [
        ("[a]\nx = 1\n[a.b]\ny = 2\n", {("a",): None}, ""),
        ("[a]\nx = 1\n[a.b]\ny = 2\n", {("a",): 5}, "a = 5\n"),
        (
            "[a]\nx = 1\n\n# b\n[a.b]\ny = 2\n",
            {("a", "z"): 5},
            "[a]\nx = 1\nz = 5\n\n# b\n[a.b]\ny = 2\n",
        ),
        ("[a]\n\n[b]\n", {("a", "z"): 5}, "[a]\nz = 5\n\n[b]\n"),
        ("# top\n\n# a\n[a]\n", {("z",): 5}, "# top\n\nz = 5\n\n# a\n[a]\n"),
        ("a = 1", {("b", "c"): {"d": 1}}, "a = 1\n\n[b]\nc = {d = 1}\n"),
        ('a = """\nx"""\n', {("a",): "q"}, 'a = "q"\n'),
        ("a = 'x'\n", {("a",): "it's"}, 'a = "it\'s"\n'),
        ("[a.b]\nx = 1\n", {("a", "b"): None}, "[a]\n"),
        ("[a.b]\nx = 1\n", {("a", "y"): 1}, "[a.b]\nx = 1\n\n[a]\ny = 1\n"),
        ("a = [ # none\n]\n", {("a", 0): 1}, "a = [1  # none\n]\n"),
        ("[[a]]\nx = 1\n", {("a", 1): {"x": 2}}, "[[a]]\nx = 1\n\n[[a]]\nx = 2\n"),
    ],
)
def test_corners_of_toml(text, edits, made):
    assert edited(text, "toml", edits) == made


def test_null_inside_a_new_value_is_null():
    text = '{"a": {"b": 1, "c": [1]}}'
    edits = {("a",): {"b": None, "c": [None]}}
    assert edited(text, "json", edits) == '{"a": {"b": null, "c": [null]}}'


@pytest.mark.parametrize(
    ("text", "edits", "message"),
    [
        ("a: &x [1]\nb: *x\n", {("a", 0): 2}, r"a\[0\] cannot be edited"),
        ("a: 1\n", {("a", "b"): 2}, "a.b cannot be edited: there is no mapping"),
        ("a: [1]\n", {("a", 5): 2}, r"a\[5\] cannot be edited: its list is shorter"),
        ("a: [1]\n", {("a", "b"): 2}, "there is no mapping or list"),
        ("a: 1\n", {(): 2}, "the document cannot be edited"),
    ],
)
def test_what_cannot_be_edited_is_refused_at_its_place(text, edits, message):
    with pytest.raises(ConfigError, match=message) as caught:
        edited(text, "yaml", edits, source="run.yaml")
    [problem] = caught.value.problems
    assert problem.code == "LH140" and problem.source == "run.yaml" and problem.line
