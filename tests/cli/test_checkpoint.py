"""`lehr checkpoint` as a person uses it: screens, damage, removal, export."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lehr.cli.checkpoint_report import report
from lehr.cli.main import main
from lehr.training import CheckpointStore
from lehr.training.checkpoint import FolderLock, manifest

SCREENS = Path(__file__).parent / "screens"
GOLDEN = Path(__file__).parents[1] / "training" / "checkpoint" / "golden" / "format-2"
OLDER, NEWER = (
    "run/checkpoints/update-000000000003",
    "run/checkpoints/update-000000000006",
)
COMMANDS = {
    "ls": ["ls", "run"],
    "ls-damaged": ["ls", "damaged", NEWER],
    "show": ["show", "run"],
    "verify": ["verify", "run", OLDER],
    "verify-damaged": ["verify", "damaged"],
    "removed": ["rm", NEWER],
    "last-good": ["rm", OLDER, NEWER],
    "unknown-action": ["verfy", "run"],
    "unknown-folder": ["ls", "rum"],
    "rm-of-a-run": ["rm", "run"],
    "export": ["export", "run", "-o", "weights.safetensors"],
}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work beside a run, whole, and a copy of it that is not, at 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("run", "damaged"):
        shutil.copytree(GOLDEN, tmp_path / name)
    damaged = tmp_path / "damaged" / "checkpoints"
    flip(damaged / "update-000000000003" / "model.safetensors", 150)
    (damaged / "update-000000000003" / "state.json").unlink()
    (damaged / "update-000000000006" / "manifest.json").write_text("{")
    (tmp_path / OLDER / "KEEP").unlink()
    return tmp_path


def flip(path, position):
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def checkpoint(*arguments):
    return main(["checkpoint", *map(str, arguments)])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, capsys):
    code = checkpoint(*COMMANDS[name])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert code == (2 if captured.err else int(name == "verify-damaged"))
    assert shown == (SCREENS / f"checkpoint-{name}.txt").read_text()


@pytest.mark.parametrize(
    "name",
    sorted(p.name for p in (GOLDEN / "checkpoints" / "update-000000000006").iterdir()),
)
def test_verify_finds_a_flipped_bit_in_any_file_and_names_it(name, capsys):
    flip(Path(NEWER) / name, 40)
    assert checkpoint("verify", NEWER) == 1
    assert name in capsys.readouterr().out
    assert checkpoint("verify", OLDER) == 0


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file.write_bytes(b""), "model.json has 0 bytes, not 70"),
        (lambda file: (file.unlink(), file.mkdir()), "model.json cannot be read"),
        (lambda file: (file.unlink(), file.symlink_to("x")), "model.json is a link"),
        (lambda file: (file.parent / "x.pt").touch(), "x.pt does not belong to it"),
    ],
)
def test_verify_names_other_damage(spoil, told, capsys):
    spoil(Path(NEWER) / "model.json")
    assert checkpoint("verify", "run") == 1
    shown = capsys.readouterr().out
    assert told in shown or "model.json is no file" in shown
    assert "2 checkpoints, 1 not good" in shown


def test_a_newer_format_is_told_and_not_removed(capsys):
    file = Path(NEWER) / manifest.NAME
    about = json.loads(file.read_text())
    del about["sha256"]
    file.write_bytes(manifest._sealed({**about, "format": 99}))
    assert checkpoint("verify", "run") == 1
    assert "NEWER    " + NEWER in capsys.readouterr().out
    for action in ("show", "rm"):
        assert checkpoint(action, NEWER) == 2
        assert "newer" in capsys.readouterr().err
    assert checkpoint("rm", OLDER) == 2, "the other is not known to be good"
    assert checkpoint("rm", NEWER, "--force") == 0
    assert checkpoint("verify", "run") == 0


def test_the_last_good_one_is_removed_by_force_only(here):
    flip(Path(OLDER) / "model.safetensors", 150)
    assert checkpoint("rm", NEWER) == 2
    assert checkpoint("rm", OLDER) == 0, "what is damaged is no loss"
    assert checkpoint("rm", NEWER) == 2
    assert checkpoint("rm", NEWER, "--force") == 0
    assert checkpoint("ls", "run") == 2
    assert [path.name for path in (here / "run/checkpoints").iterdir()] == ["run.json"]


def test_a_good_one_of_another_run_does_not_count(here):
    other = CheckpointStore(here / "other")
    entry = other.save({"model": {}}, updates=9)
    shutil.copytree(entry.path, here / "run/checkpoints" / entry.path.name)
    assert checkpoint("rm", OLDER, NEWER) == 2
    assert checkpoint("rm", OLDER) == 0


def test_what_is_marked_is_removed_by_force_only(capsys):
    Path(OLDER, "KEEP").write_text("the paper's")
    assert checkpoint("verify", OLDER) == 0
    assert checkpoint("rm", OLDER) == 2
    assert "is marked to be kept" in capsys.readouterr().err
    assert checkpoint("rm", OLDER, "--force") == 0


def test_nothing_is_removed_from_a_run_that_trains(here, capsys):
    with FolderLock(here / "run"):
        assert checkpoint("rm", OLDER, "--force") == 2
    assert "in use by process" in capsys.readouterr().err
    assert checkpoint("rm", OLDER) == 0


def test_a_link_is_not_removed(here, capsys):
    (here / "link").symlink_to(here / NEWER)
    assert checkpoint("rm", "link/") == 2
    assert "link/ is a link" in capsys.readouterr().err
    assert checkpoint("verify", "link") == 0


def test_exported_weights_are_those_of_the_newest(here, capsys):
    assert checkpoint("export", "run", "-o", "w.safetensors", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["checkpoint"] == NEWER
    found = load_file("w.safetensors")
    assert torch.equal(found["0.weight"], torch.arange(6.0).reshape(2, 3) + 6)
    assert checkpoint("export", OLDER, "-o", "w.safetensors") == 2
    assert checkpoint("export", OLDER, "-o", "w.safetensors", "--force") == 0
    assert load_file("w.safetensors")["0.weight"][0, 0] == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export", "run"], "export needs a file"),
        (
            ["export", "run", "damaged", "-o", "w.safetensors"],
            "takes one FOLDER, got 2",
        ),
        (["export", "run", "-o", "w.pt"], "path must end in .safetensors"),
        (["export", "damaged", "-o", "w.safetensors"], "model.safetensors has changed"),
        (["show", "damaged/checkpoints/update-000000000006"], "is not JSON"),
        (["ls", "run", "-o", "w.safetensors"], "ls writes no file"),
        (["ls", "."], "there is no checkpoint in ."),
        (["ls"], "are required: FOLDER"),
        (["ls", "run", "--jsn"], 'did you mean "--json"?'),
    ],
)
def test_a_mistake_gets_a_message_and_exit_code_2(words, told, capsys):
    assert checkpoint(*words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err


def test_the_facts_are_there_for_programs(capsys):
    assert checkpoint("ls", "run", "damaged", "--json") == 0
    run, damaged = json.loads(capsys.readouterr().out)
    assert [one["updates"] for one in run["checkpoints"]] == [3, 6]
    assert run["checkpoints"][1]["metrics"] == {"val_loss": None}
    assert [one["problem"] for one in damaged["damaged"]] == [
        "manifest.json is not JSON"
    ]
    assert checkpoint("show", OLDER, "--json") == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert facts["tensors"]["model"] == {"tensors": 2, "numbers": {"F32": 8}}
    assert checkpoint("verify", "damaged", "--json") == 1
    states = [one["state"] for one in json.loads(capsys.readouterr().out)]
    assert states == ["damaged", "damaged"]


def test_nothing_but_export_loads_torch():
    code = f"""
import sys
from lehr.cli.main import main
for action in ("ls", "show", "verify"):
    assert main(["checkpoint", action, "run"]) == 0
assert main(["checkpoint", "rm", {OLDER!r}]) == 0
assert not {{"torch", "numpy"}} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_narrow_listing_cuts_other_metrics_before_the_loss(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    row = {
        "path": "run/checkpoints/update-000000000266",
        "updates": 266,
        "epochs": 14,
        "bytes": 847_100,
        "keep": False,
        "finite": True,
        "metrics": {"val_accuracy": 0.99437, "val_loss": 0.0041432},
    }
    shown = report({"folder": "run", "checkpoints": [row], "damaged": []})
    assert "val_loss=0.004143  val_accu..." in shown


def test_a_checkpoint_of_shards_is_shown_verified_and_exported(capsys, tmp_path):
    folder = str(GOLDEN.with_name("format-3") / "checkpoints")
    assert checkpoint("verify", folder) == 0
    capsys.readouterr()
    assert checkpoint("show", folder) == 0
    shown = capsys.readouterr().out
    assert "shards    in 2 files" in shown
    assert "model     4 tensors: 1 of I64, 7 of F32, 3 of BF16" in shown
    assert checkpoint("show", folder, "--json") == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert facts["shards"] == 2
    assert facts["tensors"]["state"] == {"tensors": 2, "numbers": {"F32": 7}}
    output = tmp_path / "model.safetensors"
    assert checkpoint("export", folder, "-o", str(output)) == 0
    weights = load_file(output)
    assert weights["0.weight"].tolist() == [[6, 7, 8], [9, 10, 11]]
    assert weights["2.count"] == 6
