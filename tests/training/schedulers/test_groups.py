"""One rate for several param groups: their ratios stay, whatever happens between."""

import copy

import pytest
import torch

from lehr.training.schedulers.groups import GroupRates, writer_of


def optimizer_of(*rates):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates
    ]
    return torch.optim.SGD(groups, lr=1.0)


def rates_of(optimizer):
    return [float(group["lr"]) for group in optimizer.param_groups]


def test_equal_groups_get_the_very_number():
    optimizer = optimizer_of(0.3, 0.3)
    GroupRates(optimizer).write(0.1)
    assert rates_of(optimizer) == [0.1, 0.1]


def test_other_groups_keep_their_ratio_to_the_first():
    optimizer = optimizer_of(0.1, 0.01, 0.2)
    GroupRates(optimizer).write(0.05)
    assert rates_of(optimizer) == pytest.approx([0.05, 0.005, 0.1])


def test_a_second_writer_finds_the_ratios_that_a_rate_of_0_has_hidden():
    optimizer = optimizer_of(0.1, 0.01)
    GroupRates(optimizer).write(0.0)
    assert rates_of(optimizer) == [0.0, 0.0]
    GroupRates(optimizer).write(1.0)
    assert rates_of(optimizer) == pytest.approx([1.0, 0.1])


def test_rates_that_were_set_by_hand_since_are_new_beginnings():
    optimizer = optimizer_of(0.1, 0.01)
    GroupRates(optimizer).write(0.5)
    optimizer.param_groups[1]["lr"] = 0.5
    GroupRates(optimizer).write(0.2)
    assert rates_of(optimizer) == [0.2, 0.2]


def test_a_group_that_comes_later_is_taken_in():
    optimizer = optimizer_of(0.1)
    rates = GroupRates(optimizer)
    rates.write(0.05)
    optimizer.add_param_group(
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.02}
    )
    rates.write(0.5)
    assert rates_of(optimizer) == pytest.approx([0.5, 0.1])


def test_a_group_that_has_gone_is_noticed():
    optimizer = optimizer_of(0.1, 0.01)
    rates = GroupRates(optimizer)
    rates.write(0.2)
    del optimizer.param_groups[0]
    with pytest.raises(ValueError, match="had 2 groups and has 1"):
        rates.write(0.1)
    GroupRates(optimizer).write(0.3)
    assert rates_of(optimizer) == [0.3]


def test_a_tensor_is_filled_in_place():
    optimizer = optimizer_of(torch.tensor(0.5), torch.tensor(0.25))
    held = [group["lr"] for group in optimizer.param_groups]
    GroupRates(optimizer).write(0.125)
    assert rates_of(optimizer) == [0.125, 0.0625]
    assert all(a["lr"] is b for a, b in zip(optimizer.param_groups, held, strict=True))


def test_a_ratio_to_0_is_refused():
    with pytest.raises(ValueError, match="those to the first one's, 0, have no ratio"):
        GroupRates(optimizer_of(0.0, 0.1))
    optimizer = optimizer_of(0.0, 0.0)
    GroupRates(optimizer).write(0.1)
    assert rates_of(optimizer) == [0.1, 0.1]


def test_a_copy_writes_to_its_own_optimizer():
    optimizer = optimizer_of(0.1, 0.01)
    twin = copy.deepcopy(GroupRates(optimizer))
    twin.write(0.5)
    assert rates_of(twin.optimizer) == pytest.approx([0.5, 0.05])
    assert rates_of(optimizer) == [0.1, 0.01]


def test_without_an_optimizer_nothing_is_written():
    assert writer_of(None)(0.1) is None
