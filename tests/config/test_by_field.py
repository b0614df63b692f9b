"""A document's schedules on a torch optimizer with the document's groups."""

import pytest
import torch

from lehr import read_config
from lehr.bindings.torch import Scheduler, groups_by_pattern

DOCUMENT = """
groups:
  no_decay: ["*.bias"]
  head: "1.*"
schedules:
  lr: {head: "linear(1e-2, 0, 10)", default: 1e-3}
  weight_decay: {no_decay: 0, default: 0.1}
  beta2: linear(0.9, 1.0, 10)
"""


def optimizer_of(config):
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    groups = groups_by_pattern(model, config.groups)
    return torch.optim.AdamW(groups, lr=5e-4, weight_decay=0.3)


def test_each_group_follows_its_schedule_and_an_unnamed_one_is_left_alone():
    config = read_config(DOCUMENT)
    optimizer = optimizer_of(config)
    scheduler = Scheduler(optimizer, **config.by_field())
    optimizer.step()
    scheduler.step()
    seen = {
        g["name"]: (g["lr"], g["weight_decay"], g["betas"][1])
        for g in optimizer.param_groups
    }
    assert seen == {
        "no_decay": (5e-4, 0.0, pytest.approx(0.91)),
        "head": (pytest.approx(9e-3), 0.3, pytest.approx(0.91)),
        "default": (1e-3, 0.1, pytest.approx(0.91)),
    }


def test_without_groups_of_its_own_a_document_names_those_of_the_optimizer():
    config = read_config("schedules: {lr: {a: 0.1, b: 0.2}}")
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in "ab"]
    optimizer = torch.optim.SGD(
        [{"params": [w], "name": n} for w, n in zip(weights, "ab", strict=True)], lr=1
    )
    Scheduler(optimizer, **config.by_field())
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.2]
