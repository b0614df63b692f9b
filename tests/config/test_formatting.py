"""A document in its usual spelling means the same, and looks as it did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import schedules

from config.mutations import FEWER
from lehr import Plan
from lehr.config import (
    ConfigError,
    build_schedule,
    changes,
    parse_document,
    to_mapping,
    write_document,
)
from lehr.config.formatting import format_of, formatted, migrated
from lehr.plan import Duration

FORMATS = ("yaml", "json", "toml")
YAML = """\
# A run.
name: Linear( 1,0 ,5 )   # only a name
schedules:
    lr: 'WarmupCosine'
    a: "Linear(0.0010,0 , 5 %)"   # mine
    b: {kind: Cosine, start: 1e-03, end: "2*  .5", steps: 64000 samples}
    c:
      body: Chain((Constant( 1,5 ),Triangular(0,1,up=3,mode='triangular2')))
      head: {kind: Triangular, low: 0, high: 1, up: 3, mode: triangular2}
    d: linear(1,
         0, 5)
    e: |
      linear(1 ,0,5)  # why
"""
USUAL = """\
# A run.
name: Linear( 1,0 ,5 )   # only a name
schedules:
    lr: 'WarmupCosine'
    a: "linear(1e-3, 0, 5%)"   # mine
    b: {kind: cosine, start: 1e-03, end: "2 * 0.5", steps: 64k samples}
    c:
      body: chain((constant(1, 5), triangular(0, 1, up=3, mode='triangular2')))
      head: {kind: triangular, low: 0, high: 1, up: 3, mode: triangular2}
    d: linear(1,
         0, 5)
    e: |
      linear(1 ,0,5)  # why
"""


def test_only_the_spelling_of_schedules_changes():
    assert formatted(YAML, "yaml") == USUAL
    assert formatted(USUAL, "yaml") == USUAL
    windows = YAML.replace("\n", "\r\n")
    assert formatted(windows, "yaml") == USUAL.replace("\n", "\r\n")


@pytest.mark.parametrize("format", FORMATS)
@FEWER
@given(st.data())
def test_formatting_keeps_the_meaning_and_is_done_once(format, data):
    drawn = data.draw(st.lists(schedules, min_size=1, max_size=2))
    spelled = st.sampled_from([repr, to_mapping, _loose])
    named = {f"s{i}": data.draw(spelled)(each) for i, each in enumerate(drawn)}
    text = write_document({"schedules": named}, format)
    usual = formatted(text, format)
    assert formatted(usual, format) == usual
    document = parse_document(usual, format=format)
    for name, schedule in zip(named, drawn, strict=True):
        assert build_schedule(document, ("schedules", name)) == schedule


def _loose(schedule):
    """An expression with other spaces."""
    return repr(schedule).replace(", ", " ,").replace("(", "( ").replace("=", " = ")


@given(
    st.sampled_from(["samples", "tokens", "epochs", "percent", "updates"]),
    st.integers(0, 10**13),
    st.sampled_from(["", " "]),
)
def test_a_length_keeps_its_meaning(unit, amount, gap):
    text = f"schedules: {{lr: 'noam(512, warmup={amount}{gap}{unit})'}}"
    usual = parse_document(formatted(text, "yaml")).data["schedules"]["lr"]
    written = usual.removeprefix("noam(512, warmup=").removesuffix(")")
    assert Duration.of(written) == Duration(amount, unit)


def test_an_alias_of_yaml_stays_as_it_is():
    text = "schedules:\n  a: &x Linear(1,0,5)\n  b: *x\n  c: &y Linear(1,0,6)\n"
    usual = text.replace("Linear(1,0,6)", "linear(1, 0, 6)")
    assert formatted(text, "yaml") == usual


def test_a_formatted_document_is_no_change():
    assert changes(parse_document(YAML), parse_document(USUAL)) == ()
    plan = Plan(batch_size=64, updates=2_000)
    assert changes(parse_document(YAML), parse_document(USUAL), plan=plan) == ()


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("linear(1, 0, 5)", None),
        ("# why\n0.1", None),
        ("", "yaml"),
        ("schedules:\n  lr: 1", "yaml"),
        ("---\na: 1", "yaml"),
        ("# why\n[schedules]\nlr = 1", "toml"),
        ("schema = 1", "toml"),
        ('{"a": 1}', "json"),
        ("{a: 1}", "yaml"),
    ],
)
def test_the_format_of_a_text_is_seen(text, format):
    assert format_of(text) == format


def _migrate(data):
    """Stands in for the step from the short form to version 1."""
    if "schedules" in data:
        return {"schema": 1, **data}
    rest = {k: v for k, v in data.items() if k not in ("schema", "lr", "epochs")}
    return {
        **{"schema": 1, "schedules": {"lr": data["lr"]}},
        **{"plan": {"epochs": data["epochs"]}, **rest},
    }


@pytest.mark.parametrize(
    ("format", "old", "new"),
    [
        (
            "yaml",
            "# old\nlr: 1e-3  # high\nepochs: 3\nseed: 0  # same\n",
            "# old\nschema: 1\nseed: 0  # same\nschedules:\n  lr: 1e-3  # high\n"
            "plan:\n  epochs: 3\n",
        ),
        (
            "toml",
            "# old\nlr = 1e-3  # high\nepochs = 3\nseed = 0  # same\n",
            "# old\nschema = 1\nseed = 0  # same\n\n[schedules]\nlr = 1e-3  # high\n\n"
            "[plan]\nepochs = 3\n",
        ),
        (
            "json",
            '{\n  "lr": 1e-3,\n  "epochs": 3,\n  "seed": 0\n}\n',
            '{\n  "schema": 1,\n  "seed": 0,\n  "schedules": {"lr": 1e-3},\n'
            '  "plan": {"epochs": 3}\n}\n',
        ),
        ("json", '{"lr": 1, "epochs": 3}',
         '{"schedules": {"lr": 1}, "plan": {"epochs": 3}, "schema": 1}'),
        ("yaml", "schedules: {lr: 1}\n", "schedules: {lr: 1}\n"),
        ("yaml", "schema: 0\nlr: 1\nepochs: 3\n",
         "schema: 1\nschedules:\n  lr: 1\nplan:\n  epochs: 3\n"),
    ],
)  # fmt: skip
def test_an_older_document_is_brought_up_to_date_in_place(format, old, new):
    assert migrated(old, format, _migrate) == new
    assert migrated(new, format, _migrate) == new


def test_a_broken_document_is_refused_at_its_place():
    with pytest.raises(ConfigError, match=r"run.yaml:2:1"):
        formatted("a: 1\na: 2\n", "yaml", "run.yaml")


def test_the_short_form_is_formatted_too():
    text = "lr: Linear( 1.0,0 ,5 %) # mine\nupdates: 50\n"
    assert formatted(text, "yaml") == "lr: linear(1.0, 0, 5%) # mine\nupdates: 50\n"
