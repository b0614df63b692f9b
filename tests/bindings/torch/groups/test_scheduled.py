"""What a bound scheduler does, as schedules that can be drawn."""

import pytest
import torch
from torch import nn

from lehr import Constant, Linear
from lehr.bindings.torch import (
    Scheduler,
    groups_by_layer,
    per_group,
    scheduled,
    times_base,
)
from lehr.plotting import draw_fields, draw_fields_svg, plot_fields


@pytest.fixture
def scheduler():
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2))
    groups = groups_by_layer(model, lr=0.1, decay=0.5, no_decay=True)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.2)
    lr = Linear(0.1, 0.0, 10)
    fields = per_group(optimizer, lr=lr, weight_decay=times_base(Linear(1.0, 0.5, 10)))
    return Scheduler(optimizer, **fields, eps=[Constant(1e-6), *[None] * 5])


def test_its_values_are_those_that_are_applied(scheduler):
    found = scheduled(scheduler)
    for t in (0, 3, 10, 99):
        scheduler.seek(t)
        for field, values in scheduler.values.items():
            assert [s(t) for s in found[field].values()] == pytest.approx(values)
    assert list(found) == ["lr", "weight_decay", "eps"]
    assert list(found["lr"])[:2] == ["layer_1", "layer_1.no_decay"]


def test_all_of_it_is_one_picture(scheduler):
    fields = scheduled(scheduler)
    figure = plot_fields(fields)
    assert [ax.get_ylabel() for ax in figure.axes] == ["lr", "weight_decay", "eps"]
    assert [len(ax.lines) for ax in figure.axes] == [3, 2, 2]
    assert "lr: layer_1, layer_1.no_decay" in draw_fields(fields, width=40, height=4)
    assert draw_fields_svg(fields).count("<svg ") == 4


def test_another_thing_is_refused():
    with pytest.raises(TypeError, match="lehr's bound Scheduler"):
        scheduled("scheduler")
