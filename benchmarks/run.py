"""Run every benchmark, each in a process of its own; `--write` records RESULTS.md."""

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
PEERS += ("accelerate", "lightning")
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


def report(sections: list[dict]) -> str:
    head = (
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()}, {platform.python_implementation()} "
        f"{platform.python_version()}; {versions()}."
    )
    parts = ["# Benchmark results", head, HOW.strip()]
    for section in sections:
        rows = [Row(**row) for row in section["rows"]]
        parts += [f"## {section['title']}", table(rows)]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")]
    scripts = sorted(HERE.glob("bench_*.py"))
    scripts = [
        s for s in scripts if not chosen or s.stem.removeprefix("bench_") in chosen
    ]
    sections = [measure(script) for script in scripts]
    if "--write" in sys.argv:
        if chosen:
            sys.exit("--write records all benchmarks: leave the names out")
        RESULTS.write_text(report(sections))
        print(f"wrote {RESULTS}")
    rows = [Row(**row) for section in sections for row in section["rows"]]
    missed = sum(row.reached is False for row in rows)
    print(f"{len(rows)} comparisons, {missed} goals missed")


if __name__ == "__main__":
    main()
