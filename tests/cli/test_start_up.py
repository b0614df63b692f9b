"""Start-up is felt: what a command loads, and what that costs beside bare Python."""

import os
import resource
import subprocess
import sys

import pytest

from cli.desk import RECIPE
from cli.terminal import LEHR, PLAIN
from lehr.cli.main import COMMANDS

HEAVY = {
    *("torch", "jax", "numpy", "rich", "yaml", "pydantic", "matplotlib", "scipy"),
    *("keras", "optax", "timm", "transformers", "omegaconf"),
}
TIMES = 5
"""How many times bare Python's start-up a command's may be."""

_OVER: set[str] = set()
"""Commands that load more for their help than they need."""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Return an environment where lehr is compiled, as an installed one is."""
    folder = tmp_path_factory.mktemp("compiled")
    plain = {k: v for k, v in PLAIN.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = plain | {"PYTHONPYCACHEPREFIX": str(folder)}
    code = (
        "import sys, lehr.cli.main as main;"
        "[main.parser_of(name) for name in main.COMMANDS];"
        "print(*sys.modules, file=sys.stderr);"
        f"main.main(['at', {RECIPE!r}, '5']); main.main(['table', {RECIPE!r}]);"
        f"main.main(['show', {RECIPE!r}]); print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return environment, [
        {name.partition(".")[0] for name in line.split()}
        for line in done.stderr.splitlines()
    ]


@pytest.fixture(scope="module")
def bare(compiled):
    """Return the seconds that Python takes to do nothing."""
    command = [sys.executable, "-c", "pass"]
    return min(cpu_seconds(command, compiled[0]) for _ in range(5))


def cpu_seconds(command, environment):
    """Return the CPU time of a process, so that a busy machine counts less."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user = after.ru_utime - before.ru_utime
    return user + after.ru_stime - before.ru_stime


def test_help_at_table_and_show_load_no_framework(compiled):
    parsers, values = compiled[1]
    assert {"lehr", "argparse"} <= parsers
    assert not parsers & HEAVY
    assert not values & HEAVY


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        *([name, "--help"] for name in COMMANDS if name not in _OVER),
        ["at", RECIPE, "500"],
    ],
    ids=lambda words: " ".join(words)[:20],
)
def test_start_up_takes_less_than_five_times_bare_python(words, compiled, bare):
    environment = compiled[0]
    taken = (cpu_seconds([*LEHR, *words], environment) for _ in range(8))
    assert any(seconds < TIMES * bare for seconds in taken)


def test_the_compiled_files_are_where_they_were_asked_for(compiled):
    assert os.listdir(compiled[0]["PYTHONPYCACHEPREFIX"])
