"""docs/agreement.md is written from what was compared, and only if all agree."""

import importlib.util
import math
import subprocess
import sys
from pathlib import Path

import pytest

from agreement.comparison import Comparison, Trial

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "agreement.py"


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("agreement_writer", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        yield module


def row(writer, **changes):
    told = {"library": "torch 2", "schedule": "StepLR", "tolerance": 1e-12}
    return writer.Row(**told | {"differences": "", "configurations": 3} | changes)


def test_the_page_is_the_introduction_and_its_sections(writer):
    text = writer.PAGE.read_text()
    assert writer.page(writer.sections(text)) == text
    assert list(writer.sections(text)) == list(writer.LIBRARIES)


def test_the_largest_difference_is_kept_with_its_arguments(writer):
    def trials(number):
        for error in (1e-3, 4e-3, 2e-3)[:number]:
            theirs = [2.0, 1.0 + error]
            yield Trial({"error": error}, lambda t: 2.0 - t, [0, 1], theirs)

    found = writer.measured(Comparison("torch 2", "StepLR", trials), 3)
    assert (found.configurations, found.worst) == (3, "{'error': 0.004}")
    assert found.largest == pytest.approx(2e-3)
    assert writer.measured(Comparison("torch 2", "StepLR", trials), 1).largest < 1e-3


def test_a_row_has_one_digit_and_sentences(writer):
    cells = row(writer, largest=1.234e-15, differences="no | there").cells()
    assert cells == ("StepLR", "3", "1e-15", "1e-12", r"No \| there.")
    assert row(writer, differences="torch fails").cells()[2:] == (
        *("0", "1e-12"),
        "torch fails.",
    )


@pytest.mark.parametrize(
    "changes", [{"largest": 2e-12}, {"largest": math.inf}, {"configurations": 0}]
)
def test_nothing_is_written_where_one_does_not_agree(
    writer, changes, tmp_path, monkeypatch, capsys
):
    page = tmp_path / "agreement.md"
    monkeypatch.setattr(writer, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["agreement.py", "--write", "--library", "torch"])
    rows = [row(writer)]
    monkeypatch.setattr(writer, "in_own_process", lambda library, number: rows)
    writer.main()
    before = page.read_text()
    assert "| StepLR" in before
    rows.append(row(writer, schedule="LinearLR", worst="{'total_iters': 3}", **changes))
    with pytest.raises(SystemExit, match="1 schedulers do not agree; nothing"):
        writer.main()
    assert page.read_text() == before
    assert "torch 2 LinearLR: " in capsys.readouterr().err


def test_one_library_is_compared_in_a_process_of_its_own():
    command = [sys.executable, SCRIPT, "--library", "nanotron", "--number", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "| lr_scheduler_builder | 2 " in done.stdout
    assert "lr_scheduler_builder  2  " in done.stderr
