"""Compare every dialect with its library; `--write` records docs/agreement.md.

Each library has a process of its own: Keras takes its back end, and JAX its precision,
once for a process.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "agreement.md"
LIBRARIES = tuple(
    sorted(p.stem.removeprefix("with_") for p in TESTS.glob("agreement/with_*.py"))
)
NUMBER = 500
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "HF_HUB_OFFLINE": "1",
    "KERAS_BACKEND": "torch",
    "KERAS_HOME": str(Path(tempfile.gettempdir(), "lehr-keras")),
}
HEAD = ("schedule", "configurations", "largest difference", "tolerance")
HEAD += ("known differences",)
INTRODUCTION = """\
# Agreement with the originals

`lehr.dialects` has the schedulers of other libraries by their own names and parameters.
This page says how near their curves are to those of the originals.

For each scheduler, random configurations are drawn, the same at each run. In each
of them, the value that update t uses is computed by lehr and by the library, played as
its users play it: at t = 0 and 1, at the joints and next to them, at the end, and past
it, up to ten times as far, where the library goes so far. All is in float64, which
optax and Keras have to be told to compute in.

The largest difference is that of all these values, divided by the largest value of
the curve. It is not divided by each value: many libraries compute a value from the one
before, so that their rounding adds up, and near 0 the quotient of two small numbers
would show nothing but that. A difference of 1e-16 is the last bit of a number; 0 says
that every number was the same. The test suite holds every scheduler to its tolerance,
with fewer configurations.

Known differences are those on purpose: lehr is right there, or does what the
library's documentation says. Configurations and updates where they show are left out,
or lehr was asked for the original's curve by `exact=True`. The module of each dialect,
such as `lehr.dialects.torch`, tells them in full, and what else it refuses.

Below the name of a library stands whether it was run beside lehr, or lehr was compared
with figures that were recorded from it before, where it does not install or not beside
the others. Schedulers that follow a metric have no curve, and are compared in the test
suite only.

Written by `make agreement` (one library only: `make agreement ARGS="--library torch"`).
"""


@dataclass
class Row:
    """One scheduler: what was tried, and how far apart the two were at most."""

    library: str
    schedule: str
    tolerance: float
    differences: str
    configurations: int = 0
    largest: float = 0.0
    worst: str = ""

    def cells(self) -> tuple[str, ...]:
        largest = f"{self.largest:.0e}" if self.largest else "0"
        tried, tolerance = str(self.configurations), f"{self.tolerance:.0e}"
        return self.schedule, tried, largest, tolerance, self.told()

    def told(self) -> str:
        """Return the known differences as sentences."""
        text = self.differences.replace("|", "\\|").rstrip(".")
        if not text.startswith(self.library.split()[0]):
            text = text[:1].upper() + text[1:]
        return f"{text}." if text else ""


def measured(comparison: Any, number: int) -> Row:
    """Return the row of a comparison after at most `number` configurations."""
    told = (comparison.tolerance, comparison.differences)
    row = Row(comparison.library, comparison.schedule, *told)
    for trial in comparison.trials(number):
        row.configurations += 1
        difference = trial.difference()
        if difference > row.largest:
            row.largest, row.worst = difference, repr(trial.arguments)
    return row


def compare(library: str, number: int) -> Iterator[Row]:
    """Yield the rows of a library; it is imported here, in this process."""
    sys.path[0] = str(
        TESTS
    )  # in place of this folder: the package has this file's name
    for comparison in import_module(f"agreement.with_{library}").comparisons():
        started = time.process_time()
        row = measured(comparison, number)
        seconds = time.process_time() - started
        line = f"{library:12} {'  '.join(row.cells()[:4])}  ({seconds:.1f} s)"
        print(line, file=sys.stderr, flush=True)
        yield row


def in_own_process(library: str, number: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rows.json"
        command = [sys.executable, __file__, "--library", library]
        command += ["--number", str(number), "--json", str(output)]
        subprocess.run(command, check=True, env=SETTINGS | os.environ)
        return [Row(**row) for row in json.loads(output.read_text())]


def origin(library: str) -> str:
    """Say how figures were recorded; nothing of a library that is run."""
    golden = TESTS / "agreement" / "golden" / f"{library}.json"
    return json.loads(golden.read_text())["how"] if golden.exists() else ""


def table(rows: Iterable[Row]) -> str:
    """Write the rows as a Markdown table, its columns aligned."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    cells = ([c.ljust(w) for c, w in zip(line, widths, strict=True)] for line in lines)
    head, *body = (f"| {' | '.join(line)} |" for line in cells)
    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([head, rule, *body])


def section(library: str, rows: Sequence[Row]) -> str:
    """Return what the page says of one library."""
    versions = ", ".join(dict.fromkeys(row.library for row in rows))
    how = origin(library)
    said = f"recorded figures: {how.rstrip('.')}" if how else "run beside lehr"
    return f"## {library}\n\n{versions}, {said}.\n\n{table(rows)}\n"


def sections(page: str) -> dict[str, str]:
    """Return the sections of a page by library."""
    found = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.split(maxsplit=2)[1]: part.rstrip() + "\n" for part in found}


def page(parts: dict[str, str]) -> str:
    """Return the whole page, of the libraries that are still compared."""
    kept = [parts[library] for library in LIBRARIES if library in parts]
    return "\n".join([INTRODUCTION, *kept])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=NUMBER, help="of configurations")
    parser.add_argument("--library", choices=LIBRARIES, help="only this one")
    parser.add_argument("--write", action="store_true", help=f"record {PAGE.name}")
    parser.add_argument("--json", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    if asked.json:
        rows = list(compare(asked.library, asked.number))
        asked.json.write_text(json.dumps([asdict(row) for row in rows]))
        return
    parts, apart = {}, []
    for library in [asked.library] if asked.library else LIBRARIES:
        rows = in_own_process(library, asked.number)
        parts[library] = section(library, rows)
        print(parts[library])
        apart += [row for row in rows if not row.largest <= row.tolerance]
        apart += [row for row in rows if not row.configurations]
    for row in apart:
        line = f"{row.library} {row.schedule}: {row.largest:.1e} with {row.worst}"
        print(line, file=sys.stderr)
    if apart:
        sys.exit(f"{len(apart)} schedulers do not agree; nothing is written")
    if asked.write:
        before = sections(PAGE.read_text()) if asked.library and PAGE.exists() else {}
        PAGE.write_text(page(before | parts))
        print(f"wrote {PAGE}", file=sys.stderr)


if __name__ == "__main__":
    main()
