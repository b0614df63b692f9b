"""Import in a fresh interpreter: CPU time over a bare one, from the child's own usage.

The interpreter is this one, with its site packages (no -S, no -I: as a user starts it),
bytecode caches warm; the bare interpreter pays the same start. Children take turns.
"""

import os
import statistics
import sys
from importlib.util import find_spec

from harness import ROUNDS, Row, Times, publish

LIGHT = {
    "lehr": "lehr",
    "lrsched": "lrsched",
    "fvcore": "fvcore.common.param_scheduler",
}
HEAVY = {"numpy": "numpy", "optax": "optax"}
HEAVY_ROUNDS = 5
# Without bytecode caches, every import would measure the compiler.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def cpu_seconds(code: str) -> float:
    """Run `code` in a fresh interpreter; return its user and system time."""
    command = [sys.executable, "-c", code]
    pid = os.posix_spawn(sys.executable, command, ENVIRONMENT)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"{code!r} failed")
    return usage.ru_utime + usage.ru_stime


def over_bare(modules: dict[str, str], rounds: int) -> Times:
    times: Times = {name: [] for name in modules}
    codes = {name: f"import {module}" for name, module in modules.items()}
    for code in codes.values():
        cpu_seconds(code)  # write bytecode caches
    for _ in range(rounds):
        bare = cpu_seconds("pass")
        for name, code in codes.items():
            times[name].append(cpu_seconds(code) - bare)
    return times


def main() -> None:
    light = {name: module for name, module in LIGHT.items() if find_spec(name)}
    medians = {
        name: statistics.median(seconds)
        for modules, rounds in ((light, ROUNDS), (HEAVY, HEAVY_ROUNDS))
        for name, seconds in over_bare(modules, rounds).items()
    }
    ours = medians.pop("lehr")
    rows = [Row("import lehr", ours, at_most=25e-3)]
    for name, theirs in medians.items():
        rows.append(Row("import lehr", ours, name, theirs, theirs / ours))
    publish("Import, CPU over a bare interpreter", rows)


if __name__ == "__main__":
    main()
