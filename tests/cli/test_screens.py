"""What the commands print, as it was looked at."""

import os
from pathlib import Path

import pytest

from cli.desk import RECIPE

SCREENS = Path(__file__).parent / "screens"
WSD = "wsd(3e-4, warmup=1ep, decay=20%)"
PLAN = ["--plan", "dataset_size=50k,batch_size=32,epochs=90"]
COMMANDS = {
    "at-updates": ["at", RECIPE, "0", "1k", "50%", "100%"],
    "at-document": ["at", "run.yaml", "0", "1ep", "90%", "0:1000:250"],
    "at-alone": ["at", "cosine(1, 0, 100)", "25"],
    "table-phases": ["table", RECIPE, "--rows", "6"],
    "table-plan": ["table", WSD, *PLAN],
    "table-document": ["table", "run.yaml", "--rows", "4"],
    "table-markdown": ["table", "run.yaml", "--rows", "4", "--markdown"],
    "table-csv": ["table", "a=cosine(1, 0, 9)", "b=0.5", "--every", "4", "--csv"],
    "table-wide": ["table", *(f"curve-number-{i}=0.{i}" for i in range(1, 6))],
    "convert-torch": ["convert", "run.yaml", "--field", "lr", "--to", "torch"],
    "convert-expression": ["convert", "run.yaml", "--to", "expression"],
    "convert-megatron": ["convert", "flags.txt", "--to", "megatron"],
    "convert-several": ["convert", "run.yaml", "--to", "torch"],
    "import-log": ["import", "metrics.csv"],
    "import-noise": ["import", "noise.csv", "--ascii"],
    "import-configuration": ["import", "ds.json"],
    "import-nobody": ["import", "step.yaml"],
    "show-mistakes": ["show", "folder", "metrics.csv", "ab.cd=1", "3ep", "lr.leh"],
    "help-at": ["at", "--help"],
    "help-import": ["import", "--help"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, shell):
    code, out, err = shell(*COMMANDS[name])
    golden = SCREENS / f"{name}.txt"
    if os.environ.get("LEHR_WRITE_SCREENS"):
        golden.write_text(out + err)
    assert out + err == golden.read_text()
    assert code == (2 if err else int(name == "import-noise"))
    if not name.startswith("convert-expression"):
        assert max(map(len, out.splitlines()), default=0) <= 80
