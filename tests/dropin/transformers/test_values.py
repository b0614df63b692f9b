"""Each schedule gives transformers' rates, whatever its arguments and groups."""

import warnings
from inspect import signature

import pytest
import torch

from dropin.transformers import configurations as c
from lehr.dropin import PastEndWarning

GROUPS = ([0.1], [0.1, 0.1], [0.1, 0.03, 1.0])
each_function = pytest.mark.parametrize("name", c.FUNCTIONS)


@each_function
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")
def test_the_rates_are_those_of_transformers(name, seed):
    found, groups = c.arguments(name, seed), GROUPS[seed % 3]
    tensors, exact = seed % 4 == 3, {}
    if len(groups) > 1 and "exact" in signature(c.dropin(name)).parameters:
        exact = {"exact": True}
    mine, his = (c.optimizer(groups, tensors=tensors) for _ in "ab")
    ours = c.dropin(name)(mine, **found, **exact)
    theirs = c.original(name)(his, **found)
    rounded = c.restarts(name, found)
    for t in range(1, 220):
        if not rounded(t - 1):
            assert c.rates(mine) == pytest.approx(c.rates(his), rel=1e-9, abs=1e-12), t
            assert ours.get_last_lr() == pytest.approx(
                c.rates(his), rel=1e-9, abs=1e-12
            )
        c.step(ours), c.step(theirs)
        assert ours.last_epoch == theirs.last_epoch
        assert ours._step_count == theirs._step_count


@each_function
def test_the_signature_and_the_attributes_are_those_of_transformers(name):
    mine, his = (
        [(p.name, p.default) for p in signature(f(name)).parameters.values()]
        for f in (c.dropin, c.original)
    )
    assert [p for p in mine if p[0] != "exact"] == his
    made = c.dropin(name)(
        c.optimizer([0.1, 0.2]), **c.arguments(name, 1), last_epoch=-1
    )
    assert isinstance(made, torch.optim.lr_scheduler.LambdaLR)
    assert made.base_lrs == [0.1, 0.2]
    assert made.last_epoch == 0
    assert len(made.lr_lambdas) == 2
    assert made.optimizer.param_groups[1]["initial_lr"] == 0.2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch's: not the last rate
        assert made.get_lr() == made.get_last_lr()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", sorted(c.dropin("TYPE_TO_SCHEDULER_FUNCTION")))
@pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")
def test_the_factory_makes_what_transformers_makes(kind, seed):
    function = c.dropin("TYPE_TO_SCHEDULER_FUNCTION")[kind].__name__
    assert c.original("TYPE_TO_SCHEDULER_FUNCTION")[kind].__name__ == function
    found = c.arguments(function, seed) if function in c.FUNCTIONS else {"patience": 3}
    lengths = {key: found.pop(key, 3) for key in c.RUNS}
    made, rates = [], []
    for where in (c.dropin, c.original):
        name = c.original("SchedulerType")(kind)
        make = where("get_scheduler")
        made.append(make(name, c.optimizer([0.1]), **lengths,
                         scheduler_specific_kwargs=found))  # fmt: skip
    assert type(made[0]).__name__ == type(made[1]).__name__
    for scheduler in made:
        rates.append([])
        for t in range(60):
            rates[-1] += scheduler.get_last_lr()
            scheduler.optimizer.step()
            follows = hasattr(scheduler, "patience")
            scheduler.step(*([t % 7] if follows else []))
    assert rates[0] == pytest.approx(rates[1], rel=1e-9, abs=1e-12)


def test_the_factory_says_what_it_misses():
    get, made = c.dropin("get_scheduler"), c.optimizer([0.1])
    with pytest.raises(ValueError, match="linear needs num_warmup_steps"):
        get("linear", made)
    with pytest.raises(ValueError, match="linear needs num_training_steps"):
        get("linear", made, 3)
    with pytest.raises(ValueError, match="unknown schedule 'liner'; known: linear"):
        get("liner", made)


def test_the_types_are_transformers_own_values():
    ours, theirs = c.dropin("SchedulerType"), c.original("SchedulerType")
    assert [(m.name, m.value) for m in ours] == [(m.name, m.value) for m in theirs]
    assert all(theirs(m) is theirs[m.name] and ours(theirs[m.name]) is m for m in ours)


def test_a_rate_at_the_end_is_the_same_for_all_groups_unless_exact():
    from lehr.dropin import exact

    make = c.dropin("get_polynomial_decay_schedule_with_warmup")
    cosine = c.dropin("get_cosine_with_min_lr_schedule_with_warmup")
    for build, given in ((make, {"lr_end": 0.01}), (cosine, {"min_lr": 0.01})):
        ends = []
        for way in (False, None, True):
            with exact(way is None):
                made = build(c.optimizer([0.1, 1.0, 0.0]), 2, 10, **given, exact=way)
            for _ in range(10):
                c.step(made)
            ends.append(made.get_last_lr())
        assert ends[0] == pytest.approx([0.01, 0.01, 0.0])
        assert ends[1] == ends[2] == pytest.approx([0.01, 0.1, 0.0])
    with pytest.raises(ValueError, match=r"lr_end must be below .* 0\.001"):
        make(c.optimizer([0.1, 0.001]), 2, 10, lr_end=0.01)


def test_a_restart_has_the_value_of_a_restart():
    make = "get_cosine_with_hard_restarts_schedule_with_warmup"
    for cycles in range(1, 100):
        ours = c.dropin(make)(c.optimizer([1.0]), 0, 98, num_cycles=cycles)
        for t in range(98):
            if (t * cycles) % 98 == 0:
                assert ours.lr_lambdas[0](t) == 1.0, (cycles, t)


@pytest.mark.parametrize("kind", ["cosine", "cosine_with_min_lr"])
def test_the_first_update_that_climbs_back_is_told_once(kind):
    more = {"min_lr_rate": 0.1} if kind != "cosine" else {}
    made = c.dropin("get_scheduler")(kind, c.optimizer([0.1]), 0, 10, more)
    for _ in range(10):
        c.step(made)  # within the horizon nothing is said
    with pytest.warns(PastEndWarning, match=r"made for 10 steps.*update 11") as told:
        c.step(made)
    assert told[0].filename == c.__file__
    for _ in range(30):
        c.step(made)


@pytest.mark.parametrize("kind", ["linear", "polynomial", "cosine_with_restarts"])
def test_what_is_held_is_not_told(kind):
    made = c.dropin("get_scheduler")(kind, c.optimizer([0.1]), 2, 10)
    for _ in range(30):
        c.step(made)
