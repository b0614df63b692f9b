"""Who is named when processes do not come together."""

import torch.distributed as dist

from lehr.training.engine.roll_call import RollCall, is_of_the_group

CLOSED = RuntimeError("[gloo/pair.cc:5] Connection closed by peer [::1]:5. Good luck!")


def test_errors_of_the_group_are_told_from_others():
    assert is_of_the_group(CLOSED)
    assert is_of_the_group(RuntimeError("Timed out waiting 3000ms for recv"))
    assert is_of_the_group(dist.DistNetworkError("refused"))
    assert not is_of_the_group(RuntimeError("shapes do not match"))
    assert not is_of_the_group(RuntimeError("DataLoader timed out after 5 seconds"))
    assert not is_of_the_group(KeyError("gloo"))


def test_a_rank_that_does_not_answer_is_named():
    error = RollCall(dist.HashStore(), 0, 4, "run").hold(CLOSED, 0.2)
    assert error.missing == (1, 2, 3)
    assert "ranks 1, 2, 3 do not answer" in str(error)
    assert "Connection closed by peer" in str(error) and "luck" not in str(error)


def test_a_rank_that_failed_is_named_with_its_error():
    store = dist.HashStore()
    RollCall(store, 1, 2, "run").tell(KeyError("no such sample"))
    error = RollCall(store, 0, 2, "run").hold(CLOSED, 5.0)
    assert error.missing == ()
    assert "rank 1 failed (KeyError: 'no such sample')" in str(error)


def test_a_lost_host_of_the_store_is_named(monkeypatch):
    class Gone:
        def set_timeout(self, timeout):
            raise dist.DistNetworkError("refused")

    monkeypatch.setenv("MASTER_ADDR", "node-7")
    error = RollCall(Gone(), 1, 2, "run").hold(CLOSED, 5.0)
    assert "the host of the store is gone: node-7" in str(error)
