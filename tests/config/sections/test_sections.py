"""The sections logging, lint, optimizer and groups: what they take and refuse."""

import pytest

from lehr import read_config
from lehr.config import ConfigError


def sections(**given):
    return read_config({"schedules": {"lr": 1}, **given}).sections


def refused(**given):
    with pytest.raises(ConfigError) as caught:
        sections(**given)
    return [(p.code, p.path, p.message) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"logging": {"every": 0}}, "LH106", "logging.every"),
        ({"logging": {"wandb": {"projct": "x", "project": "y"}}}, "LH103",
         "logging.wandb.projct"),
        ({"logging": {"wandb": {}}}, "LH104", "logging.wandb.project"),
        ({"logging": {"mlflow": {"experiment": "x", "uri": "file:///etc"}}}, "LH106",
         "logging.mlflow.uri"),
        ({"lint": {"ignore": [{"rule": "LH012"}]}}, "LH104", "lint.ignore[0].reason"),
        ({"lint": {"ignore": [{"rule": "LH012", "reason": "x", "why": "y"}]}}, "LH103",
         "lint.ignore[0].why"),
        ({"optimizer": {"kind": "adamv"}}, "LH120", "optimizer.kind"),
        ({"optimizer": {"kind": "adamw", "beta3": 1}}, "LH103", "optimizer.beta3"),
        ({"optimizer": {"name": "AdamW", "lr": "1e-3"}}, "LH106", "optimizer.lr"),
        ({"optimizer": {"name": "AdamW", "betas": [0.9, 1]}}, "LH106",
         "optimizer.betas"),
        ({"optimizer": {"name": 3}}, "LH107", "optimizer.name"),
        ({"optimizer": {"class_name": "SGD", "args": {"momentum": -1}}}, "LH106",
         "optimizer.args.momentum"),
        ({"groups": {"a": ["x", 3]}}, "LH107", "groups.a[1]"),
        ({"groups": {"a": ""}}, "LH107", "groups.a"),
        ({"groups": ["a"]}, "LH107", "groups"),
    ],
)  # fmt: skip
def test_refuses_with_the_place(given, code, path):
    [(found, place, _)] = refused(**given)
    assert (found, place) == (code, path)


def test_an_optimizer_of_a_library_is_kept_as_it_is_written():
    given = {"name": "Lion", "lr": 1e-4, "betas": [0.9, 0.99], "anything": "else"}
    assert sections(optimizer=given)["optimizer"] == given
    assert read_config({"lr": 1, "optimizer": "Lion"}).optimizer == {"name": "Lion"}


def test_schedules_of_groups_that_are_not_named_are_free():
    assert read_config("schedules: {lr: {anything: 1}}").schedules
    with pytest.raises(ConfigError, match='unknown group "anything"'):
        read_config("{groups: {a: x}, schedules: {lr: {anything: 1}}}")
