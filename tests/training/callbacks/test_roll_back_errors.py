"""When a run cannot be taken back, or not any more, it ends and says why."""

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    LossSpikeError,
    NonFiniteError,
    RollBack,
    SkipNonFinite,
)
from training.callbacks.spiky import GOOD, HUGE, NAN, back_of, trainer


@pytest.mark.parametrize(
    ("bad", "error"), [(NAN, NonFiniteError), (HUGE, LossSpikeError)]
)
def test_too_often_is_an_error(tmp_path, bad, error):
    one = trainer(tmp_path, back_of(max_times=1))
    with pytest.raises(error, match="at update 11") as caught:
        one.fit([*GOOD[:10], bad, *GOOD[:3], bad, *GOOD], num_epochs=1)
    assert "the run was rolled back 1 times before" in caught.value.__notes__


@pytest.mark.parametrize("bad", [NAN, HUGE])
def test_without_a_checkpoint_from_before_it_is_an_error(tmp_path, bad):
    one = trainer(tmp_path, back_of(), every=100)
    with pytest.raises((NonFiniteError, LossSpikeError)) as caught:
        one.fit([*GOOD[:10], bad], num_epochs=2)
    assert "no whole checkpoint from before update 10" in caught.value.__notes__[0]


def test_what_it_cannot_work_with_is_refused(tmp_path):
    model = nn.Linear(8, 1)
    bare = BaseTrainer(
        model, torch.optim.SGD(model.parameters(), lr=0.1), callbacks=[RollBack()]
    )
    with pytest.raises(ValueError, match="RollBack needs a run folder"):
        bare.fit(GOOD, num_epochs=1)
    with pytest.raises(ValueError, match="not the only one to take care"):
        trainer(tmp_path, RollBack(), SkipNonFinite()).fit(GOOD, num_epochs=1)
    with pytest.raises(ValueError, match="spike_factor must be > 1 and finite, got 1"):
        RollBack(1)
    with pytest.raises(ValueError, match="window must be >= 1, got 0"):
        RollBack(window=0)
    with pytest.raises(ValueError, match="patience must be >= 0, got -1"):
        RollBack(patience=-1)
    with pytest.raises(ValueError, match="max_times must be >= 1, got 0"):
        RollBack(max_times=0)
