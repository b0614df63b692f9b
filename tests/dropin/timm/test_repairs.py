"""What is wrong in timm and right here, and what is refused."""

import inspect
import math
from pathlib import Path

import pytest
import torch

import lehr.dropin.timm as dropin
from dropin.timm import configurations as c
from lehr.dropin import exact


def written(scheduler, *times):
    """Return the first group's rate at each of these times."""
    found = []
    for t in times:
        c.play(scheduler, t)
        found.append(c.rates(scheduler.optimizer)[0])
    return found


def on(name, *arguments, rates=(0.1,), **more):
    return c.dropin(name)(c.optimizer(rates), *arguments, **more)


@pytest.mark.parametrize(
    "name", ["CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler"]
)
def test_every_restart_is_found(name):
    top = on(name, 10).schedule(0.1)(0)
    made, begin = on(name, 10, cycle_mul=3.0, cycle_limit=30), 0
    for i in range(12):
        assert written(made, begin) == [top], begin
        begin += 10 * 3**i
    assert on(name, 10, cycle_mul=1.1).get_cycle_length(3) == 33
    assert on(name, 10, cycle_mul=1.7).get_cycle_length(2) == 27


def test_shrinking_cycles_end_at_the_lower_limit():
    made = on("CosineLRScheduler", 10, cycle_mul=0.5, cycle_limit=3, lr_min=0.01)
    assert written(made, 0, 10, 15, 18, 20, 10**6) == [0.1, 0.1, 0.1, 0.01, 0.01, 0.01]
    assert made.get_cycle_length() == 17


def test_milestones_may_stand_in_any_order():
    mixed = on("MultiStepLRScheduler", [30, 1, 10, 10], 0.5)
    assert written(mixed, -1, 0, 8, 9, 29) == [0.05, 0.05, 0.05, 0.0125, 0.00625]
    assert mixed.get_curr_decay_steps(9) == 3
    assert written(on("MultiStepLRScheduler", [1], 0.5, warmup_t=2), 0, 5) == [
        0.0,
        0.05,
    ]
    assert written(on("MultiStepLRScheduler", [], 0.5), 7) == [0.1]


def test_the_first_value_is_held_before_the_beginning():
    made = on("CosineLRScheduler", 10, warmup_t=4, warmup_lr_init=0.01)
    assert written(made, -3, 0) == [0.01, 0.01]
    assert written(made, 5.5) == [made.schedule(0.1)(5.5)]


def test_a_step_may_grow():
    assert written(on("StepLRScheduler", 10, 2.0), 25) == pytest.approx([0.4])


def test_many_rates_that_differ_follow_their_own_curves(timm_scheduler):
    rates = [0.001 * (i + 1) for i in range(9)]
    given = {"decay_t": 20, "lr_min": 0.004, "stable_fn": "rsqrt", "warmup_t": 5}
    for fraction in ({"stable_timescale": 6.0}, {"stable_fn": "power"}):
        arguments = {"t_initial": 60, **given, **fraction}
        ours = on("WSDLRScheduler", rates=rates, **arguments)
        theirs = timm_scheduler.WSDLRScheduler(c.optimizer(rates), **arguments)
        for t in range(0, 90, 3):
            c.play(ours, t), c.play(theirs, t)
            assert c.close(c.rates(ours.optimizer), c.rates(theirs.optimizer))
    broken = on(
        "WSDLRScheduler", rates=rates, **given | {"t_initial": 60, "warmup_t": 2.5}
    )
    c.play(broken, 30)
    expected = [broken.schedule(rate)(30) for rate in rates]
    assert c.rates(broken.optimizer) == pytest.approx(expected, rel=1e-12)


def test_what_the_user_changes_is_followed():
    made = on("CosineLRScheduler", 10, rates=(0.1, 0.2))
    written(made, 1, 2)
    made.base_values[0] = 1.0
    assert written(made, 0, 10) == [1.0, 0.0]
    made.lr_min, made.t_initial = 0.5, 20
    assert written(made, 20) == [0.5]
    made.optimizer.param_groups[0]["lr_scale"] = 0.1
    assert written(made, 0, 20) == [0.1, 0.05]


def test_a_subclass_may_change_a_part():
    class Doubled(dropin.StepLRScheduler):
        def _get_lr(self, t):
            return [2 * value for value in super()._get_lr(t)]

    made = Doubled(c.optimizer([0.1]), 10, 0.5)
    assert written(made, 1, 2, 10) == [0.2, 0.2, 0.1]
    made._get_values = lambda t, on_epoch=True: [7.0] if on_epoch else None
    assert written(made, 3, 4) == [7.0, 7.0]


def test_the_clock_of_the_other_method_changes_nothing():
    by_epoch, by_update = (on("StepLRScheduler", 1, 0.5, t_in_epochs=k) for k in (1, 0))
    by_epoch.step_update(5, 0.3)
    by_update.step(5, 0.4)
    assert c.rates(by_epoch.optimizer) == c.rates(by_update.optimizer) == [0.1]
    assert (by_epoch.metric, by_update.metric) == (0.3, 0.4)


def test_an_optimizer_keeps_no_scheduler_alive():
    import weakref

    made = on("StepLRScheduler", 1, 0.5)
    written(made, 1, 2)
    optimizer, here = made.optimizer, weakref.ref(made)
    del made
    assert here() is None
    optimizer.step()


WSD = {"t_initial": 9, "decay_t": 3}
NOISE = {"decay_t": 1, "noise_range_t": 3}


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("CosineLRScheduler", {"t_initial": 0}, "t_initial must be > 0"),
        ("CosineLRScheduler", {"t_initial": 9, "lr_min": -1.0}, "lr_min must be >= 0"),
        ("TanhLRScheduler", {"t_initial": 9, "lb": 4.0}, "lb < ub"),
        ("PolyLRScheduler", {"t_initial": 9, "k_decay": 0.0}, "k_decay must be > 0"),
        ("StepLRScheduler", {"decay_t": 0}, "decay_t must be > 0"),
        ("StepLRScheduler", {"decay_t": 0, "decay_rate": 2.0}, "decay_t must be > 0"),
        ("MultiStepLRScheduler", {"decay_t": [3], "decay_rate": -1.0}, "decay_rate"),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 10}, "exceeds t_initial"),
        (
            "WSDLRScheduler",
            {"t_initial": 9, "decay_t": 3, "stable_fn": "rsqrt"},
            "scale",
        ),
        ("PlateauLRScheduler", {"decay_rate": 1.0}, r"decay_rate must be in \(0, 1\)"),
        ("StepLRScheduler", {"decay_t": 1, "noise_range_t": [3]}, "a pair"),
        (
            "StepLRScheduler",
            {"decay_t": 1, "noise_range_t": 3, "noise_pct": 0},
            "noise",
        ),
        ("StepLRScheduler", NOISE | {"noise_std": 1e5}, "noise_std must be >= 0 and"),
        ("StepLRScheduler", NOISE | {"noise_std": math.nan}, "noise_std must be fini"),
        ("StepLRScheduler", {"decay_t": 1, "warmup_t": -1}, "warmup_t must be >= 0"),
    ],
)
def test_what_cannot_work_is_refused_at_construction(name, arguments, said):
    with pytest.raises(ValueError, match=said):
        on(name, **arguments)


def test_a_time_that_is_no_number_is_refused_and_no_rate_is_lost():
    made = on("CosineLRScheduler", t_initial=9)
    for time, error in ((math.nan, ValueError), ("1", TypeError), (None, TypeError)):
        with pytest.raises(error, match=r"t must be (finite|a number), got"):
            made.step(time)
    assert c.rates(made.optimizer) == [0.1]


def test_a_state_of_another_scheduler_is_refused():
    other = torch.optim.lr_scheduler.StepLR(c.optimizer([0.1]), 3).state_dict()
    for name, arguments in (
        ("CosineLRScheduler", {"t_initial": 9}),
        ("PlateauLRScheduler", {}),
    ):
        for state in ({}, other):
            with pytest.raises(ValueError, match="the state must be of a"):
                on(name, **arguments).load_state_dict(state)


def test_groups_that_lack_the_field_or_its_start_are_named():
    with pytest.raises(KeyError, match=r"initial_lr missing from param_groups\[0\]"):
        on("StepLRScheduler", 1, initialize=False)
    bare = type("Bare", (dropin.Scheduler,), {"_get_lr": lambda self, t: [1.0]})
    with pytest.raises(KeyError, match=r"gamma missing from param_groups\[0\]"):
        bare(c.optimizer([0.1]), "gamma")
    made = bare(c.optimizer([0.1]), "momentum")
    made.step(1)
    assert made.optimizer.param_groups[0]["momentum"] == 1.0
    with pytest.raises(ValueError, match="saved with 2 param groups"):
        made.load_state_dict({"base_values": [1.0, 2.0]})


def test_the_factory_counts_the_cooldown_unless_exact():
    make, given = dropin.create_scheduler_v2, {"num_epochs": 50, "cooldown_epochs": 7}
    assert make(c.optimizer([0.1]), "step", **given)[1] == 57
    assert make(c.optimizer([0.1]), "step", **given, exact=True)[1] == 50
    with exact():
        assert make(c.optimizer([0.1]), "step", **given)[1] == 50
    assert make(c.optimizer([0.1]), "cosine", **given, exact=True)[1] == 57


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sched": "cosin"}, "did you mean 'cosine'"),
        ({"step_on_epochs": False}, "updates_per_epoch must be > 0"),
        ({"sched": "wsd", "decay_epochs": 400}, "decay_epochs must leave wsd"),
        (
            {"sched": "plateau", "step_on_epochs": False, "updates_per_epoch": 3},
            "step_on_epochs must be True",
        ),
    ],
)
def test_the_factory_says_what_it_cannot_make(arguments, said):
    with pytest.raises(ValueError, match=said):
        dropin.create_scheduler_v2(c.optimizer([0.1]), **arguments)


def test_the_modules_and_names_are_timms(timm_scheduler):
    for name in dropin.__all__:
        where = inspect.getmodule(getattr(dropin, name)).__name__.rsplit(".", 1)[1]
        assert hasattr(getattr(timm_scheduler, where), name)
    names = {n for n in dir(timm_scheduler) if not n.startswith("_")}
    theirs = {n for n in names if not inspect.ismodule(getattr(timm_scheduler, n))}
    assert theirs <= set(dropin.__all__)


def test_timm_is_not_needed():
    for path in Path(dropin.__file__).parent.glob("*.py"):
        lines = path.read_text().splitlines()
        assert not [s for s in lines if s.startswith(("import timm", "from timm"))]


def test_rates_that_need_gradients_are_filled():
    optimizer = c.optimizer([0.1])
    made = c.dropin("StepLRScheduler")(optimizer, 1, 0.5)
    optimizer.param_groups[0]["lr"] = rate = torch.tensor(0.0, requires_grad=True)
    assert written(made, 1, 2) == [pytest.approx(0.05), pytest.approx(0.025)]
    assert optimizer.param_groups[0]["lr"] is rate
