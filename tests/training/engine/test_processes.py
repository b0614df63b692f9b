"""What several processes agree on, in a group that has one."""

import atexit
import logging

import pytest
import torch
import torch.distributed as dist
from torch import nn

from lehr.training import CheckpointWriteError, Engine, TrainingError
from lehr.training.engine import engine_of
from lehr.training.engine.ddp import Ddp
from lehr.training.engine.fsdp import Fsdp
from lehr.training.engine.group import _await_idle, _leave, _Quiet, join
from lehr.training.engine.processes import _portable
from training.engine.group_of_one import connected


@pytest.fixture
def engine():
    with connected(Ddp(timeout="20s")) as engine:
        yield engine


@pytest.mark.parametrize("strategy", ["auto", "ddp", "fsdp", None, Ddp(), Fsdp()])
def test_with_no_other_process_there_is_one_whatever_is_asked_for(strategy):
    engine = engine_of(strategy)
    assert type(engine) is Engine
    assert engine.alone and engine.is_main and engine.device() is None


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="did you mean 'fsdp'"):
        engine_of("fsdp2")


def test_a_timeout_that_is_none_is_refused():
    with pytest.raises(ValueError, match="startup_timeout"):
        Ddp(startup_timeout=0)


def test_sums_and_lists_are_those_of_all_ranks(engine):
    assert engine.total([3, 4]) == [3, 4]
    value = torch.ones(2)
    summed = engine.sum(value)
    assert summed.tolist() == [1.0, 1.0] and summed is not value
    assert engine.gather({"a": 1}) == [{"a": 1}]
    engine.barrier()


def test_a_decision_is_that_of_whoever_wants_it(engine):
    assert engine.agree(None, None, False, 2.5) == (None, None, False, 2.5)
    assert engine.agree("enough", 15, True, 1.0) == ("enough", 15, True, 1.0)


def test_what_rank_0_computes_or_raises_is_that_of_all(engine):
    assert engine.broadcast(lambda: [1, 2]) == [1, 2]
    with pytest.raises(KeyError, match="lost"):
        engine.broadcast(lambda: {}["lost"])


def test_an_error_that_cannot_travel_is_told_in_words(tmp_path):
    assert isinstance(_portable(KeyError("a")), KeyError)
    told = _portable(CheckpointWriteError(tmp_path, OSError(28, "full")))
    assert type(told) is TrainingError
    assert "rank 0 failed: CheckpointWriteError" in str(told)


def test_patience_ends_with_the_first_update_but_for_what_is_written(engine):
    assert engine._waits == 1800.0
    engine.started()
    assert engine._waits == 20.0
    with engine.patient():
        assert engine._waits == 1800.0
    assert engine._waits == 20.0


def test_an_error_of_the_group_is_explained_and_another_stays(engine):
    own = KeyError("mine")
    assert engine.explained(own) is own
    lost = engine.explained(RuntimeError("[gloo] Connection closed by peer"))
    assert "all ranks answer" in str(lost)


def test_buffers_that_are_saved_are_exchanged_after_an_update(engine):
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    model.register_buffer("passing", torch.ones(1), persistent=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    forward = engine.prepare(model, optimizer)
    assert len(engine._buffers) == 3
    with engine.exchange(last=False):
        forward(torch.ones(4, 2)).sum().backward()
    with engine.exchange(last=True):
        forward(torch.ones(4, 2)).sum().backward()


def test_data_are_shared_once_and_not_changed(engine):
    data = [(torch.ones(4, 2), torch.ones(4))]
    mine = engine.share(data, 0)
    assert mine is not data
    assert engine.share(data, 0) is mine
    assert engine.share(mine, 0) is mine


def test_without_a_seed_the_order_is_that_of_the_random_numbers_of_rank_0(engine):
    torch.manual_seed(4)
    wanted = torch.rand(1)
    torch.manual_seed(4)
    with engine._states(None).in_force():
        assert torch.equal(torch.rand(1), wanted)


def test_other_ranks_are_quiet_but_for_warnings_with_their_number():
    quiet = _Quiet(3)
    record = logging.LogRecord("lehr.training", logging.INFO, "", 0, "hm", (), None)
    assert not quiet.filter(record)
    record.levelno = logging.WARNING
    assert quiet.filter(record) and record.getMessage() == "[rank 3] hm"


def test_a_group_is_made_as_the_launcher_says_and_left_at_the_end(monkeypatch):
    variables = {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
    # An attempt after the first has names of its own in the store.
    variables |= {"MASTER_PORT": "0", "TORCHELASTIC_RESTART_COUNT": "2"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(atexit, "register", lambda function: None)
    made = join(30.0)
    try:
        assert (made.rank, made.world_size, made.ours) == (0, 1, True)
        assert join(30.0) is made
        made.set_timeout(10.0)
        made.store.set("word", "here")
        assert made.store.underlying_store.get("attempt_2/word") == b"here"
    finally:
        _leave()
    assert not dist.is_initialized()


def test_the_end_waits_until_the_threads_of_the_group_hold_no_tensor(engine):
    given, taken = torch.ones(10_000_000), torch.zeros(10_000_000)
    exchange = dist.all_gather([taken], given, async_op=True)
    _await_idle()  # else the interpreter may be gone when they let go of it
    assert exchange.is_completed()
    del exchange
    assert given._use_count() == taken._use_count() == 1


def test_a_launcher_that_says_too_little_is_refused(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    with pytest.raises(RuntimeError, match=r"MASTER_ADDR.*start them with torchrun"):
        join(5.0)
