"""`lehr train` on each kind of data: what is trained, and what the summary says."""

import json
import math

import pytest
import yaml

from lehr.cli.main import main
from lehr.config.builtin import BUILT_IN, default_text

WORDS = b"one two three four five six seven eight nine ten eleven twelve; " * 150
SMALL = (
    "model={kind: gru, width: 16}",
    "train.updates=12",
    "train.batch_size=4",
    "train.evaluate_every=6",
    "data.context=32",
    "data.validation=0.1",
    "data.test=0.1",
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (tmp_path / "words.txt").write_bytes(WORDS)
    return folder


def train(*arguments):
    return main(["train", *arguments])


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_a_text_is_learned_from_anywhere_and_told_in_bits_per_byte(here, capsys):
    assert train("--text", "../words.txt", *SMALL, "--run-dir", "run") == 0
    shown = capsys.readouterr().out
    file = here.parent / "words.txt"
    assert f"0.00768 MB to learn from {file}" in shown
    assert "update 6/12  loss " in shown and "  bits per byte " in shown
    facts = summary(here / "run")
    assert facts["test_bits_per_byte"] == pytest.approx(
        facts["test_loss"] / math.log(2), rel=1e-5
    )
    assert 0 < facts["val_bits_per_byte"] < 8
    assert f"test bits per byte  {facts['test_bits_per_byte']:.3f}  (best" in shown
    perplexity = math.exp(facts["test_loss"])
    assert f"perplexity          {perplexity:.3f}, " in shown
    assert "accuracy" not in shown
    resolved = yaml.safe_load((here / "run" / "resolved.yaml").read_text())
    assert resolved["data"]["text"] == str(file)
    assert resolved["train"]["mean_over"] == "tokens"


def test_a_text_of_the_document_lies_in_its_folder(here, capsys):
    (here / "words.txt").write_bytes(WORDS)
    same = ("bytes", *SMALL, "--quiet")
    assert train(*same, "data.text=words.txt", "--run-dir", "inside") == 0
    assert train(*same, "--data", "../words.txt", "--run-dir", "typed") == 0
    assert summary(here / "inside")["test_loss"] == summary(here / "typed")["test_loss"]
    assert train(*same, "data.text=../words.txt", "--run-dir", "outside") == 2
    told = capsys.readouterr().err
    assert "error[LH122]" in told and "at data.text" in told
    assert "on the command line: --data PATH" in told


def test_the_best_may_lie_in_an_epoch_that_did_not_end(here, capsys):
    text = ("--text", "../words.txt", *SMALL, "train.batch_size=200")
    assert train(*text, "train.updates=3", "--quiet", "--run-dir", "run") == 0
    shown = capsys.readouterr().out
    assert "updates             3, 1 epoch\n" in shown
    assert "best after          3 updates\n" in shown


def test_a_run_goes_on_with_the_text_that_was_typed(here, capsys):
    run = ("--run-dir", "run", "--quiet")
    job = ("--text", "../words.txt", *SMALL, "--time-limit", "0.001s", *run)
    assert train(*job) == 75
    assert train("--resume", *run, "--text", "../other.txt") == 2
    assert train("--resume", *run, "--text", "../words.txt") == 0
    (here.parent / "other.txt").write_bytes(WORDS)
    assert train("--resume", *run, "--text", "../other.txt") == 2
    assert "data.text was " in capsys.readouterr().err


def test_a_text_takes_the_place_of_other_data(here, capsys):
    (here / "my.yaml").write_text(default_text())
    assert train("my.yaml", "--text", "../words.txt", "train.epochs=1") == 2
    assert "kind conv takes no bytes" in capsys.readouterr().err
    assert (
        train(
            "my.yaml",
            "--text",
            "../words.txt",
            "train.updates=1",
            "train.epochs=null",
            "model.kind=gru",
            "--quiet",
            "data.validation=0.1",
            "data.test=0.1",
            "--run-dir",
            "run",
        )
        == 0
    )


def test_a_text_that_is_not_there(capsys):
    assert train("--text", "nowhere.txt") == 2
    told = capsys.readouterr().err
    assert "error[LH110]: cannot read " in told and "at data.text" in told


def test_data_that_are_drawn_are_read_from_nowhere(capsys):
    assert train("--data", "x") == 2
    told = capsys.readouterr().err
    assert "data of kind digits are not" in told
    assert "table, fashion-mnist, bytes" in told


def test_one_place_for_the_data(capsys):
    assert train("--data", "x", "--text", "y") == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_points_are_told_apart_and_a_line_is_found(here, capsys):
    assert train("synthetic", "--quiet", "--run-dir", "classes") == 0
    assert summary(here / "classes")["test_accuracy"] > 0.9
    data = "data={kind: synthetic, task: regression, noise: 0.1}"
    assert train("synthetic", data, "--quiet", "--run-dir", "line") == 0
    shown = capsys.readouterr().out
    facts = summary(here / "line")
    assert 0.005 < facts["test_loss"] < 0.2
    assert f"test loss   {facts['test_loss']:.4f}  (best weights)" in shown
    assert "val_accuracy" not in facts


def test_images_that_are_not_there_are_told_with_two_ways_to_get_them(
    here, capsys, monkeypatch
):
    monkeypatch.setattr("lehr.training.data.fashion.DEBIAN", here / "none")
    assert train("fashion-mnist") == 2
    told = capsys.readouterr().err
    assert "error[LH110]: " in told and "none holds no train-images" in told
    assert "apt install dataset-fashion-mnist" in told and "--data DIR" in told


@pytest.mark.parametrize(
    ("data", "model"),
    [
        ("{kind: digits}", "conv"),
        ("{kind: synthetic}", "mlp"),
        ("{kind: bytes}", "transformer"),
    ],
)
def test_the_usual_model_of_the_data(here, data, model):
    (here / "my.yaml").write_text(
        f"schema: 1\ndata: {data}\noptimizer: {{kind: adamw}}\n"
        "schedules: {lr: 1e-3}\ntrain: {updates: 1, batch_size: 2}\n"
    )
    from lehr.config.documents import read_document
    from lehr.config.run_document import read_run

    run = read_run(read_document("my.yaml"), lambda data: 100)
    assert run.config.model.kind == model
    assert run.resolved()["model"]["kind"] == model


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_document_is_printed_by_its_name(capsys, name):
    assert train("--example", name) == 0
    assert capsys.readouterr().out == default_text(name)


def test_an_unknown_built_in_document_is_no_file(capsys):
    assert train("byte") == 2
    assert "byte" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer.fused=fast", "fused must be auto, true or false, got 'fast'"),
        ("train.compile=fast", "compile must be true, false, or a mapping of"),
        ("train.evaluate_every=0", "how often is a number of updates >= 1, or"),
        ("train.checkpoint_every=1.5", "such as 2ep, 10k samples, 1Mtok or 30m"),
        ("train.precision=fp8", "precision must be 'fp32', 'bf16' or 'fp16'"),
        ("train.clip_value=0", "clip_value must be > 0.0, got 0"),
        ("train.mean_over=batches", "mean_over must be 'samples' or 'tokens'"),
        ("train={time: 1h, batch_size: 2}", "time and until may only end it sooner"),
        ("train={tokens: 100, batch_size: 2}", "tokens are counted for data of kind"),
        ("data={kind: bytes, validation: 0.5, test: 0.5}", "leave nothing to train on"),
        ("data={kind: synthetic, task: regression, classes: 3}", "has no classes"),
        ("model={kind: transformer, width: 30, heads: 4}", "multiple of 2 x heads (8)"),
        ("model={kind: transformr}", 'did you mean "transformer"?'),
    ],
)
def test_a_value_that_breaks_its_rule(capsys, override, message):
    assert train(override) == 2
    told = capsys.readouterr().err
    assert message in told and "Traceback" not in told
