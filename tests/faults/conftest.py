"""What the tests of faults share: children to kill, an undisturbed run, figures.

`SOAK=n` makes n rounds of what is random. A round that is done is written down in
build/soak.jsonl, so that a soak which was stopped goes on where it was.
"""

import json
import os
from pathlib import Path

import pytest

from faults.forks import Forks

ROUNDS = int(os.environ.get("SOAK", "0"))
DONE = Path(__file__).parents[2] / "build" / "soak.jsonl"


def pytest_generate_tests(metafunc):
    """Give each test that asks for its `round` as many as there are."""
    if "round" in metafunc.fixturenames:
        metafunc.parametrize("round", range(max(ROUNDS, 1)))


def _done():
    """The records of earlier parts of this soak, by the test's name."""
    if not ROUNDS or not DONE.exists():
        return {}
    records = [json.loads(line) for line in DONE.read_text().splitlines()]
    return {record["test"]: record for record in records}


def pytest_collection_modifyitems(config, items):
    """A soak makes the rounds that are not done yet, and nothing else."""
    if ROUNDS:
        done = _done()
        rounds = [item for item in items if "round" in item.fixturenames]
        items[:] = [item for item in rounds if not _is_good(done.get(item.name))]


def _is_good(record):
    return record is not None and all(good == of for _, good, of in record["figures"])


def pytest_sessionfinish(session, exitstatus):
    if ROUNDS and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter):
    """Add up the figures of each fault over its rounds."""
    if not ROUNDS:
        return
    sums = {}
    for record in _done().values():
        for fault, good, of in record["figures"]:
            had = sums.get(fault, (0, 0))
            sums[fault] = had[0] + good, had[1] + of
    terminalreporter.write_line(f"\n{'fault':<58} {'as it must be':>15}")
    for fault, (good, of) in sums.items():
        told = f"{good:,} of {of:,}"
        terminalreporter.write_line(f"{fault:<58} {told:>15}", red=good < of)
    terminalreporter.write_line(f"All rounds so far are in {DONE}; it may be deleted.")


@pytest.fixture
def figures(request):
    """Note how many of how many went as they must, and require that all did."""
    noted = []

    def note(fault, good, of):
        noted.append((fault, good, of))
        assert good == of, f"{fault}: {good} of {of}"

    yield note
    if ROUNDS and noted:
        record = {"test": request.node.name, "figures": noted}
        DONE.parent.mkdir(exist_ok=True)
        with DONE.open("a") as file:
            file.write(json.dumps(record) + "\n")


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
    """Do jobs in children, which may be killed."""
    with Forks(tmp_path_factory.mktemp("forks")) as forks:
        yield forks


@pytest.fixture(scope="session")
def whole(forks, tmp_path_factory):
    """The run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("runs")
    several = [forks("train", folder=folder / str(number)) for number in range(4)]
    run = min(several, key=lambda run: run.seconds)
    assert run.status == 0, run.stderr
    assert run.run["lines"] == run.run["updates"] == 20
    assert [one.run for one in several] == [run.run] * 4
    return run
