"""What `lehr lint` takes beside files: recipes, names, folders, a pipe."""

import pytest


def test_recipes_and_named_files_are_linted(shell):
    code, out, err = shell("lint", "preset:resnet-50", "a=run.yaml")
    assert (code, err) == (0, "")
    assert "1 note in 1 of 2 files" in out


def test_a_name_is_the_field_of_an_expression(shell):
    words = ["eps=linear(1, -1, 50%)", "--steps", "100", "--json"]
    code, out, _ = shell("lint", *words)
    assert code == 1
    assert '"field": "eps"' in out


def test_a_run_that_is_told_is_laid_over_the_documents_own(shell):
    told = ["--plan", "epochs=1", "--plan", "accumulation=2"]
    code, _, err = shell("lint", "run.yaml", *told)
    assert code == 2
    assert "warmup (13) + decay (250) exceeds total (250)" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-", "-"], "standard input can be read once"),
        (["preset:nothing"], "see: lehr presets"),
        (["nosuch"], "it is neither a file nor an expression"),
        (["1", "batch_size=32"], '"batch_size=" names no schedule'),
        (["empty.txt"], "it is empty"),
        (["run.yml"], 'did you mean "run.yaml"?'),
    ],
)
def test_what_is_nothing_is_told_as_elsewhere(words, message, shell):
    code, _, err = shell("lint", *words, piped="1")
    assert code == 2
    assert message in err


def test_a_folder_without_documents_is_told(shell):
    assert shell("lint", "folder") == (0, "there was no document to look at\n", "")
