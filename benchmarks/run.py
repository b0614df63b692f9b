"""Run every benchmark, each in a process of its own; `--write` records RESULTS.md.

With names (`make bench ARGS="dropin_torch --write"`) only those are run, and recorded
in the place of what they gave before.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib import metadata
from pathlib import Path

from harness import Row, table

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
PEERS = ("numpy", "torch", "jax", "optax", "transformers", "timm", "lrsched", "fvcore")
PEERS += ("accelerate", "lightning", "keras")
HOW = """\
CPU time of the process, one thread; the functions to compare take turns in one process,
15 rounds; each time is a median, each ratio the median of the rounds' ratios. Stepped
curves are measured on fewer steps and scaled. Written by `make bench ARGS=--write`.
"""


def versions() -> str:
    found = []
    for name in PEERS:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def processor() -> str:
    """Name the processor; the kernel's own words where it has them."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor() or platform.machine()


def measure(script: Path) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rows.json"
        command = [sys.executable, str(script), "--json", str(output)]
        subprocess.run(command, check=True)
        return json.loads(output.read_text())


def head() -> str:
    machine = (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"{platform.python_implementation()} {platform.python_version()}; {versions()}."
    )
    return "\n\n".join(["# Benchmark results", machine, HOW.strip()])


def written(section: dict) -> str:
    rows = [Row(**row) for row in section["rows"]]
    day = f"Measured on {date.today().isoformat()}."
    return "\n\n".join([f"## {section['title']}", day, table(rows)])


def report(sections: list[dict], before: str) -> str:
    """Return the page: the sections of before, with these in their place."""
    known = {}
    for part in before.split("\n## ")[1:]:
        known[part.partition("\n")[0]] = f"## {part.strip()}"
    known |= {section["title"]: written(section) for section in sections}
    return "\n\n".join([head(), *(known[title] for title in sorted(known))]) + "\n"


def main() -> None:
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")]
    scripts = sorted(HERE.glob("bench_*.py"))
    scripts = [
        s for s in scripts if not chosen or s.stem.removeprefix("bench_") in chosen
    ]
    sections = [measure(script) for script in scripts]
    if "--write" in sys.argv:
        before = RESULTS.read_text() if chosen and RESULTS.exists() else ""
        RESULTS.write_text(report(sections, before))
        print(f"wrote {RESULTS}")
    rows = [Row(**row) for section in sections for row in section["rows"]]
    missed = sum(row.reached is False for row in rows)
    print(f"{len(rows)} comparisons, {missed} goals missed")


if __name__ == "__main__":
    main()
