"""A run goes on in another number of processes, and by another engine."""

import pytest

from training.engine.catalog import SCENARIOS
from training.engine.launch import in_ranks
from training.engine.test_many import require_close


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two runs, begun in two processes and gone on with in three."""
    folder = tmp_path_factory.mktemp("chain")
    in_ranks(folder, 2, ["ddp:first_part:a", "fsdp:first_part:b"])
    in_ranks(folder, 3, ["fsdp:second_part:a", "ddp:second_part:b"])
    return folder


@pytest.mark.parametrize("run", ["a", "b"])
def test_two_then_three_then_one_process_are_one_run(folder, tmp_path, run):
    found = SCENARIOS["third_part"](None, folder / run)
    wanted = SCENARIOS["third_part"](None, tmp_path)
    cut, wanted_cut = found.pop("cut"), wanted.pop("cut")
    require_close(found, wanted)
    require_close(cut, wanted_cut)
