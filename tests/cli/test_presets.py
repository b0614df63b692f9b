"""`lehr presets` and `lehr init`: recipes and documents to begin with."""

import json
from pathlib import Path

import pytest

from lehr import read_config
from lehr.cli.main import main
from lehr.presets import preset, preset_names

SCREENS = Path(__file__).parent / "screens"


@pytest.fixture(autouse=True)
def here(empty_desk):
    """Work in an empty folder, at 80 columns, without colours."""
    return empty_desk


@pytest.mark.parametrize(
    ("name", "words"),
    [("presets-list", []), ("presets-bert", ["bert-base"]), ("presets-vit", ["vit"])],
)
def test_the_screen_is_the_one_that_was_looked_at(name, words, capsys):
    assert main(["presets", *words]) == 0
    shown = capsys.readouterr().out
    assert shown == (SCREENS / f"{name}.txt").read_text()
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", preset_names())
def test_each_recipe_fits_80_columns(name, capsys):
    assert main(["presets", name]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_programs_get_the_numbers(capsys):
    assert main(["presets", "t5", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["tokens"] == 2**35
    assert main(["presets", "--json"]) == 0
    assert {one["name"] for one in json.loads(capsys.readouterr().out)} == set(
        preset_names()
    )


def test_the_document_of_a_recipe_is_a_document(capsys):
    assert main(["presets", "resnet-50", "--document"]) == 0
    assert capsys.readouterr().out == preset("resnet-50").text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gpt3-175"], 'did you mean "gpt3-175b"?'),
        (["zzz"], "see: lehr presets"),
        (["--document"], "needs the name"),
    ],
)
def test_what_is_not_there_is_refused(words, said, capsys):
    words = [*words, "--document"] if words == ["gpt3-175"] else words
    assert main(["presets", *words]) == 2
    assert said in capsys.readouterr().err


# ------------------------------------------------------------------------------ init


def test_the_document_that_init_writes_is_read_and_says_what_was_asked(capsys):
    words = ["--peak", "6e-4", "--updates", "20k", "--batch-size", "32"]
    assert main(["init", *words]) == 0
    config = read_config("run.yaml")
    assert config.plan.updates == 20_000
    assert config.plan.batch_size == 32
    assert config.schedules["lr"].maximum == 6e-4
    assert config.schedules["lr"](20_000) == pytest.approx(6e-5)
    assert "next: lehr show run.yaml" in capsys.readouterr().err


def test_what_init_leaves_as_a_comment_is_right_when_it_is_not_one(capsys):
    assert main(["init", "-"]) == 0
    lines = []
    for line in capsys.readouterr().out.splitlines():
        bare = line.replace("# ", "", 1)
        key = bare.strip().partition(":")[0]
        named = ("dataset_size", "sequence_length", "groups", "no_decay")
        lines.append(bare if key in named or "{no_decay" in bare else line)
    text = "\n".join(lines).replace("  weight_decay: 0.1       #", "  #", 1)
    config = read_config(text + "\n")
    assert config.schedules["weight_decay.no_decay"](0) == 0.0
    assert config.plan.sequence_length == 4096


def test_init_does_not_write_over_a_file(here, capsys):
    (here / "run.yaml").write_text("mine")
    assert main(["init"]) == 2
    assert "--force" in capsys.readouterr().err
    assert (here / "run.yaml").read_text() == "mine"
    assert main(["init", "--force"]) == 0
    assert (here / "run.yaml").read_text() != "mine"


def test_init_begins_with_a_recipe_or_a_document_to_train(here):
    assert main(["init", "llama.yaml", "--preset", "llama-2-7b"]) == 0
    assert (here / "llama.yaml").read_text() == preset("llama-2-7b").text
    assert main(["init", "digits.yaml", "--train"]) == 0
    assert main(["train", "digits.yaml", "--dry-run", "--quiet"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--peak", "fast"], "must be a number"),
        (["--peak", "-1"], "must be > 0"),
        (["--updates", "3ep"], "--updates"),
        (["--batch-size", "0"], ">= 1"),
        (["run.toml"], "lehr convert"),
        (["--preset", "bert"], "unknown preset"),
    ],
)
def test_init_refuses_what_it_cannot_write(words, said, here, capsys):
    assert main(["init", *words]) == 2
    assert said in capsys.readouterr().err
    assert not list(here.iterdir())


@pytest.mark.parametrize("begun", [["--train"], ["--preset", "dino-vit-s"]])
def test_init_does_not_ignore_a_number_that_the_document_has_already(begun, capsys):
    assert main(["init", "-", *begun, "--peak", "1e-3"]) == 2
    assert f"do not go with {begun[0]}" in capsys.readouterr().err


def test_init_writes_the_peak_that_was_given_to_its_last_digit(capsys):
    assert main(["init", "-", "--peak", "3.14159e-4"]) == 0
    assert "warmup_cosine(0.000314159," in capsys.readouterr().out
