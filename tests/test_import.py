"""What a fresh interpreter loads: `import lehr` and `--help` load no framework."""

import json
import os
import re
import subprocess
import sys

import pytest

HEAVY = {
    "jax",
    "keras",
    "matplotlib",
    "numpy",
    "optax",
    "pydantic",
    "rich",
    "scipy",
    "torch",
    "yaml",
}
HELP = """
import contextlib, io
from lehr.cli.main import main
sys.argv = ["lehr", *{arguments!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""


def loaded_by(code):
    """Return the top-level modules that a fresh interpreter has after `code`."""
    script = f"import sys\n{code}\nimport json\nprint(json.dumps(list(sys.modules)))"
    # Coverage or a debugger in the child would bring modules of its own.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    output = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert output.stderr == ""
    return {name.split(".")[0] for name in json.loads(output.stdout)}


def test_importing_lehr_loads_no_framework_and_no_numpy():
    loaded = loaded_by("import lehr")
    assert "lehr" in loaded
    assert not loaded & HEAVY


def test_asking_a_schedule_loads_no_framework_and_no_numpy():
    lr = "lehr.warmup_cosine(3e-4, warmup=100, total=1000)"
    code = f"import lehr; lr = {lr}; lr(7); repr(lr); lr.phases; lr.area(); lr.maximum"
    assert not loaded_by(code) & HEAVY


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["show", "--help"], ["train", "--help"], ["runs", "--help"]],
    ids=" ".join,
)
def test_help_loads_no_framework_and_no_numpy(arguments):
    assert not loaded_by(HELP.format(arguments=arguments)) & HEAVY


@pytest.mark.parametrize("part", ["schedules", "controllers", "plan"])
def test_the_pure_parts_load_no_framework_and_no_numpy(part):
    assert not loaded_by(f"import lehr.{part}") & HEAVY


@pytest.mark.parametrize(
    ("absent", "use", "told"),
    [
        ("numpy", "lehr.Cosine(1, 0, 9).curve()", "pip install numpy"),
        ("torch", "import lehr.bindings.torch", r"pip install 'lehr\[torch\]'"),
        ("matplotlib", "lehr.plotting.plot(lehr.Cosine(1, 0, 9))", r"'lehr\[plot\]'"),
    ],
)
def test_what_is_not_installed_is_named_with_the_way_to_get_it(absent, use, told):
    code = (
        f"import sys\nsys.modules[{absent!r}] = None\nimport lehr, lehr.plotting\n{use}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert re.search(f"ImportError: .*{told}", done.stderr), done.stderr
