"""mmengine's dialect: its windows, its clocks, its lists and its refusals."""

import pytest

from lehr.dialects import dialect, mmengine, named, schedulers
from lehr.dialects.torch import SCHEDULERS as TORCH

KINDS = ("Constant", "CosineAnnealing", "CosineRestart", "Exponential", "Linear")
KINDS += ("MultiStep", "OneCycle", "Poly", "ReduceOnPlateau", "Step")


def of(name, **arguments):
    return named(mmengine.SCHEDULERS, name, **arguments)


def listed(*schedulers, base=1.0, **arguments):
    return mmengine.param_scheduler(base, schedulers=schedulers, **arguments)


def test_every_scheduler_is_there_for_the_rate_the_momentum_and_any_field():
    names = {k + of for k in KINDS for of in ("LR", "Momentum", "ParamScheduler")}
    wanted = (names - {"OneCycleMomentum"}) | {"param_scheduler"}
    assert set(schedulers("mmengine")) == wanted
    field = dialect("mmengine", "StepParamScheduler")
    assert field.curve(0.5, step_size=1, param_name="weight_decay")(1) == 0.05


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("LinearLR", {"start_factor": 0.2}, [0.2, 0.4, 0.6, 0.8, 1, 1]),
        ("PolyLR", {}, [1, 0.75, 0.5, 0.25, 0, 0]),
        ("CosineAnnealingLR", {}, [1, 0.9045, 0.6545, 0.3455, 0.0955, 0.0955]),
    ],
)
def test_gives_the_recorded_vectors(name, arguments, wanted):
    lr = of(name, end=5, **arguments).curve(1.0)
    assert [lr(t) for t in range(6)] == pytest.approx(wanted, abs=1e-4)
    assert lr(10**9) == lr(5)


def test_a_window_is_left_alone_before_and_held_after():
    lr = of("ExponentialLR", gamma=0.5, begin=3, end=5).curve(0.8)
    assert [lr(t) for t in (0, 2, 3, 4, 5, 99)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4]


def test_a_window_of_one_step_takes_the_first_step_only():
    assert of("LinearLR", start_factor=0.5, end=1).curve(1.0)(9) == 0.5
    assert of("ConstantLR", factor=0.5, end=1).curve(1.0)(9) == 0.5
    assert of("PolyLR", end=1).curve(1.0)(9) == 1.0
    assert of("CosineAnnealingLR", end=1).curve(1.0)(9) == 1.0


def test_factors_of_0_are_undone():
    constant = of("ConstantLR", factor=0.0, end=3).curve(1.0)
    assert [constant(t) for t in range(4)] == [0.0, 0.0, 1.0, 1.0]
    line = of("LinearLR", start_factor=0.0, end=3).curve(1.0)
    assert [line(t) for t in range(4)] == [0.0, 0.5, 1.0, 1.0]


def test_a_cosine_climbs_back_to_the_fields_own_value():
    lr = of("CosineAnnealingLR", T_max=4, eta_min=0.5).curve(1.0)
    assert [lr(t) for t in (4, 6, 8, 12)] == pytest.approx([0.5, 0.75, 1.0, 0.5])
    ratio = of("CosineAnnealingLR", T_max=4, eta_min_ratio=0.1).curve(2.0)
    assert ratio(4) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("StepLR", {"step_size": 2, "gamma": 0.5}),
        ("MultiStepLR", {"milestones": [0, 3, 3], "gamma": 0.5}),
        ("ExponentialLR", {"gamma": 0.9}),
        ("LinearLR", {"end": 6}),
        ("PolyLR", {"end": 6, "power": 2.0}),
        ("CosineAnnealingLR", {"T_max": 3}),
        ("CosineAnnealingLR", {"T_max": 30, "end": 5}),
        (
            "CosineRestartLR",
            {"periods": [2, 3], "restart_weights": [1, 1], "eta_min": 0},
        ),
        ("OneCycleLR", {"eta_max": 1.0, "total_steps": 10}),
    ],
)
def test_by_epochs_a_value_is_held_for_all_updates_of_one(name, arguments):
    epochs = of(name, **arguments).curve(0.5)
    updates = of(name, epoch_length=7, **arguments).curve(0.5)
    for epoch in (0, 1, 2, 3, 4, 5, 6, 9, 40):
        expected = pytest.approx(epochs(epoch), abs=1e-15)
        assert updates(7 * epoch) == expected
        assert updates(7 * epoch + 6) == expected


def test_converted_lengths_are_in_updates():
    given = {"convert_to_iter_based": True, "epoch_length": 10}
    lr = of("LinearLR", start_factor=0.1, begin=0.5, end=1, **given).curve(1.0)
    assert [lr(4), lr(5), lr(9), lr(10)] == pytest.approx([1.0, 0.1, 1.0, 1.0])
    drops = of("MultiStepLR", milestones=[2], gamma=0.5, **given).curve(1.0)
    assert [drops(19), drops(20)] == [1.0, 0.5]


def test_the_commonest_list_warms_up_by_updates_and_drops_by_epochs():
    warmup = of("LinearLR", start_factor=0.001, by_epoch=False, end=500)
    drops = of("MultiStepLR", milestones=[8, 11], end=12)
    lr = listed(warmup, drops, base=0.02, epoch_length=1000)
    times = (0, 499, 7999, 8000, 10999, 11000, 10**9)
    wanted = [2e-5, 0.02, 0.02, 0.002, 0.002, 2e-4, 2e-4]
    assert [lr(t) for t in times] == pytest.approx(wanted)


def test_one_cycle_in_a_list_sets_what_a_drop_then_multiplies():
    lr = listed(
        of("OneCycleLR", eta_max=1.0, total_steps=10, end=10),
        of("ExponentialLR", gamma=0.5, begin=2, end=4),
        base=0.1,
    )
    assert [lr(2), lr(3), lr(4)] == pytest.approx([1.0, 0.475242, 0.811745], abs=1e-5)


def test_one_after_the_other_goes_on_from_what_it_finds():
    lr = listed(
        of("LinearLR", start_factor=0.5, end_factor=0.8, end=4),
        of("CosineAnnealingLR", T_max=10, eta_min=0.1, begin=4, end=14),
        of("ConstantLR", factor=0.5, begin=20, end=23),
    )
    assert [lr(3), lr(4)] == pytest.approx([0.8, 0.8])
    held = lr(13)
    assert 0.1 < held < 0.2
    assert [lr(19), lr(20), lr(22)] == pytest.approx([held, held / 2, held])


def test_a_list_of_a_million_steps_is_built_from_formulas():
    lr = listed(
        of("LinearLR", start_factor=0.001, end=1000),
        of("CosineAnnealingLR", eta_min=0.01, begin=1000, end=10**6),
        of("MultiStepLR", milestones=[5 * 10**5, 2 * 10**6], gamma=0.5),
    )
    assert len(repr(lr)) < 2000
    assert lr(1000) == pytest.approx(1.0)
    before, after = lr(5 * 10**5 - 1), lr(5 * 10**5)
    assert after == pytest.approx(before / 2, rel=1e-4)
    assert [lr(10**6), lr(2 * 10**6)] == pytest.approx([0.01, 0.005], rel=1e-3)


def test_drops_beside_a_cosine_are_where_a_table_has_them():
    cosine = of("CosineAnnealingLR", eta_min=0.1, end=20)
    drops = of("MultiStepLR", milestones=[0, 7, 7, 12], gamma=0.5)
    third = of("LinearLR", end=20, start_factor=1)  # beside it, all is a table
    for order in ((cosine, drops), (drops, cosine)):
        formula, table = listed(*order), listed(*order, third)
        assert "Table" in repr(table)
        assert [formula(t) for t in range(30)] == pytest.approx(
            [table(t) for t in range(30)], rel=1e-12
        )


@pytest.mark.parametrize(
    ("schedulers", "message"),
    [
        (
            [of("StepLR", step_size=2), of("StepLR", step_size=2, by_epoch=False)],
            "epoch_",
        ),
        ([named(TORCH, "StepLR", step_size=2)], "mmengine's own only"),
        ([of("ReduceOnPlateauLR")], "follows a metric"),
        ([], "at least one"),
        (
            [of("CosineAnnealingLR", T_max=2), of("ExponentialLR", gamma=0.9)],
            "past its T_max",
        ),
        (
            [of("PolyLR", eta_min=0.1), of("PolyLR", eta_min=0.2)],
            "a table holds at most",
        ),
        (
            [
                of("LinearLR", start_factor=0.0, end=9),
                of("ExponentialLR", gamma=0.9, begin=1),
            ],
            "no way back",
        ),
    ],
)
def test_refuses_lists_that_have_no_curve(schedulers, message):
    with pytest.raises(ValueError, match=message):
        listed(*schedulers)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("StepLR", {"step_size": 2, "begin": 3, "end": 3}, "end must be > begin"),
        ("StepLR", {"step_size": 0}, "step_size must be >= 1"),
        ("StepLR", {"step_size": 2, "last_step": 3}, "last_step must be -1"),
        ("StepLR", {"step_size": 2, "convert_to_iter_based": True}, "an epoch_length"),
        ("ConstantLR", {"factor": 1.5}, "factor must be in"),
        ("CosineAnnealingLR", {"eta_min": 0, "eta_min_ratio": 0}, "and not both"),
        ("CosineRestartLR", {"periods": [3]}, "must be given"),
        ("CosineRestartLR", {"periods": [3, 4], "eta_min": 0}, "one weight per period"),
        ("PolyLR", {"power": -1, "end": 5}, "power must be >= 0"),
        (
            "OneCycleParamScheduler",
            {"param_name": "momentum"},
            "param_name must be one",
        ),
        ("LinearLR", {"epoch_length": 10}, "needs a table of"),
    ],
)
def test_refuses_what_cannot_be(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        of(name, **arguments).curve(1.0)


def test_a_plateau_is_torchs_by_other_names():
    plateau = dialect("mmengine", "ReduceOnPlateauLR").metric_driven
    ours = plateau(rule="greater", patience=1, min_value=[0.1, 0.2], factor=0.5)
    assert (ours.controller.mode, ours.minimum) == ("max", (0.1, 0.2))
    assert [plateau(begin=n).start for n in (0, 1, 4)] == [0, 0, 3]
    for wrong, message in (
        ({"by_epoch": False}, "by_epoch must be True"),
        ({"end": 9}, "end must be left out"),
        ({"rule": "min"}, "rule must be one of"),
        ({"last_step": 0}, "last_step must be -1"),
    ):
        with pytest.raises(ValueError, match=message):
            plateau(**wrong)
