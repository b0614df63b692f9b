"""Every example runs as a user would run it: as a script, in a folder of their own."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

NEEDS = re.compile(r"^# needs: (.+)$", re.MULTILINE)
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_says_something(path, tmp_path):
    if needed := NEEDS.search(path.read_text()):
        for package in needed[1].split(", "):
            if importlib.util.find_spec(package) is None:
                pytest.skip(f"{package} is not installed")
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "Warning" not in done.stderr
