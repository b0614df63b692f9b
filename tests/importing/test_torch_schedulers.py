"""A live torch scheduler's schedule is what stepping it gives."""

import random
import warnings

import pytest
import torch
from torch.optim import lr_scheduler as torchs
from torch.optim.swa_utils import SWALR

from lehr import Linear, warmup_cosine
from lehr.bindings.torch import PlateauScheduler, Scheduler, times_base
from lehr.controllers import Plateau
from lehr.importing import CannotImport, from_torch

DRAWN = random.Random(5)
FACTORS = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR")
SETTERS = ("CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR", "LambdaLR")


def optimizer(*rates):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate}
        for rate in rates or (0.1,)
    ]
    return torch.optim.SGD(groups, momentum=0.9)


def arguments(name):
    u, n = DRAWN.uniform, DRAWN.randint
    return {
        "StepLR": lambda: {"step_size": n(1, 9), "gamma": u(0.1, 1)},
        "MultiStepLR": lambda: {
            "milestones": DRAWN.choices(range(1, 30), k=3),
            "gamma": u(0.1, 1),
        },
        "ConstantLR": lambda: {"factor": u(0.1, 1), "total_iters": n(0, 9)},
        "LinearLR": lambda: {
            "start_factor": u(0.1, 1),
            "end_factor": u(0.1, 1),
            "total_iters": n(1, 9),
        },
        "ExponentialLR": lambda: {"gamma": u(0.8, 1)},
        "PolynomialLR": lambda: {"total_iters": n(1, 9), "power": u(0.5, 3)},
        "CosineAnnealingLR": lambda: {"T_max": n(1, 20), "eta_min": u(0, 0.05)},
        "CosineAnnealingWarmRestarts": lambda: {
            "T_0": n(1, 9),
            "T_mult": n(1, 3),
            "eta_min": u(0, 0.05),
        },
        "CyclicLR": lambda: {
            "base_lr": u(0, 0.1),
            "max_lr": u(0.1, 1),
            "step_size_up": n(1, 9),
            "step_size_down": DRAWN.choice([None, 3]),
            "mode": DRAWN.choice(["triangular", "triangular2", "exp_range"]),
            "gamma": u(0.9, 1),
        },
        "OneCycleLR": lambda: {
            "max_lr": u(0.1, 1),
            "total_steps": 60,
            "pct_start": DRAWN.choice([0.3, 0.123, 0.5, 1.0]),
            "anneal_strategy": DRAWN.choice(["cos", "linear"]),
            "div_factor": u(2, 30),
            "final_div_factor": u(10, 1e4),
            "three_phase": DRAWN.random() < 0.3,
        },
        "LambdaLR": lambda: {"lr_lambda": lambda t: 1 / (1 + t)},
        "MultiplicativeLR": lambda: {"lr_lambda": lambda t: 0.95 + 0.01 * (t % 3)},
        "SWALR": lambda: {
            "swa_lr": u(0.01, 0.2),
            "anneal_epochs": n(0, 9),
            "anneal_strategy": DRAWN.choice(["cos", "linear"]),
        },
    }[name]()


def made(name, on):
    kind = SWALR if name == "SWALR" else getattr(torchs, name)
    return kind(on, **arguments(name))


def played(scheduler, steps=58):
    values = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, on nested schedulers
        for _ in range(steps):
            values.append([float(rate) for rate in scheduler.get_last_lr()])
            scheduler.optimizer.step()
            scheduler.step()
    return values


def check(scheduler):
    early = from_torch(scheduler)
    values = [rates[0] for rates in played(scheduler)]
    late = from_torch(scheduler)
    for t, value in enumerate(values):
        assert early(t) == pytest.approx(value, rel=1e-9, abs=1e-12)
        assert late(t) == early(t)


PLAIN = (*FACTORS, "PolynomialLR", "CosineAnnealingLR", *SETTERS, "SWALR")


@pytest.mark.parametrize("name", [*PLAIN, "MultiplicativeLR"])
def test_the_schedule_is_what_stepping_gives(name):
    for _ in range(8):
        check(made(name, optimizer()))


def test_a_sequence_of_schedulers_is_read_through():
    for _ in range(12):
        on = optimizer()
        names = DRAWN.sample((*FACTORS, "PolynomialLR", *SETTERS), 3)
        parts = [made(name, on) for name in names]
        check(torchs.SequentialLR(on, parts, milestones=[7, 20]))


def test_a_chain_of_schedulers_is_read_through_and_a_sequence_in_it():
    for _ in range(8):
        on = optimizer()
        parts = [made(name, on) for name in DRAWN.sample(FACTORS, 3)]
        check(torchs.ChainedScheduler(parts, on))
        on = optimizer()
        rise = torchs.LinearLR(on, 0.1, total_iters=5)
        row = torchs.SequentialLR(on, [rise, torchs.ExponentialLR(on, 0.9)], [5])
        check(torchs.ChainedScheduler([made("StepLR", on), row], on))


def test_what_was_rounded_in_the_attributes_is_as_it_was_written():
    scheduler = torchs.OneCycleLR(optimizer(), max_lr=0.3, total_steps=70)
    assert "end=0.012, " not in repr(from_torch(scheduler))
    assert from_torch(scheduler).steps == 69
    assert from_torch(scheduler)(0) == 0.3 / 25


def test_groups_that_differ_are_asked_for_one_by_one():
    scheduler = torchs.CosineAnnealingLR(optimizer(0.1, 0.2), T_max=10)
    with pytest.raises(CannotImport, match=r"different schedules.*name one.*group=0"):
        from_torch(scheduler)
    assert [from_torch(scheduler, group=i)(0) for i in range(2)] == [0.1, 0.2]
    with pytest.raises(ValueError, match="group must be < 2, the groups, got 2"):
        from_torch(scheduler, group=2)


def test_groups_that_agree_have_one_schedule_with_functions_too():
    def half(t):
        return 0.5**t

    def third(t):
        return 3.0**-t

    same = torchs.LambdaLR(optimizer(0.1, 0.1), half)
    assert from_torch(same)(1) == 0.05
    other = torchs.LambdaLR(optimizer(0.1, 0.1), [half, third])
    with pytest.raises(CannotImport, match="different schedules"):
        from_torch(other)
    assert from_torch(other, group=1)(1) == pytest.approx(0.1 / 3)


def test_lists_of_peaks_are_each_groups_own():
    on = optimizer(0.1, 0.2)
    scheduler = torchs.OneCycleLR(on, max_lr=[1.0, 3.0], total_steps=20)
    assert from_torch(scheduler, group=1).maximum == 3.0
    on = optimizer(0.1, 0.2)
    scheduler = torchs.CyclicLR(on, [0.1, 0.2], [1.0, 3.0], step_size_up=5)
    assert from_torch(scheduler, group=1)(5) == 3.0


def test_a_schedule_of_lehr_as_the_function_is_kept_as_a_schedule():
    scheduler = torchs.LambdaLR(optimizer(), Linear(1.0, 0.0, 10))
    assert from_torch(scheduler) == 0.1 * Linear(1.0, 0.0, 10)


def test_lehrs_own_scheduler_gives_back_its_schedule():
    lr = warmup_cosine(0.1, warmup=5, total=50)
    scheduler = Scheduler(optimizer(), lr=lr)
    scheduler.step()
    assert from_torch(scheduler) == lr
    fractions = Scheduler(optimizer(0.1, 0.2), lr=times_base(Linear(1.0, 0.0, 10)))
    assert from_torch(fractions, group=1)(0) == 0.2
    one = Scheduler(optimizer(0.1, 0.2), lr=[lr, None])
    assert from_torch(one, group=1)(99) == 0.2
    with pytest.raises(CannotImport, match="it schedules momentum, and no lr"):
        from_torch(Scheduler(optimizer(), momentum=Linear(0.9, 0.8, 10)))


def test_what_follows_a_metric_is_refused():
    way_out = "follows a metric.*PlateauScheduler"
    with pytest.raises(CannotImport, match=way_out):
        from_torch(torchs.ReduceLROnPlateau(optimizer()))
    with pytest.raises(CannotImport, match=way_out):
        from_torch(PlateauScheduler(optimizer(), controller=Plateau()))


def test_a_class_with_a_curve_of_its_own_is_refused_and_a_plain_subclass_is_not():
    class Mine(torchs.StepLR):
        def get_lr(self):
            return [0.5 for _ in self.base_lrs]

    class Renamed(torchs.StepLR):
        pass

    with pytest.raises(CannotImport, match=r"Mine has its own get_lr.*lehr.recognize"):
        from_torch(Mine(optimizer(), 3))
    assert from_torch(Renamed(optimizer(), 3))(3) == pytest.approx(0.01)
    with pytest.raises(TypeError, match="scheduler must be a torch scheduler, got 3"):
        from_torch(3)


def test_an_annealing_that_starts_where_another_left_is_refused():
    on = optimizer()
    parts = [torchs.StepLR(on, 3), SWALR(on, 0.05)]
    with pytest.raises(CannotImport, match="SWALR in SequentialLR starts from"):
        from_torch(torchs.SequentialLR(on, parts, [5]))


def test_accelerates_wrapper_is_refused_with_the_scheduler_that_it_holds():
    accelerate = pytest.importorskip("accelerate.scheduler")
    on = optimizer()
    inner = torchs.StepLR(on, 3)
    wrapped = accelerate.AcceleratedScheduler(inner, on)
    with pytest.raises(CannotImport, match=r"pass scheduler\.scheduler"):
        from_torch(wrapped)
    assert from_torch(wrapped.scheduler)(3) == pytest.approx(0.01)
