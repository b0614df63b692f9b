"""Plain data: what configuration objects hold, and what OmegaConf refuses."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from lehr.config import ConfigError
from lehr.config.plain import hint_for_text, plain

omegaconf = pytest.importorskip("omegaconf")


def rate(step):
    return step


@dataclass
class Inner:
    values: list


def test_numbers_of_numpy_become_numbers_of_python():
    made = plain({"a": np.float32(0.5), "b": [np.int64(3)], "c": (np.bool_(True),)})
    assert made == {"a": 0.5, "b": [3], "c": (True,)}
    assert [type(x) for x in (made["a"], made["b"][0], made["c"][0])] == [
        float,
        int,
        bool,
    ]
    assert plain(np.arange(3)) == [0, 1, 2]


def test_functions_and_unknown_objects_are_kept_as_they_are():
    thing = object()
    made = plain({"lr_lambda": [rate, Inner], "thing": thing})
    assert made["lr_lambda"] == [rate, Inner]
    assert made["thing"] is thing


def test_containers_are_copied_at_every_depth():
    given = {"a": [{"b": [1]}], "inner": Inner([1])}
    made = plain(given)
    made["a"][0]["b"].append(2)
    made["inner"]["values"].append(2)
    assert given == {"a": [{"b": [1]}], "inner": Inner([1])}


def test_interpolations_are_resolved_with_what_is_around_them():
    config = omegaconf.OmegaConf.create({"epoch": 90, "s": {"T_max": "${epoch}"}})
    assert plain(config.s) == {"T_max": 90}


@pytest.mark.parametrize(
    ("config", "code", "path", "words"),
    [
        ({"lr": "${peak}"}, "LH104", "lr", "'peak' not found"),
        ({"s": {"lr": "???"}}, "LH104", "s.lr", "Missing mandatory value"),
        ({"lr": "${unknown:3}"}, "LH106", "lr", "Unsupported interpolation"),
    ],
)
def test_what_cannot_be_resolved_is_refused_at_its_path(config, code, path, words):
    with pytest.raises(ConfigError, match=words) as caught:
        plain(omegaconf.OmegaConf.create(config))
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == (code, path)
    assert problem.source == "<DictConfig>"


def test_plain_mappings_are_read_without_omegaconf():
    code = (
        "import sys; sys.modules['omegaconf'] = None\n"
        "from lehr.config.specs import read_spec\n"
        "print(read_spec({'name': 'SGD'}, 'optimizer').name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("SGD\n", "")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("0.1", "write it without quotes"),
        ("1.5e-3", "write it without quotes"),
        ("1E-6", "a number has a point: 1.0e-6"),
        ("big", ""),
        ("nan", ""),
        (0.1, ""),
        (None, ""),
    ],
)
def test_a_number_in_quotes_is_told_to_lose_them(value, hint):
    found = hint_for_text(value)
    assert found.endswith(hint) and bool(found) == bool(hint)
