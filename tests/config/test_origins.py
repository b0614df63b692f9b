"""Sources of documents: the same document, whatever it is written in."""

import enum
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lehr import Linear, read_config
from lehr.config import ConfigError, Document
from lehr.config.origins import document_of

DATA = {
    "schema": 1,
    "plan": {"updates": 40, "batch_size": 8},
    "schedules": {"lr": "linear(1e-3, 0, 50%)"},
}
YAML = """\
# a run
schema: 1
plan: {updates: 40, batch_size: 8}
schedules:
  lr: linear(1e-3, 0, 50%)
"""
TOML = """\
schema = 1
[plan]
updates = 40
batch_size = 8
[schedules]
lr = "linear(1e-3, 0, 50%)"
"""
RATE = {"lr": Linear(1e-3, 0.0, 20)}


@dataclass
class PlanOfMine:
    updates: int = 40
    batch_size: int = 8
    ramp: dict | None = None


@dataclass
class RunOfMine:
    schedules: dict = field(default_factory=lambda: dict(DATA["schedules"]))
    plan: PlanOfMine = field(default_factory=PlanOfMine)
    train: dict | None = None


class Kind(enum.Enum):
    adamw = 1


def problems(source):
    with pytest.raises(ConfigError) as caught:
        read_config(source)
    return caught.value.problems


@pytest.mark.parametrize(
    "source",
    [
        DATA,
        YAML,
        TOML,
        json.dumps(DATA),
        json.dumps(DATA, indent="\t"),
        RunOfMine(),
        Document(DATA, "<mine>"),
    ],
    ids=["dict", "yaml", "toml", "json", "json-tabs", "dataclass", "Document"],
)
def test_the_same_document_gives_the_same_whatever_it_is_written_in(source):
    config = read_config(source)
    assert config.schedules == RATE
    assert config.plan.updates == 40


@pytest.mark.parametrize(
    ("ending", "text"), [("yaml", YAML), ("toml", TOML), ("json", json.dumps(DATA))]
)
def test_files_are_read_by_their_ending_and_standard_input_by_its_text(
    tmp_path, monkeypatch, ending, text
):
    file = tmp_path / f"run.{ending}"
    file.write_text(text)
    assert read_config(file).schedules == read_config(str(file)).schedules == RATE
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert read_config("-").schedules == RATE


def test_an_expression_is_the_schedule_of_lr_and_its_problems_have_a_place():
    assert read_config("wsd(1, warmup=1, stable=2, decay=1)").schedules["lr"].steps == 4
    [problem] = problems("linear(1, 0, 5 parsecs)")
    assert (problem.line, problem.column, problem.path) == (1, 14, "schedules.lr")


def test_a_single_schedule_is_that_of_lr():
    node = {"kind": "linear", "start": 1e-3, "end": 0, "steps": 20}
    assert read_config(node).schedules == RATE
    [problem] = problems("kind: linear\nstart: 1e-3\nend: 0\nstepps: 3")[:1]
    assert (problem.line, problem.path) == (4, "stepps")


def test_names_of_enums_and_paths_are_texts():
    data = {"optimizer": {"kind": Kind.adamw}, "output": Path("out")}
    read = read_config({**data, "schedules": {"lr": 1}}).sections
    assert (read["optimizer"]["kind"], read["output"]) == ("adamw", "out")


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        (3, "LH107", "a document is a mapping, a text or the path of a file, got 3"),
        (RunOfMine, "LH107", "got <class"),
        ({3: 1}, "LH107", "a key must be text, got 3"),
        ({"schedules": {"lr": "???"}}, "LH104", "lr is ???"),
        ({"schedules": {"lr": "${peak}"}}, "LH106", "${peak} is not resolved"),
        ("no/such/file.yaml", "LH110", "cannot read the file"),
        ("", "LH104", 'missing key "schedules"'),
    ],
)
def test_refuses_what_is_no_document(source, code, message):
    [problem] = problems(source)
    assert problem.code == code
    assert message in problem.message


def test_what_holds_itself_is_refused():
    data = {"schedules": {}}
    data["schedules"]["lr"] = data
    [problem] = problems(data)
    assert problem.code == "LH111"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("schedules: {lr: !!python/object/apply:os.system ['touch pwned']}", "LH112"),
        ("lr: {_target_: os.system, command: touch pwned}", "LH109"),
        ("lr: {_target_: lehr.bindings.torch.Scheduler, optimizer: 1}", "LH109"),
        ("lr: {_target_: lehr.schedules.__builtins__.eval, _args_: ['1']}", "LH109"),
        ("lr: {_target_: lehr.Linear, start: 1, end: 0, steps: 3, _partial_: true}",
         "LH109"),
        ("lr: {kind: function, f: 'os.system'}", "LH109"),
        ("lr: __import__('os').system('touch pwned')", "LH100"),
        ("lr: &a [*a]", "LH111"),
        ("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{n}: &{n} [{','.join(['*' + p] * 9)}]\n"
            for p, n in zip("abcdefg", "bcdefgh", strict=True)), "LH111"),
        ("lr: " + "[" * 3000, "LH111"),
        ("lr: " + "(" * 3000, "LH111"),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_document_runs_no_code_and_does_not_blow_up(
    tmp_path, monkeypatch, text, code
):
    monkeypatch.chdir(tmp_path)
    assert code in {p.code for p in problems(text)}
    assert not list(tmp_path.iterdir())


def test_a_target_of_lehr_is_a_kind():
    node = {
        "_target_": "lehr.Linear",
        "_args_": [1e-3, 0],
        "steps": "50%",
        "_convert_": "all",
        "_recursive_": True,
    }
    data = {"schedules": {"lr": node}, "plan": {"updates": 40}}
    assert read_config(data).schedules == RATE
    assert read_config(data).durations["schedules", "lr", "steps"] == "50%"


def test_a_mere_expression_needs_no_pydantic():
    code = (
        "import sys; sys.modules['pydantic'] = None; import lehr\n"
        "assert lehr.read_config('linear(1, 0, 9)').schedules['lr'].steps == 9\n"
        "try: lehr.read_config({'lr': 1, 'seed': 0})\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == (
        "a document with sections needs pydantic: pip install 'lehr[config]'\n"
    )


def test_omegaconf_is_resolved_and_what_it_lacks_is_told_at_once():
    omegaconf = pytest.importorskip("omegaconf")
    data = {**DATA, "plan": {"updates": "${batch}", "batch_size": 8}, "seed": 3}
    created = omegaconf.OmegaConf.create({"batch": 40, "run": data})
    assert read_config(created.run).schedules == RATE
    structured = omegaconf.OmegaConf.structured(RunOfMine)
    assert read_config(structured).schedules == RATE
    structured.plan.updates = "???"
    structured.schedules.lr = "???"
    found = [(p.code, p.path) for p in problems(structured)]
    assert found == [("LH104", "plan.updates"), ("LH104", "schedules.lr")]


def test_a_document_of_a_document_is_itself():
    document = Document(DATA, "<mine>")
    assert document_of(document) is document


def test_an_expression_that_yaml_has_cut_at_a_comma_says_so():
    first = problems("{schedules: {lr: linear(1, 0, 10)}}")[0]
    assert first.hint == "inside { } an expression needs quotes"
