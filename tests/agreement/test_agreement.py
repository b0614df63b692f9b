"""Every dialect against the library itself, or against figures recorded from it."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from lehr.dialects.catalog import LIBRARIES, schedulers

HERE = Path(__file__).parent
PEERS = sorted(file.stem.removeprefix("with_") for file in HERE.glob("with_*.py"))
PAGE = HERE.parents[1] / "docs" / "agreement.md"
NOT_COMPARED = {("fairseq", "pass_through"): "it has no curve, and is refused"}


@pytest.fixture(scope="module", params=PEERS)
def library(request):
    if request.param == "timm":
        request.getfixturevalue("timm_scheduler")
    return request.param


@pytest.fixture(scope="module")
def peer(library):
    return import_module(f"agreement.with_{library}")


def test_gives_the_librarys_own_curve(peer):
    for comparison in peer.comparisons():
        tried = 0
        for trial in comparison.trials(peer.NUMBER):
            tried += 1
            difference = trial.difference()
            assert difference <= comparison.tolerance, (comparison, trial.arguments)
        assert tried, comparison


def page_of(library):
    """Return the rows of a library's table: schedule -> the other cells."""
    parts = re.split(r"^## (\w+)$", PAGE.read_text(), flags=re.MULTILINE)
    text = dict(zip(parts[1::2], parts[2::2], strict=True)).get(library, "")
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    rows = (re.split(r"(?<!\\)\|", line)[1:-1] for line in lines)
    return {name.strip(): [cell.strip() for cell in cells] for name, *cells in rows}


def test_the_page_tells_of_every_comparison(library, peer):
    def plain(text):
        return text.replace(r"\|", "|").rstrip(".").casefold()

    rows = page_of(library)
    expected = {c.schedule: plain(c.differences) for c in peer.comparisons()}
    told = {schedule: plain(cells[-1]) for schedule, cells in rows.items()}
    assert told == expected, "docs/agreement.md is not up to date: make agreement"
    for configurations, largest, tolerance, _ in rows.values():
        assert int(configurations) > 0
        assert float(largest) <= float(tolerance)


def test_no_library_without_a_comparison_is_on_the_page():
    assert re.findall(r"^## (\w+)$", PAGE.read_text(), flags=re.MULTILINE) == PEERS


def curves_of(library):
    """Return what a row may be of: its name in the table -> the function."""
    found = {}
    for name, dialect in schedulers(library).items():
        if dialect.curve:
            found[name] = dialect.curve
        found |= {f"{name} {field}": curve for field, curve in dialect.others.items()}
    return found


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_curve_of_a_dialect_is_compared_under_one_of_its_names(name):
    compared = {
        curve
        for library in (name, "torch")  # whose own schedulers are in other libraries
        for row, curve in curves_of(library).items()
        if row in page_of(library)
    }
    missing = {row for row, curve in curves_of(name).items() if curve not in compared}
    assert missing == {row for library, row in NOT_COMPARED if library == name}
