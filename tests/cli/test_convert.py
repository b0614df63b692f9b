"""`lehr convert`: documents, code, values; files that are written whole or not."""

import json
import os

import pytest

import lehr.config
from lehr import read_config, to_code
from lehr.cli.conversion import write
from lehr.config import read_schedule


@pytest.fixture(autouse=True)
def documents_can_be_written(monkeypatch):
    """Write JSON, which is YAML too, where nothing of lehr's writes documents."""
    if not hasattr(lehr.config, "write_document"):

        def write_document(data, format="yaml"):
            return json.dumps(data, indent=2) + "\n"

        monkeypatch.setattr(lehr.config, "write_document", write_document, False)


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_a_document_keeps_all_it_says(ending, shell):
    code, out, err = shell("convert", "run.yaml", "-o", f"new.{ending}")
    assert (code, out, err) == (0, "", f"wrote new.{ending}\n")
    old, new = read_config("run.yaml"), read_config(f"new.{ending}")
    assert new.schedules == old.schedules
    assert new.plan == old.plan
    assert new.document.data == old.document.data  # durations as they were written


def test_expressions_become_a_document(shell):
    words = ["lr=linear(1, 0, 9)", "weight_decay=0.1"]
    assert shell("convert", *words, "-o", "new.yaml")[0] == 0
    schedules = read_config("new.yaml").schedules
    assert schedules["lr"] == read_schedule("linear(1, 0, 9)")
    assert schedules["weight_decay"](5) == 0.1


def test_a_field_of_a_document_becomes_a_document(shell):
    words = ["--field", "weight_decay.head", "--to", "json"]
    _, out, _ = shell("convert", "run.yaml", *words)
    head = {"head": "Linear(start=0.1, end=0.0, steps=1000)"}
    assert json.loads(out) == {"schema": 1, "schedules": {"weight_decay": head}}


def test_another_librarys_configuration_becomes_a_document(shell):
    _, out, _ = shell("convert", "flags.txt", "--to", "json")
    lr = read_schedule(json.loads(out)["schedules"]["lr"])
    assert (lr(10), lr(100)) == (3e-4, 3e-5)


@pytest.mark.parametrize("target", ["python", "optax", "keras", "composer", "timm"])
def test_code_is_that_of_to_code(target, shell):
    _, out, _ = shell("convert", "linear(0.1, 0, 10)", "--to", target)
    assert out == to_code(read_schedule("linear(0.1, 0, 10)"), target).rstrip() + "\n"


def test_values_are_those_of_every_update(shell):
    assert shell("convert", "linear(1, 0, 4)", "-o", "new.csv")[0] == 0
    with open("new.csv") as file:
        text = file.read()
    assert text == "update,value\n0,1.0\n1,0.75\n2,0.5\n3,0.25\n4,0.0\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["1"], "say the format: --to FORMAT"),
        (["1", "-o", "a.doc"], "known endings: .yaml"),
        (["1", "--to", "tensorflow"], "invalid choice: 'tensorflow'"),
        (["run.yaml", "--to", "torch"], "--field lr"),
        (["1", "2", "--to", "torch"], "one at a time"),
        (["1", "2", "--to", "json"], "several schedules would be lr"),
        (["run.yaml", "--field", "weight_decay.hed", "--to", "csv"], "head"),
        (["1", "-o", "run.yaml"], "run.yaml exists\n   = --force replaces it"),
        (["1", "-o", "no/new.yaml"], "mkdir -p no"),
        (["noam(9, warmup=5)", "--to", "csv"], "does not end"),
        (["noise(1, sigma=0.1, steps=9)", "--to", "torch"], "error"),
        (["warmup_linear(1, warmup=9, total=99)", "--to", "transformers"], "cannot"),
    ],
)
def test_what_cannot_be_converted_is_refused(words, message, shell):
    code, out, err = shell("convert", *words)
    assert (code, out) == (2, "")
    assert message in err


def test_a_file_is_replaced_if_that_is_said(shell):
    assert shell("convert", "1", "-o", "run.yaml", "--force")[0] == 0
    assert set(read_config("run.yaml").schedules) == {"lr"}


def test_a_failure_leaves_the_old_file_and_no_other(shell, desk):
    before = sorted(os.listdir(desk))
    words = ["noam(9, warmup=5)", "--to", "csv", "-o", "run.yaml", "--force"]
    assert shell("convert", *words)[0] == 2
    assert sorted(os.listdir(desk)) == before
    assert read_config("run.yaml").schedules["lr"].steps == 1_500


def test_a_dash_is_standard_output(capsys):
    write(lambda file: file.write("text"), "-")
    assert capsys.readouterr().out == "text"
