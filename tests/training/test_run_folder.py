"""Run folders: found by their start, named apart, whole or not there."""

import json

import pytest

from lehr.training.run_folder import RunFolder, latest_run, new_run


def test_the_latest_run_is_the_one_started_last_whatever_its_name(tmp_path):
    for name in ("c", "a", "b"):
        RunFolder(tmp_path / name).create("", ".yaml", "", {})
    (tmp_path / "z").mkdir()  # no run was started there
    (tmp_path / "file").write_text("")
    latest = latest_run(tmp_path)
    assert latest is not None and latest.path == tmp_path / "b"


def test_there_may_be_no_run_and_no_folder(tmp_path):
    assert latest_run(tmp_path) is None
    assert latest_run(tmp_path / "none") is None


def test_two_runs_of_one_second_have_two_folders(tmp_path):
    first = new_run(tmp_path, "x")
    first.path.mkdir()
    names = {new_run(tmp_path, "x").path for _ in range(3)}
    assert first.path not in names


def test_keeps_what_was_given_and_the_facts(tmp_path):
    folder = RunFolder(tmp_path / "deep" / "run")
    assert not folder.exists
    folder.create("given", ".toml", "resolved", {"seed": 3})
    assert folder.exists and folder.facts["seed"] == 3
    assert (folder.path / "config.toml").read_text() == "given"
    assert folder.resolved.read_text() == "resolved"
    with pytest.raises(FileExistsError, match="holds a run already"):
        folder.create("other", ".yaml", "", {})
    assert (folder.path / "config.toml").read_text() == "given"


def test_a_stop_is_known_to_the_same_launch_only_and_then_forgotten(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.take_stop("a") is None
    folder.note_stop(75, "a")
    assert folder.take_stop("a") == 75
    folder.note_stop(143, "a")
    assert folder.take_stop("b") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["{", "[1]", "{}", '{"started"', "\xff"])
def test_what_is_no_run_is_named_and_not_taken_for_one(tmp_path, text):
    RunFolder(tmp_path / "good").create("", ".yaml", "", {})
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "run.json").write_text(text, "latin-1")
    with pytest.raises(ValueError, match=r"foreign/run\.json is damaged, or no file"):
        latest_run(tmp_path)


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write("summary.json", {"updates": 1})
    with pytest.raises(TypeError):
        folder.write("summary.json", {"updates": object()})
    assert json.loads(folder.summary.read_text()) == {"updates": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["summary.json"]
