"""Groups by patterns: the first match wins, and what matches nothing is refused."""

import pytest
from torch import nn

from lehr.bindings.torch import groups_by_pattern


def model():
    return nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Linear(8, 2))


def counts(patterns, **options):
    found = groups_by_pattern(options.pop("model", model()), patterns, **options)
    return [(group["name"], len(group["params"])) for group in found]


def test_the_first_group_that_matches_has_the_parameter():
    assert counts({"bias": "*.bias", "head": "2.*"}) == [
        ("bias", 3), ("head", 1), ("default", 2)
    ]  # fmt: skip
    assert counts({"head": "2.*", "bias": ["*.bias", "1.*"]}) == [
        ("head", 2), ("bias", 3), ("default", 1)
    ]  # fmt: skip


def test_every_parameter_that_trains_is_in_one_group():
    made = model()
    made[0].weight.requires_grad_(False)
    groups = groups_by_pattern(made, {"bias": "*.bias"}, rest="others")
    ids = [id(p) for group in groups for p in group["params"]]
    assert sorted(ids) == sorted(id(p) for p in made.parameters() if p.requires_grad)
    assert groups[-1]["name"] == "others"


def test_a_group_of_the_rest_that_is_empty_is_left_out():
    assert counts({"all": "*"}) == [("all", 6)]


@pytest.mark.parametrize(
    ("patterns", "error", "message"),
    [
        (
            {"a": "*.bias", "b": "*.bias"},
            ValueError,
            "nothing is left for the group 'b'",
        ),
        (
            {"a": ["*.bias", "*.norm"]},
            ValueError,
            "'\\*.norm' of group 'a' matches none",
        ),
        ({"default": "*"}, ValueError, "rest must be a name of its own"),
        ({"a": [3]}, TypeError, "a pattern of 'a' must be text, got 3"),
    ],
)
def test_refuses(patterns, error, message):
    with pytest.raises(error, match=message):
        groups_by_pattern(model(), patterns)
