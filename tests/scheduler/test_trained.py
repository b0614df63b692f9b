"""A trainer steps a configured scheduler by the unit that it was built for."""

import pytest
import torch

from lehr import Plan
from lehr.scheduler import build_scheduler
from lehr.training import BaseTrainer

BATCHES = 5
STEP = {"name": "StepLR", "step_size": 2, "gamma": 0.5}
TIMM = {"name": "timm_StepLRScheduler", "decay_t": 2, "decay_rate": 0.5}
HALVED = [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]


def trained(config, epochs=6, told=None, **options):
    """Return the scheduler, and the rate that each epoch ended with."""
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = build_scheduler(optimizer, config, **options)
    data = [(torch.randn(8, 4), torch.randint(0, 2, (8,))) for _ in range(BATCHES)]
    trainer = BaseTrainer(model, optimizer, scheduler, step_per=told)
    return scheduler, trainer.fit(data, data, epochs).column("lr")


@pytest.mark.parametrize(
    ("config", "options"),
    [
        (STEP, {"step_per": "epoch"}),
        (STEP | {"step_size": 10}, {"step_per": "update"}),
        (STEP | {"step_size": 10}, {}),
        (TIMM, {}),
        (TIMM | {"decay_t": 10, "t_in_epochs": False}, {}),
        (TIMM | {"decay_t": 10}, {"step_per": "update"}),
    ],
)
def test_rates_are_those_of_the_unit(config, options):
    scheduler, rates = trained(config, **options)
    assert rates == HALVED
    assert scheduler.position.updates in (6, 6 * BATCHES)


def test_parts_of_the_run_are_parts_of_its_epochs():
    plan = Plan(dataset_size=40, batch_size=8, epochs=6)
    config = {"name": "MultiStepLR", "milestones": ["2ep", 0.5], "gamma": 0.5}
    rates = [0.1, 0.1, 0.05, 0.025, 0.025, 0.025]
    assert trained(config, plan=plan, step_per="epoch")[1] == rates
    assert trained(config, plan=plan)[1] == rates


def test_the_unit_is_kept_only_where_it_is_told():
    assert trained(STEP, 1)[0].step_per is None
    assert trained(TIMM, 1)[0].step_per == "epoch"
    assert trained(TIMM | {"t_in_epochs": False}, 1)[0].step_per == "update"
    own = {"name": "cosine", "start": 0.1, "end": 0.0, "steps": 2}
    scheduler, rates = trained(own, 3, step_per="epoch")
    assert (scheduler.step_per, rates) == ("epoch", pytest.approx([0.1, 0.05, 0.0]))


def test_a_trainer_may_be_told_where_the_scheduler_is_not():
    assert trained(STEP, told="epoch")[1] == HALVED


def test_a_trainer_that_is_told_otherwise_is_refused():
    with pytest.raises(ValueError, match="which counts epochs, got 'update'"):
        trained(STEP, told="update", step_per="epoch")


def test_a_plateau_takes_the_metric_of_each_epoch():
    config = {"name": "ReduceLROnPlateau", "patience": 0, "threshold": 0.999}
    scheduler, rates = trained(config, 3, step_per="epoch")
    assert rates == pytest.approx([0.1, 0.1, 0.01])
    assert scheduler.memory.evaluations == 3
