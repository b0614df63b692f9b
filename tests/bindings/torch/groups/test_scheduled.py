"""What a bound scheduler does, as schedules that can be drawn."""

import copy
import pickle

import pytest
import torch
from torch import nn

from lehr import Constant, Linear
from lehr.bindings.torch import (
    Scheduler,
    groups_by_layer,
    on,
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
    assert "layer_1, layer_1.no_decay   area" in draw_fields(fields, width=60, height=4)
    drawn = draw_fields_svg(fields)
    assert (drawn.count("<svg "), drawn.count('class="panel"')) == (1, 3)


def test_groups_of_one_name_are_told_apart_by_their_index():
    one, two = (nn.Parameter(torch.ones(1)) for _ in range(2))
    groups = [{"params": [one], "name": "a"}, {"params": [two], "name": "a"}]
    up, down = Linear(0.0, 1.0, 10), Linear(1.0, 0.0, 10)
    scheduler = Scheduler(torch.optim.SGD(groups, lr=0.1), lr=[up, down])
    assert scheduler.schedules == {"lr": {0: up, 1: down}}


def test_a_plain_list_says_nothing_of_a_group_that_is_added_later(scheduler):
    optimizer = scheduler.optimizer
    late = nn.Parameter(torch.ones(2))
    group = {"params": [late], "name": "late", "lr": 9.0, "lr_factor": 0.25}
    optimizer.add_param_group({**group, "weight_decay": 0.4, "eps": 1e-8})
    with pytest.raises(ValueError, match="eps lists 6 schedules for 7"):
        optimizer.step()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(_dumps(x))])
def test_a_copy_knows_later_groups_as_well(copied):
    body, head = (nn.Parameter(torch.ones(1)) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [body], "name": "body"}], lr=0.1)
    lr = Linear(1.0, 0.0, 10)
    fields = per_group(optimizer, lr=lr, momentum=on("updates", lr))
    optimizer = copied(Scheduler(optimizer, **fields)).optimizer
    optimizer.add_param_group({"params": [head], "name": "head", "lr_factor": 3.0})
    scheduler = Scheduler(optimizer, **copied(fields))
    scheduler.seek(5)
    assert scheduler.values == {"lr": [0.5, 1.5], "momentum": [0.5, 0.5]}
    optimizer.add_param_group({"params": [nn.Parameter(torch.ones(1))]})
    optimizer.step()
    assert scheduler.get_last_lr() == [0.5, 1.5, 0.5]


def _dumps(value):
    return pickle.dumps(value)


def test_a_later_group_that_a_mapping_does_not_name_stops_the_next_update():
    body, head = (nn.Parameter(torch.ones(1)) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [body], "name": "body"}], lr=0.1)
    by_name = {"body": Linear(1.0, 0.0, 10)}
    scheduler = Scheduler(optimizer, **per_group(optimizer, lr=by_name))
    optimizer.add_param_group({"params": [head], "name": "head"})
    with pytest.raises(ValueError, match="no schedule for the group 'head'"):
        optimizer.step()
    del scheduler


def test_a_mapping_may_name_groups_by_index():
    groups = [{"params": [nn.Parameter(torch.ones(1))]} for _ in range(2)]
    up, down = Linear(0.0, 1.0, 10), Linear(1.0, 0.0, 10)
    assert per_group(groups, lr={1: up, 0: down}) == {"lr": [down, up]}
    with pytest.raises(ValueError, match="names a group 2"):
        per_group(groups, lr={0: up, 1: up, 2: up})


def test_another_thing_is_refused():
    with pytest.raises(TypeError, match="lehr's bound Scheduler"):
        scheduled("scheduler")
