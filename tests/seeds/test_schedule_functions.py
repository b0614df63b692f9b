"""The document of schedule functions: each of its examples, its root package renamed.

`schedule_functions.md` has the examples as they stand there. What they leave out (a
model, its data, an optimizer) is small here.
"""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

PAGE = Path(__file__).with_name("schedule_functions.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COSINE, LINEAR, EXPONENTIAL, DIVISOR, *OTHERS = EXAMPLES
COMBINED, MULTI_STEP, PLOT, LOOP, COMPARISON = OTHERS
WARM = {0: 1e-7, 499: 5e-5, 999: 1e-4, 1_000: 1e-4}


class Recorder(torch.optim.SGD):
    """An optimizer of one parameter that keeps the rate of each update."""

    def __init__(self):
        super().__init__([nn.Parameter(torch.zeros(1))], lr=0.0)
        self.param_groups = [Recording(group) for group in self.param_groups]

    @property
    def rates(self):
        return self.param_groups[0].rates


class Recording(dict):
    """A parameter group that keeps each rate that is written into it."""

    def __init__(self, group):
        super().__init__(group)
        self.rates = []

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        if key == "lr":
            self.rates.append(value)


def run(*examples, **stand_ins):
    """Run the examples in turn and return the names that they leave."""
    namespace = dict(stand_ins)
    for example in examples:
        exec(compile(example, "<example>", "exec"), namespace)
    return namespace


def assert_rates(scheduler, golden):
    found = {step: scheduler(step) for step in golden}
    assert found == pytest.approx(golden, rel=1e-12, abs=0.0)


def test_cosine_decay():
    names = run(COSINE)
    assert names["lr"] == pytest.approx(9.838109572043197e-5, rel=1e-12)
    assert_rates(names["scheduler"], WARM | {25_500: 5.05e-5, 50_000: 1e-6})


def test_linear_decay():
    scheduler = run(COSINE, LINEAR)["scheduler"]
    assert_rates(scheduler, WARM | {5_000: 9.191836734693878e-5, 50_000: 1e-6})


def test_exponential_decay():
    scheduler = run(COSINE, EXPONENTIAL)["scheduler"]
    assert_rates(scheduler, WARM | {50_000: 1e-6, 60_000: 1e-6})
    # Halfway it has fallen further than the others, and at the end it does not jump.
    assert 1.9e-5 < scheduler(25_500) < 2e-5
    assert 1e-6 < scheduler(49_999) < 1.001e-6


def test_a_final_divisor_in_place_of_the_last_rate():
    assert_rates(
        run(COSINE, LINEAR, EXPONENTIAL, DIVISOR)["scheduler"],
        WARM | {50_000: 1e-6, 10**6: 1e-6},
    )


def test_a_combination_sets_the_rate_of_each_of_30000_steps():
    optimizer = Recorder()
    run(COMBINED, optimizer=optimizer)
    assert len(optimizer.rates) == 30_000
    golden = {
        **{0: 1e-7, 1_000: 1e-4, 9_999: 1.0000002741556752e-5, 10_000: 1e-5},
        **{20_000: 5.5e-6, 29_999: 1.0000000555165248e-6},
    }
    assert_rates(optimizer.rates.__getitem__, golden)


def test_drops_at_fractions_of_the_tokens():
    optimizer, total_steps = Recorder(), 71_526
    run(MULTI_STEP, optimizer=optimizer, total_steps=total_steps)
    assert len(optimizer.rates) == total_steps
    golden = {
        **{0: 5e-8, 1_999: 1e-4, 35_762: 1e-4, 35_763: 5e-5, 57_219: 5e-5},
        **{57_220: 1e-5, 64_372: 1e-5, 64_373: 1e-6, 71_525: 1e-6},
    }
    assert_rates(optimizer.rates.__getitem__, golden)


def test_a_schedule_is_drawn_and_nothing_waits_or_is_written(tmp_path, monkeypatch):
    from matplotlib import pyplot

    monkeypatch.chdir(tmp_path)
    names = run(PLOT)
    assert not list(tmp_path.iterdir())
    assert not pyplot.get_fignums()
    # The same call, for what it returns.
    figure = names["plot_lr_schedule"](
        names["scheduler"], 50_000, "Cosine LR Schedule with Warmup", (12, 6)
    )
    [axes] = figure.axes
    steps, rates = axes.lines[0].get_data()
    assert axes.get_title() == "Cosine LR Schedule with Warmup"
    assert tuple(figure.get_size_inches()) == (12, 6)
    assert (steps[0], steps[-1], max(rates)) == (0, 49_999, 1e-4)


def test_a_training_loop_trains_at_the_rates_of_the_schedule(capsys):
    torch.manual_seed(0)
    weights = torch.randn(4, 1)
    batches = [torch.randn(16, 4)] * 250
    losses = []

    def compute_loss(outputs, batch):
        loss = nn.functional.mse_loss(outputs, batch @ weights)
        losses.append(loss.item())
        return loss

    names = run(
        LOOP,
        YourModel=lambda: nn.Linear(4, 1),
        YourDataLoader=lambda: batches,
        compute_loss=compute_loss,
    )
    [group] = names["optimizer"].param_groups
    assert group["lr"] == names["scheduler"](249) == pytest.approx(2.5e-5)
    assert capsys.readouterr().out.splitlines() == [
        f"Step {step}, LR: {names['scheduler'](step)}" for step in (0, 100, 200)
    ]
    assert losses[-1] < losses[100] < losses[0]


def test_three_schedules_are_compared():
    from matplotlib import pyplot

    try:
        names = run(COMPARISON)
        [axes] = pyplot.gcf().axes
        assert axes.get_title() == "Comparison of LR Schedules"
        drawn = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
        assert list(drawn) == ["cosine", "linear", "exponential"]
        for name, scheduler in names["schedulers"].items():
            assert drawn[name] == pytest.approx(scheduler.curve(10_000), rel=1e-14)
            assert (drawn[name][0], max(drawn[name])) == pytest.approx((1e-7, 1e-4))
        middles = [rates[5_500] for rates in drawn.values()]
        assert middles[:2] == pytest.approx([5.05e-5, 5.05e-5])
        assert middles[2] < 2e-5
    finally:
        pyplot.close("all")
