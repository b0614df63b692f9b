"""Configurations and objects in the words of their users' own files."""

import json

import pytest

import lehr
from lehr import Plan
from linting.others import alarms, codes

torch = pytest.importorskip("torch")
of_torch = torch.optim.lr_scheduler

RUN = Plan(dataset_size=50_000, batch_size=128, epochs=90)
AUTO = json.dumps(
    {
        "train_batch_size": "auto",
        "zero_optimization": {"stage": 2},
        "optimizer": {"type": "AdamW", "params": {"lr": "auto", "betas": "auto"}},
        "scheduler": {"type": "WarmupLR", "params": {"warmup_num_steps": "auto"}},
    }
)
DETECTRON = (
    "SOLVER:\n  BASE_LR: 0.02\n  STEPS: (60000, 80000)\n  MAX_ITER: {run}\n"
    "  WARMUP_ITERS: 100\n"
)
CLI = (
    "trainer: {max_epochs: 50}\noptimizer: {class_path: Adam, init_args: {lr: 1e-3}}\n"
    "lr_scheduler:\n  class_path: lightning.pytorch.cli.ReduceLROnPlateau\n"
    "  init_args: {monitor: val_loss}\n"
)


def sgd():
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)


def messages(findings, code):
    return [each.message for each in findings if each.code == code]


def test_what_a_trainer_fills_in_is_no_error():
    (said,) = messages(lehr.lint(AUTO), "LH040")
    assert said.startswith('not looked at: lr is "auto"')
    assert not alarms(lehr.lint(AUTO))
    (said,) = messages(lehr.lint(AUTO, base=1e-3), "LH040")
    assert said.startswith('not looked at: warmup_num_steps is "auto"')


def test_a_tuple_in_yaml_is_read_as_detectron2_does():
    assert not alarms(lehr.lint(DETECTRON.format(run=90_000)))
    found = lehr.lint(DETECTRON.format(run=30_000))
    (said,) = messages(found, "LH010")
    assert said == (
        "detectron2 leaves out 60,000 and 80,000 of STEPS: the run ends at 30,000"
    )
    assert [each.place.line for each in found if each.code == "LH010"] == [3]
    cosine = DETECTRON + "  LR_SCHEDULER_NAME: WarmupCosineLR\n"
    assert "LH010" not in codes(lehr.lint(cosine.format(run=30_000)))
    broken = DETECTRON.replace("60000", "soon").format(run=90_000)
    assert "STEPS must be a number" in messages(lehr.lint(broken), "LH040")[0]


def test_the_plateau_of_lightnings_command_line_is_torchs():
    assert codes(lehr.lint(CLI)) == {"LH057"}


@pytest.mark.parametrize("whole", [True, False])
def test_what_lightning_is_given_is_a_live_scheduler(whole):
    def given(length, **more):
        optimizer = sgd()
        inner = {"scheduler": of_torch.CosineAnnealingLR(optimizer, length), **more}
        return {"optimizer": optimizer, "lr_scheduler": inner} if whole else inner

    assert not lehr.lint(given(90), RUN)
    assert not lehr.lint(given(RUN.updates, interval="step"), RUN)
    assert "the run's updates" in messages(lehr.lint(given(35_190), RUN), "LH050")[0]


def test_configure_optimizers_may_return_the_scheduler_itself():
    optimizer = sgd()
    scheduler = of_torch.CosineAnnealingLR(optimizer, 60)
    found = lehr.lint({"optimizer": optimizer, "lr_scheduler": scheduler}, RUN)
    assert "last step, 89" in messages(found, "LH041")[0]


def test_a_wrapper_that_is_told_steps_a_live_scheduler_per_process():
    plan = Plan(dataset_size=50_000, batch_size=128, world_size=8, epochs=90)
    for length, code in ((8 * plan.updates, None), (plan.updates, "LH051")):
        scheduler = of_torch.CosineAnnealingLR(sgd(), length)
        found = lehr.lint(scheduler, plan, wrapper="accelerate")
        assert codes(found) == ({code} if code else set())


@pytest.mark.parametrize(
    "make",
    [
        lambda o: of_torch.StepLR(o, 30),
        lambda o: of_torch.MultiStepLR(o, [30, 60, 80]),
        lambda o: of_torch.ExponentialLR(o, 0.95),
        lambda o: of_torch.MultiplicativeLR(o, lambda epoch: 0.95),
        lambda o: torch.optim.swa_utils.SWALR(o, swa_lr=0.05),
    ],
)
def test_lengths_that_fit_into_the_epochs_are_in_epochs(make):
    assert not alarms(lehr.lint(make(sgd()), RUN))


def test_a_decay_per_epoch_that_is_played_per_update_is_spent():
    for make in (
        lambda o: of_torch.ExponentialLR(o, 0.95),
        lambda o: of_torch.StepLR(o, 30),
    ):
        found = lehr.lint(make(sgd()), RUN, per="update")
        assert "99" in messages(found, "LH005")[0]


def test_a_cosine_that_has_come_down_again_at_the_end_still_climbed():
    config = {"name": "CosineAnnealingLR", "T_max": 30, "lr": 0.1}
    (finding,) = lehr.lint(config, RUN, per="epoch")
    assert (finding.code, finding.severity) == ("LH041", "warning")
    assert "up to 0.1 behind it, and 0.0002739 at the last step, 89" in finding.message


@pytest.mark.parametrize("kind", ["cosine", "linear", "constant_with_warmup"])
def test_a_warmup_that_outlasts_the_run_never_has_its_peak(kind):
    config = {"learning_rate": 1e-3, "lr_scheduler_type": kind, "max_steps": 1000}
    found = lehr.lint({**config, "warmup_steps": 2000})
    assert codes(found) == {"LH009"}
    peak = "1,999" if kind == "linear" else "2,000"  # its line is at 0 by then
    assert f"at update {peak}, but the run ends at 1,000" in found[0].message


def test_steps_that_rise_are_told_once():
    config = {"name": "StepLR", "step_size": 30, "gamma": 10.0, "lr": 0.1}
    assert codes(lehr.lint(config, RUN, per="epoch")) == {"LH018"}


def test_a_rate_that_is_not_reached_is_not_overwritten():
    text = (
        "max_duration: 100ba\noptimizer: {name: adamw, lr: 6e-4}\n"
        "scheduler: {name: cosine_with_warmup, t_warmup: 1000ba}\n"
    )
    assert codes(lehr.lint(text)) == {"LH050"}
