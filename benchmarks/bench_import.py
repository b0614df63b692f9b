"""Import in a fresh interpreter: CPU time over a bare one, from the child's own usage.

The interpreter is this one, with its site packages (no -S, no -I: as a user starts it),
bytecode caches warm; the bare interpreter pays the same start. Children take turns.
"""

import os
import statistics
import sys

from harness import ROUNDS, Row, Times, publish

# lehr imports a schedule on its first use: both are measured.
LIGHT = {
    "lehr": "import lehr",
    "first": "from lehr import warmup_cosine",
    "dataclasses": "import dataclasses",
    "lrsched": "import lrsched",
}
HEAVY = {"numpy": "import numpy", "optax": "import optax"}
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


def over_bare(codes: dict[str, str], rounds: int) -> Times:
    times: Times = {name: [] for name in codes}
    for code in codes.values():
        cpu_seconds(code)  # write bytecode caches
    for _ in range(rounds):
        bare = cpu_seconds("pass")
        for name, code in codes.items():
            times[name].append(cpu_seconds(code) - bare)
    return times


def main() -> None:
    medians = {
        name: statistics.median(seconds)
        for codes, rounds in ((LIGHT, ROUNDS), (HEAVY, HEAVY_ROUNDS))
        for name, seconds in over_bare(codes, rounds).items()
    }
    first = medians.pop("first")
    rows = [Row(LIGHT["lehr"], max(0.0, medians.pop("lehr")), at_most=25e-3)]
    for name, theirs in medians.items():
        rows.append(Row(LIGHT["first"], first, name, theirs, theirs / first))
    publish("Import, CPU over a bare interpreter", rows)


if __name__ == "__main__":
    main()
