"""The traps of other libraries in live objects of their own are flagged."""

import pytest
import torch
from torch.optim import lr_scheduler as of_torch

from linting.others import RUN, codes, of_object

optax = pytest.importorskip("optax")
transformers = pytest.importorskip("transformers.optimization")


def optimizer(kind=torch.optim.SGD, rates=(0.1,), **more):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates
    ]
    return kind(groups, lr=rates[0], **more)


def train(scheduler, updates, steps=1):
    """Make updates, and steps of the scheduler after each."""
    theirs = scheduler.optimizer
    for _ in range(updates):
        for group in theirs.param_groups:
            for parameter in group["params"]:
                parameter.grad = torch.ones(1)
        theirs.step()
        for _ in range(steps):
            scheduler.step()
    return scheduler


def cosine(length, **more):
    return of_torch.CosineAnnealingLR(optimizer(**more), length)


def message(findings, code):
    return next(each.message for each in findings if each.code == code)


def test_a_cosine_that_was_stepped_past_its_end():
    found = of_object(train(cosine(10), 14))
    assert "climbs back after its 10 steps" in message(found, "LH041")


def test_epochs_stepped_per_update_and_updates_stepped_per_epoch():
    found = of_object(cosine(30), RUN, per="update")
    assert "30 is the run's epochs" in message(found, "LH041")
    found = of_object({"scheduler": cosine(3000)}, RUN)
    assert "3,000 is the run's updates" in message(found, "LH050")


def test_a_new_horizon_set_by_hand_does_not_give_the_new_curve():
    scheduler = train(cosine(10), 5)
    scheduler.T_max = 20
    assert "LH063" in codes(of_object(train(scheduler, 1)))


def test_a_saved_horizon_comes_back():
    saved = cosine(10).state_dict()
    found = of_object(cosine(20), state=saved)
    assert "the saved state has 10" in message(found, "LH062")
    scheduler = cosine(20)
    scheduler.load_state_dict(saved)
    assert scheduler.T_max == 10


def test_accelerate_steps_once_per_process():
    accelerate = pytest.importorskip("accelerate.scheduler")
    scheduler = cosine(3000)
    wrapped = accelerate.AcceleratedScheduler(scheduler, scheduler.optimizer)
    found = of_object(wrapped, RUN, world_size=4)
    assert "which takes 12,000" in message(found, "LH051")
    assert "LH041" not in codes(found)
    wrapped.split_batches = True
    assert not codes(of_object(wrapped, RUN, world_size=4))


def test_torch_and_timm_never_cut_on_a_negative_metric():
    plateau = of_torch.ReduceLROnPlateau(optimizer(), patience=1)
    for _ in range(9):
        plateau.step(-1.0)
    assert plateau.optimizer.param_groups[0]["lr"] == 0.1
    assert "LH055" in codes(of_object(plateau, metric="val_nll"))
    assert "LH055" not in codes(of_object(plateau, metric="val_loss"))


def test_timms_plateau_forgets_its_counters(timm_scheduler):
    with pytest.warns(FutureWarning, match="deprecated"):
        plateau = timm_scheduler.PlateauLRScheduler(optimizer())
    assert "num_bad_epochs" not in plateau.state_dict()
    assert "LH061" in codes(of_object(plateau))
    assert "LH056" in codes(of_object(plateau, metric="val_loss"))


def test_a_warmup_of_no_steps():
    never = optax.warmup_constant_schedule(0.0, 1.0, 0)
    assert float(never(10**6)) == 0.0
    assert "LH043" in codes(of_object(never))
    joined = optax.join_schedules([optax.linear_schedule(0.0, 1.0, 0), never], [100])
    assert "for 100 steps" in message(of_object(joined), "LH043")


def test_timms_decay_runs_under_the_warmup(timm_scheduler):
    made = timm_scheduler.CosineLRScheduler(optimizer(), t_initial=10, warmup_t=5)
    assert made._get_lr(4)[0] == pytest.approx(0.08)
    assert made._get_lr(5)[0] == pytest.approx(0.05)
    found = of_object(made)
    assert "falls from 0.1 to 0.05" in message(found, "LH044")


def test_timm_misses_a_restart(timm_scheduler):
    made = timm_scheduler.CosineLRScheduler(
        optimizer(), t_initial=1, cycle_mul=3.0, cycle_limit=6
    )
    assert made._get_lr(121)[0] == pytest.approx(0.0)
    assert "step 121" in message(of_object(made), "LH071")


def test_transformers_phases_that_do_not_fit():
    made = transformers.get_wsd_schedule(optimizer(), 6, 6, num_training_steps=10)
    assert "LH046" in codes(of_object(made))


def test_a_second_scheduler_on_one_optimizer():
    first = train(cosine(10), 5)
    second = of_torch.LinearLR(first.optimizer)
    found = of_object(second)
    assert "something else has set it" in message(found, "LH063")


def test_a_rate_set_by_hand_and_a_count_moved_past_a_milestone():
    scheduler = cosine(10)
    scheduler.optimizer.param_groups[0]["lr"] = 0.5
    assert "LH063" in codes(of_object(scheduler))
    moved = of_torch.MultiStepLR(optimizer(), [3, 5])
    moved.last_epoch = 4
    assert "LH063" in codes(of_object(train(moved, 3)))


def test_steps_that_do_not_fit_the_updates():
    found = of_object(train(cosine(30, kind=torch.optim.AdamW), 5, steps=4))
    assert "20 steps in 5 updates" in message(found, "LH064")
    scheduler = cosine(30, kind=torch.optim.AdamW)
    train(of_torch.ConstantLR(scheduler.optimizer, 1.0), 3)
    assert "was never stepped" in message(of_object(scheduler), "LH064")
    early = cosine(30, kind=torch.optim.AdamW)
    with pytest.warns(UserWarning, match="optimizer"):
        early.step()
    assert "before the optimizer's first update" in message(of_object(early), "LH064")


def test_beta1_is_cycled_and_a_tensor_replaced(timm_scheduler):
    adam = optimizer(torch.optim.Adam)
    made = of_torch.OneCycleLR(adam, 0.1, 100)
    assert adam.param_groups[0]["betas"][0] == pytest.approx(0.95)
    assert "beta1" in message(of_object(made), "LH065")
    held = optimizer(torch.optim.Adam, rates=(torch.tensor(0.1),), capturable=True)
    assert "LH066" in codes(of_object(timm_scheduler.StepLRScheduler(held, 3)))
    assert "LH066" not in codes(of_object(of_torch.StepLR(held, 3)))


def test_a_group_that_came_later():
    for make in (
        lambda groups: of_torch.LambdaLR(groups, lambda epoch: 0.9**epoch),
        lambda groups: of_torch.OneCycleLR(groups, 0.1, 30),
        lambda groups: of_torch.CosineAnnealingWarmRestarts(groups, 30),
    ):
        made = make(optimizer(momentum=0.9))
        assert "LH068" not in codes(of_object(made))
        weights = [torch.nn.Parameter(torch.ones(1))]
        made.optimizer.add_param_group({"params": weights})
        assert "built for 1" in message(of_object(made), "LH068")
        made.optimizer.step()
        with pytest.raises((ValueError, KeyError)):
            made.step()


def test_pytorch_optimizer_gives_all_groups_one_rate():
    theirs = pytest.importorskip("pytorch_optimizer.lr_scheduler.linear_warmup")
    groups = optimizer(rates=(0.1, 0.01))
    made = theirs.CosineScheduler(groups, t_max=10, max_lr=1.0)
    assert len({group["lr"] for group in groups.param_groups}) == 1
    assert "LH067" in codes(of_object(made))


def test_a_function_that_changes_is_not_saved():
    factors = [1.0]
    made = of_torch.LambdaLR(optimizer(), lambda _: factors[0])
    assert made.state_dict()["lr_lambdas"] == [None]
    (found,) = [each for each in of_object(made) if each.code == "LH060"]
    assert found.severity == "warning"


def test_greedy_can_only_raise_and_lightning_needs_a_metric():
    made = transformers.GreedyLR(optimizer(rates=(5e-5,)))
    assert "can only be raised" in message(of_object(made), "LH058")
    plateau = of_torch.ReduceLROnPlateau(optimizer())
    assert "LH059" in codes(of_object({"scheduler": plateau}))
    named = {"scheduler": plateau, "monitor": "val_loss"}
    assert "LH059" not in codes(of_object(named))
