"""A value of a text is edited, and every character around it stays."""

import pytest

from lehr.config import edited, parse_document

YAML = """\
# A run of mine.
schema: 1
schedules:   # by field
  lr: "wsd(peak=3e-4, warmup=5%)"  # high
  weight_decay: {no_decay: 0, default: 0.1}   # two groups
  beta2:
    kind: linear   # slow
    start: 0.9

    end: 0.99
    steps: 100
groups:
  no_decay:
  - "*.bias"   # all of them
  - '*norm*'
  rest: []
train:
lint:
  ignore:
    - {rule: LH012, reason: "as planned"}
    - rule: LH013
      reason: no
# the end
"""
TOML = """\
# A run of mine.
schema = 1   # current

# Schedules.
[schedules]
lr = 'wsd(peak=3e-4)'   # high
weight_decay = {no_decay = 0, default = 0.1}
beta2.kind = "linear"
beta2.steps = 100

[train]
epochs = 3
steps = [
  1,  # one
  2,
]

# Ignored.
[[lint.ignore]]
rule = "LH012"
[[lint.ignore]]
rule = "LH013"
"""
JSON = """\
{
  "schema": 1,
  "schedules": {
    "lr": "linear(1, 0, 9)", "eps": 1e-8
  },
  "empty": {},
  "list": [1, 2,
    3]
}
"""
TEXTS = {"yaml": YAML, "toml": TOML, "json": JSON}


def lines_of(text, format, edits):
    """The lines that an edit has taken out (-) and put in (+)."""
    before, after = text.splitlines(), edited(text, format, edits).splitlines()
    gone = [f"-{line}" for line in before if line not in after]
    return gone + [f"+{line}" for line in after if line not in before]


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        (
            {("schedules", "lr"): 'a "b" c'},
            [
                '-  lr: "wsd(peak=3e-4, warmup=5%)"  # high',
                '+  lr: "a \\"b\\" c"  # high',
            ],
        ),
        (
            {("schedules", "lr"): {"kind": "constant", "value": 1e-5}},
            [
                '-  lr: "wsd(peak=3e-4, warmup=5%)"  # high',
                "+  lr: {kind: constant, value: 1.0e-05}  # high",
            ],
        ),
        (
            {("schedules", "weight_decay", "default"): 0.2},
            [
                "-  weight_decay: {no_decay: 0, default: 0.1}   # two groups",
                "+  weight_decay: {no_decay: 0, default: 0.2}   # two groups",
            ],
        ),
        (
            {("schedules", "weight_decay", "head"): "x, y"},
            [
                "-  weight_decay: {no_decay: 0, default: 0.1}   # two groups",
                "+  weight_decay: {no_decay: 0, default: 0.1, "
                'head: "x, y"}   # two groups',
            ],
        ),
        (
            {("schedules", "weight_decay", "no_decay"): None},
            [
                "-  weight_decay: {no_decay: 0, default: 0.1}   # two groups",
                "+  weight_decay: {default: 0.1}   # two groups",
            ],
        ),
        ({("schedules", "beta2", "start"): None}, ["-    start: 0.9"]),
        ({("schedules", "beta2", "k"): [1, 2]}, ["+    k: [1, 2]"]),
        (
            {("schedules", "beta2"): 0.99},
            [
                "-  beta2:",
                "-    kind: linear   # slow",
                "-    start: 0.9",
                "-",
                "-    end: 0.99",
                "-    steps: 100",
                "+  beta2: 0.99",
            ],
        ),
        ({("groups", "no_decay", 0): None}, ['-  - "*.bias"   # all of them']),
        ({("groups", "no_decay", 2): "*.g"}, ['+  - "*.g"']),
        (
            {("groups", "rest"): ["a", "b"]},
            ["-  rest: []", "+  rest: [a, b]"],
        ),
        ({("train", "epochs"): 3}, ["+  epochs: 3"]),
        ({("train",): None}, ["-train:"]),
        (
            {("logging", "wandb", "project"): "x"},
            ["+logging:", "+  wandb:", "+    project: x"],
        ),
        (
            {("lint", "ignore", 2): {"rule": "LH014", "reason": "so it is"}},
            ["+    - rule: LH014", "+      reason: so it is"],
        ),
        (
            {("lint", "ignore", 1, "rule"): None},
            ["-    - rule: LH013", "-      reason: no", "+    - reason: no"],
        ),
        (
            {("groups", "no_decay"): ["*.bias", "*.g"], ("schema",): 1},
            ["-  - '*norm*'", "+  - '*.g'"],
        ),
    ],
)
def test_yaml_is_edited_in_its_own_style(edits, lines):
    assert lines_of(YAML, "yaml", edits) == lines


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        (
            {("schedules", "lr"): "linear(1, 0, 9)"},
            ["-lr = 'wsd(peak=3e-4)'   # high", "+lr = 'linear(1, 0, 9)'   # high"],
        ),
        ({("schema",): None}, ["-schema = 1   # current"]),
        ({("seed",): 3}, ["+seed = 3"]),
        ({("schedules", "beta2", "end"): 1.0}, ["+beta2.end = 1.0"]),
        ({("schedules", "beta2", "steps"): None}, ["-beta2.steps = 100"]),
        ({("schedules", "eps"): 1e-8}, ["+eps = 1e-08"]),
        ({("train", "steps", 2): 3}, ["+  3,"]),
        ({("train", "steps", 0): None}, ["-  1,  # one"]),
        (
            {("train",): None},
            ["-[train]", "-epochs = 3", "-steps = [", "-  1,  # one", "-  2,", "-]"],
        ),
        ({("lint", "ignore", 2): {"rule": "LH014"}}, ['+rule = "LH014"']),
        ({("lint", "ignore", 0): None}, ['-rule = "LH012"']),
        ({("lint", "most"): 3}, ["+[lint]", "+most = 3"]),
        (
            {("logging", "wandb"): {"project": "x"}},
            ["+[logging]", '+wandb = {project = "x"}'],
        ),
        (
            {("schedules", "weight_decay"): 0.1},
            ["-weight_decay = {no_decay = 0, default = 0.1}", "+weight_decay = 0.1"],
        ),
    ],
)
def test_toml_is_edited_in_its_own_style(edits, lines):
    assert lines_of(TOML, "toml", edits) == lines


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        ({("schema",): 2}, ['-  "schema": 1,', '+  "schema": 2,']),
        ({("empty", "a"): [None]}, ['-  "empty": {},', '+  "empty": {"a": [null]},']),
        ({("list", 0): None}, ['-  "list": [1, 2,', '+  "list": [2,']),
        ({("list", 3): 4}, ["-    3]", "+    3,", "+    4]"]),
        ({("list",): [1, 2]}, ['-  "list": [1, 2,', "-    3]", '+  "list": [1, 2]']),
        ({("list",): []}, ['-  "list": [1, 2,', "-    3]", '+  "list": []']),
        (
            {("schedules", "lr"): None},
            ['-    "lr": "linear(1, 0, 9)", "eps": 1e-8', '+    "eps": 1e-8'],
        ),
        ({("new",): {"a": 1}}, ["-    3]", "+    3],", '+  "new": {"a": 1}']),
    ],
)
def test_json_is_edited_in_its_own_style(edits, lines):
    assert lines_of(JSON, "json", edits) == lines


@pytest.mark.parametrize("format", TEXTS)
def test_line_ends_stay(format):
    text = TEXTS[format].replace("\n", "\r\n")
    made = edited(text, format, {("schedules", "eps"): 1e-6, ("schema",): None})
    assert made.count("\n") == made.count("\r\n")
    plain = edited(
        TEXTS[format], format, {("schedules", "eps"): 1e-6, ("schema",): None}
    )
    assert made.replace("\r\n", "\n") == plain


def test_nothing_to_do_changes_nothing():
    for format, text in TEXTS.items():
        data = parse_document(text, format=format).data
        edits = {(key,): value for key, value in data.items() if value is not None}
        assert edited(text, format, edits) == text
        assert edited(text, format, {("no", "such"): None}) == text


def test_an_empty_text_is_a_document_to_put_things_in():
    assert edited("", "yaml", {("a", "b"): 1}) == "a:\n  b: 1\n"
    assert edited("# top\n", "yaml", {("a",): [1]}) == "# top\na: [1]\n"
    assert edited("", "toml", {("a", "b"): 1}) == "[a]\nb = 1\n"
    assert edited("{}", "json", {("a", "b"): 1}) == '{"a": {"b": 1}}'
