"""Arguments of an optimizer: each wrong one is named, with its rule and its place."""

import math
from collections.abc import Callable
from typing import Literal

import pytest
import torch

from lehr.config import ConfigError
from lehr.config.specs import read_spec
from lehr.optimizer import build_optimizer
from lehr.optimizer.arguments import Place, checked, parameters
from optimizer.models import linear


def problems(config, model=None):
    with pytest.raises(ConfigError) as caught:
        build_optimizer(model or linear(), config)
    return caught.value.problems


def build(name, **arguments):
    return build_optimizer(linear(), {"name": name, **arguments}).param_groups[0]


@pytest.mark.parametrize(
    ("name", "arguments", "code", "path", "words"),
    [
        ("AdamW", {"lr": "1e-3"}, "LH107", "lr", "lr must be a number, got '1e-3'"),
        ("AdamW", {"lr": True}, "LH107", "lr", "lr must be a number, got True"),
        ("AdamW", {"lr": None}, "LH107", "lr", "lr must be a number, got None"),
        ("AdamW", {"lr": [1, 2]}, "LH107", "lr", "a number, got [1, 2]"),
        ("AdamW", {"lr": {"a": 1}}, "LH107", "lr", "a number, got {'a': 1}"),
        ("AdamW", {"betas": 0.9}, "LH107", "betas", "must be a list, got 0.9"),
        ("AdamW", {"betas": [0.9, "x"]}, "LH107", "betas[1]", "betas[1] must be a num"),
        (
            "AdamW",
            {"betas": [0.9]},
            "LH106",
            "betas",
            "must have 2 elements, got [0.9]",
        ),
        ("AdamW", {"amsgrad": 1}, "LH107", "amsgrad", "must be true or false, got 1"),
        ("AdamW", {"foreach": "x"}, "LH107", "foreach", "true or false or null"),
        ("AdamW", {"lr": math.inf}, "LH106", "lr", "lr must be finite, got inf"),
        ("AdamW", {"betas": [math.nan, 0.9]}, "LH106", "betas", "must be finite"),
        ("LBFGS", {"max_iter": 2.5}, "LH107", "max_iter", "a whole number, got 2.5"),
        ("LBFGS", {"line_search_fn": 3}, "LH107", "line_search_fn", "text or null"),
        ("SGD", {"params": [1]}, "LH103", "params", 'SGD has no argument "params"'),
        ("SGD", {"lr": -1}, "LH106", "lr", "lr is refused: Invalid learning rate: -1"),
        ("Adam", {"eps": -1.0}, "LH106", "eps", "Invalid epsilon value: -1.0"),
        ("Adam", {"betas": [0.9, 1.5]}, "LH106", "betas", "beta parameter at index 1"),
        ("SGD", {"nesterov": True}, "LH106", "nesterov", "requires a momentum"),
        ("Adamax", {"maximise": 1}, "LH103", "maximise", "no argument"),
    ],
    ids=repr,
)
def test_a_wrong_argument_is_refused_at_its_place(name, arguments, code, path, words):
    [problem] = problems({"name": name, **arguments})
    assert problem.code == code
    assert problem.path.startswith(path)
    assert words in problem.message


def test_an_unknown_argument_brings_the_nearest_one():
    [problem] = problems({"name": "AdamW", "weigth_decay": 0.1})
    assert problem.hint.startswith('did you mean "weight_decay"?')
    [problem] = problems({"name": "AdamW", "nodecay": True})
    assert problem.hint.startswith('did you mean "no_decay"?')


def test_a_number_in_quotes_is_told_to_lose_them():
    assert problems({"name": "SGD", "lr": "0.1"})[0].hint == "write it without quotes"
    assert problems({"name": "SGD", "lr": "fast"})[0].hint == ""


def test_all_problems_come_at_once():
    config = {"name": "SGD", "lr": "a", "momntum": 0.9, "nesterov": 3, "no_decay": 4}
    found = {(p.code, p.path) for p in problems(config)}
    assert found == {
        ("LH107", "lr"),
        ("LH103", "momntum"),
        ("LH107", "nesterov"),
        ("LH107", "no_decay"),
    }


def test_all_that_the_optimizer_refuses_comes_at_once():
    config = {"name": "Adam", "lr": -1, "eps": -2.0, "weight_decay": -3}
    assert [p.path for p in problems(config)] == ["lr", "eps", "weight_decay"]


def test_an_argument_that_needs_another_is_not_blamed_for_a_third():
    config = {"name": "SGD", "lr": -1, "momentum": 0.9, "nesterov": True}
    assert [p.path for p in problems(config)] == ["lr"]


def test_what_no_argument_alone_is_wrong_in_belongs_to_the_name():
    config = {"name": "Adam", "foreach": True, "fused": True}
    [problem] = problems(config)
    assert (problem.code, problem.path) == ("LH106", "name")
    assert "`fused` and `foreach` cannot be `True` together" in problem.message


def test_a_file_shows_the_line_of_each_problem(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("optimizer:\n  name: AdamW\n  lr: 1e-3\n  betas: [0.9, two]\n")
    [problem] = problems(file)
    assert (problem.line, problem.column) == (4, 16)
    assert str(problem).splitlines()[1].endswith(":4:16   at optimizer.betas[1]")


def test_whole_numbers_and_lists_become_what_the_optimizer_wants():
    group = build("LBFGS", max_iter=30.0, lr=1)
    assert (group["max_iter"], type(group["max_iter"])) == (30, int)
    assert build("Adafactor", eps=[None, 1])["eps"] == (None, 1)
    assert build("Adam", betas=(0.8, 0.9))["betas"] == (0.8, 0.9)
    assert build("Rprop", etas=[0.5, 2])["etas"] == (0.5, 2)


def test_a_rate_may_be_a_tensor_that_stays_the_callers():
    rate = torch.tensor(0.5)
    group = build("SGD", lr=rate, foreach=False)
    assert group["lr"] is not rate
    assert torch.equal(group["lr"], rate)


class Odd(torch.optim.SGD):
    """Arguments as other libraries write theirs: bare, in strings, behind **."""

    def __init__(self, params, lr=1, k: "int" = 3, mode: "Nowhere" = 2, **kwargs):  # noqa: F821
        super().__init__(params, lr)


def test_arguments_are_read_from_any_way_to_write_them():
    found = parameters(Odd)
    assert list(found) == ["lr", "k", "mode"]


def odd(**given):
    spec = read_spec({"name": "Odd", **given}, "optimizer")
    read, wrong = checked(Odd, given, Place(spec))
    return read, [(p.code, p.path) for p in wrong]


def test_values_without_a_type_are_of_the_kind_of_their_default():
    assert odd(lr=0.5) == ({"lr": 0.5}, [])
    assert odd(lr="0.5")[1] == [("LH107", "lr")]
    assert odd(mode={"any": "thing"}) == ({"mode": {"any": "thing"}}, [])


class Listed(torch.optim.SGD):
    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.99),
        mode: Literal["a", "b"] = "a",
        table: list[list[float]] | None = None,
        sizes: tuple[int, ...] = (2,),
        call: Callable | None = None,
    ):
        super().__init__(params, lr)


@pytest.mark.parametrize(
    ("given", "read", "wrong"),
    [
        ({"betas": [0.8, 0.9]}, {"betas": (0.8, 0.9)}, []),
        ({"betas": [0.8]}, None, [("LH106", "betas")]),
        ({"betas": ["x", 0.9]}, None, [("LH107", "betas[0]")]),
        ({"mode": 3}, None, [("LH107", "mode")]),
        ({"mode": "b"}, {"mode": "b"}, []),
        ({"table": [[1, 2], [3, 4]]}, {"table": [[1, 2], [3, 4]]}, []),
        ({"table": [1]}, None, [("LH107", "table[0]")]),
        ({"sizes": [1, 2.0, 3]}, {"sizes": (1, 2, 3)}, []),
        ({"sizes": [1.5]}, None, [("LH107", "sizes[0]")]),
        ({"call": max}, {"call": max}, []),
        ({"call": "max"}, None, [("LH107", "call")]),
    ],
    ids=repr,
)
def test_lists_and_choices_are_read_as_they_are_declared(given, read, wrong):
    spec = read_spec({"name": "Listed", **given}, "optimizer")
    found, problems = checked(Listed, given, Place(spec))
    assert [(p.code, p.path) for p in problems] == wrong
    if read is not None:
        assert found == read
