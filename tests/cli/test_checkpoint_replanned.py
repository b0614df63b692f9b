"""`lehr checkpoint show` tells what was done to the schedules on the way."""

import json
import shutil
from pathlib import Path

import pytest

from lehr.cli.main import main

GOLDEN = Path(__file__).parents[1] / "training" / "checkpoint" / "golden" / "format-2"
RECORD = {
    "policy": "cooldown",
    "by": "replan",
    "at": {"updates": 1_000, "samples": 0, "tokens": 0},
    "changes": [{"field": "lr", "groups": [0]}, {"field": "lr", "groups": [1]}],
}


@pytest.mark.parametrize("as_json", [False, True])
def test_a_replanned_run_shows(tmp_path, capsys, as_json):
    shutil.copytree(GOLDEN, tmp_path / "run")
    newest = max(Path(tmp_path, "run", "checkpoints").glob("update-*"))
    state = json.loads((newest / "state.json").read_text())
    state["scheduler"] = {"fingerprint": "", "position": {}, "history": [RECORD]}
    (newest / "state.json").write_text(json.dumps(state))
    words = ["--json"] if as_json else []
    assert main(["checkpoint", "show", str(newest), *words]) == 0
    shown = capsys.readouterr().out
    if as_json:
        assert json.loads(shown)[0]["replanned"] == [RECORD]
    else:
        assert "  replanned at update 1,000: cooldown of lr\n" in shown
