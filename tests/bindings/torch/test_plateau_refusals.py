"""What a scheduler that follows a metric refuses, and how it loads a changed one."""

import json
import re

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from lehr import Linear
from lehr.bindings.torch import PlateauScheduler, Scheduler, on, times_base
from lehr.controllers import Plateau

HALF = Plateau("min", factor=0.5, patience=1)
TENTH = Plateau("min", factor=0.1, patience=1)


def rate(scheduler):
    return scheduler.optimizer.param_groups[0]["lr"]


def stepped(scheduler, count=3):
    for _ in range(count):
        scheduler.step(1.0)
    return scheduler


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"controller": "min"},
            TypeError,
            "controller must be a lehr.controllers.Plat",
        ),
        ({"minimum": "low"}, TypeError, "minimum must be a number"),
        ({"minimum": [0.1, 0.2]}, ValueError, "minimum lists 2 values for 1 param"),
        ({"eps": -1}, ValueError, "eps must be >= 0, got -1"),
        ({"start": 1.5}, ValueError, "start must be a whole number"),
        ({"on_change": "rescale"}, ValueError, "on_change of a PlateauScheduler"),
        ({"field": "lrr"}, ValueError, "did you mean 'lr'"),
        ({"planned": 0.1}, TypeError, "write Constant(0.1)"),
        ({"planned": on("samples", Linear(1, 0, 9))}, ValueError, "leave out on(...)"),
    ],
)
def test_a_wrong_argument_is_refused(make, arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        PlateauScheduler(make(), **{"controller": HALF, **arguments})


def test_the_optimizer_must_be_one():
    with pytest.raises(TypeError, match="must be a torch"):
        PlateauScheduler(torch.nn.Linear(1, 1), HALF)


def test_a_missing_metric_is_refused_and_changes_nothing(make):
    scheduler = PlateauScheduler(make(), HALF, start=2)
    scheduler.step()
    scheduler.step("ignored before the start")
    with pytest.raises(TypeError, match=r"step 3 needs the metric .* step\(val_loss\)"):
        scheduler.step()
    with pytest.raises(TypeError, match="metric must be a number"):
        scheduler.step("low")
    assert scheduler.last_epoch == 2
    assert scheduler.memory.evaluations == 0


def test_a_refused_metric_changes_nothing(make):
    scheduler = PlateauScheduler(make(), Plateau("min", nan="raise"))
    with pytest.raises(ValueError, match="metric is nan"):
        scheduler.step(float("nan"))
    assert (scheduler.last_epoch, scheduler.memory.evaluations) == (0, 0)


def test_a_position_is_sought_and_not_stepped_to(make):
    with pytest.raises(TypeError, match=r"use seek\(7\)"):
        PlateauScheduler(make(), HALF).step(1.0, 7)


def test_what_torch_lets_one_set_is_refused(make):
    scheduler = PlateauScheduler(make(), HALF)
    with pytest.raises(AttributeError, match="build another PlateauScheduler"):
        scheduler.factor = 0.1


def test_a_state_of_another_configuration_is_refused_and_changes_nothing(make):
    state = stepped(PlateauScheduler(make(0.1), HALF)).state_dict()
    scheduler = PlateauScheduler(make(0.1), TENTH, minimum=0.01)
    with pytest.raises(ValueError) as caught:
        scheduler.load_state_dict(state)
    assert "saved: Plateau(mode='min', factor=0.5" in str(caught.value)
    assert "now:   Plateau(mode='min', factor=0.1" in str(caught.value)
    assert "minimum=0.01" in str(caught.value)
    assert (rate(scheduler), scheduler.last_epoch, scheduler.factor) == (0.1, 0, 0.1)


def test_a_state_of_another_plan_is_refused_and_changes_nothing(make):
    falling = times_base(Linear(1.0, 0.0, 10))
    state = stepped(PlateauScheduler(make(0.1), HALF, planned=falling)).state_dict()
    scheduler = PlateauScheduler(make(0.1), HALF)
    with pytest.raises(ValueError, match="Linear"):
        scheduler.load_state_dict(state)
    assert (rate(scheduler), scheduler.last_epoch) == (0.1, 0)
    assert stepped(scheduler).memory.cuts == 1


@pytest.mark.parametrize(
    ("policy", "factor", "value"), [("keep", 0.5, 0.05), ("override", 0.1, 0.01)]
)
def test_a_named_policy_decides(make, policy, factor, value):
    state = stepped(PlateauScheduler(make(0.1), HALF)).state_dict()
    scheduler = PlateauScheduler(make(0.1), TENTH, on_change=policy)
    scheduler.load_state_dict(state)
    assert rate(scheduler) == pytest.approx(value)
    assert (scheduler.factor, scheduler.memory.cuts) == (factor, 1)
    later = json.loads(json.dumps(scheduler.state_dict()))
    assert later["history"][0]["policy"] == policy
    # The same again needs no policy, and goes on as decided.
    again = PlateauScheduler(make(0.1), TENTH)
    again.load_state_dict(later)
    assert (rate(again), again.factor) == (rate(scheduler), factor)


def test_another_starting_value_is_refused(make):
    state = stepped(PlateauScheduler(make(0.1), HALF)).state_dict()
    with pytest.raises(ValueError, match="starting value"):
        PlateauScheduler(make(0.3), HALF).load_state_dict(state)


def test_states_of_other_schedulers_are_refused(make):
    scheduler = PlateauScheduler(make(0.1), HALF)
    with pytest.raises(ValueError, match="torch's ReduceLROnPlateau"):
        scheduler.load_state_dict(ReduceLROnPlateau(make()).state_dict())
    with pytest.raises(ValueError, match="one of torch's schedulers"):
        scheduler.load_state_dict({"last_epoch": 3})
    plain = Scheduler(make(0.1), lr=Linear(1.0, 0.0, 10))
    with pytest.raises(ValueError, match="follows no metric"):
        scheduler.load_state_dict(plain.state_dict())
    with pytest.raises(ValueError, match="incomplete"):
        plain.load_state_dict(scheduler.state_dict())
    with pytest.raises(TypeError, match="must be what state_dict"):
        scheduler.load_state_dict(7)
    other = PlateauScheduler(make(0.1, weight_decay=0.1), HALF, field="weight_decay")
    with pytest.raises(ValueError, match="build it with field='weight_decay'"):
        scheduler.load_state_dict(other.state_dict())


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s.pop("memory"),
        lambda s: s["memory"].update(bad=-1),
        lambda s: s["plateau"]["given"].update(eps=0.5),
        lambda s: s.update(held=3),
        lambda s: s["plateau"].update(given=3),
    ],
)
def test_a_damaged_state_is_refused(make, damage):
    scheduler = stepped(PlateauScheduler(make(0.1), HALF))
    state = json.loads(json.dumps(scheduler.state_dict()))
    damage(state)
    with pytest.raises(ValueError, match=r"the state is (damaged|incomplete)"):
        scheduler.load_state_dict(state)
    assert scheduler.memory.cuts == 1


def test_the_state_is_small_and_shows_its_configuration(make):
    state = stepped(PlateauScheduler(make(0.1), HALF, eps=1e-8)).state_dict()
    assert len(json.dumps(state)) < 1_500
    assert state["plateau"]["given"]["controller"]["factor"] == 0.5
    assert state["memory"]["cuts"] == 1


def test_the_state_says_that_the_cooldown_is_not_watched(make):
    seeing, blind = (Plateau(cooldown=2, watch_cooldown=b) for b in (True, False))
    saved = {p: PlateauScheduler(make(), p).state_dict() for p in (seeing, blind)}
    told = [s["plateau"]["given"]["controller"] for s in saved.values()]
    # Only then: states of a Plateau that watches it are what they always were.
    assert [rules.get("watch_cooldown") for rules in told] == [None, False]
    for plateau, state in saved.items():
        PlateauScheduler(make(), plateau).load_state_dict(json.loads(json.dumps(state)))
    with pytest.raises(ValueError, match="watch_cooldown=False"):
        PlateauScheduler(make(), seeing).load_state_dict(saved[blind])


def test_it_shows_itself(make):
    shown = repr(stepped(PlateauScheduler(make(0.1), HALF)))
    assert "Plateau(mode='min', factor=0.5" in shown
    assert "1 cuts" in shown


def test_lightning_shows_it_the_monitored_metric(tmp_path):
    lightning = pytest.importorskip("lightning.pytorch")
    from torch.utils.data import DataLoader, TensorDataset

    batches = DataLoader(
        TensorDataset(torch.ones(4, 2), torch.ones(4, 1)), batch_size=2
    )

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch, index):
            return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

        def validation_step(self, batch, index):
            self.log("val_loss", 1.0)

        def configure_optimizers(self):
            optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
            self.scheduler = PlateauScheduler(optimizer, HALF)
            return {
                "optimizer": optimizer,
                "lr_scheduler": {"scheduler": self.scheduler, "monitor": "val_loss"},
            }

    model = Model()
    trainer = lightning.Trainer(
        max_epochs=5,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        default_root_dir=tmp_path,
    )
    trainer.fit(model, batches, batches)
    assert model.scheduler.memory.evaluations == 5
    assert rate(model.scheduler) == 0.025
