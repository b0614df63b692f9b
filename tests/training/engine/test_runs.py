"""Whole runs by DDP and FSDP2 in a group of one: they are those of one process."""

import pytest
import torch

from lehr.training import BaseTrainer, Checkpointing
from lehr.training.engine.ddp import Ddp
from lehr.training.engine.fsdp import Fsdp
from training.engine.group_of_one import connected
from training.engine.scenarios import reader, sequences, told


def run(engine, folder, updates=5):
    callbacks = [Checkpointing(export="best.safetensors")]
    trainer = reader(engine, folder=folder, callbacks=callbacks, accumulation=2)
    return told(
        trainer,
        trainer.fit(sequences(), sequences(), updates=updates, resume="auto"),
    )


@pytest.mark.filterwarnings("ignore:FSDP2-wrapped module:UserWarning")
@pytest.mark.parametrize("kind", [Ddp, Fsdp])
def test_a_run_is_saved_and_goes_on_as_that_of_one_process(kind, tmp_path):
    wanted = run(None, tmp_path / "one")
    with connected(kind()) as engine:
        run(engine, tmp_path / "many", 3)
    with connected(kind()) as engine:
        found = run(engine, tmp_path / "many")
    assert found["train"] == pytest.approx(wanted["train"], rel=1e-5)
    assert found["weights"] == pytest.approx(wanted["weights"], rel=1e-5)


class Odd:
    """Gathers, and cannot add up."""

    def reset(self): ...
    def update(self, output, target): ...
    def compute(self): ...


def test_a_metric_that_cannot_be_added_up_is_refused():
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with (
        connected(Ddp()) as engine,
        pytest.raises(TypeError, match=r"metric 'odd'.*sum_over"),
    ):
        BaseTrainer(model, optimizer, strategy=engine, metrics={"odd": Odd()})
