"""`lehr doctor`: what is installed, and what does not fit together."""

import importlib.metadata
import json

import pytest
import torch

from lehr.cli.main import main


@pytest.fixture
def installed(monkeypatch):
    """Let the versions of packages be those that a test sets; None is not there."""
    true, false = importlib.metadata.version, {}

    def version(name):
        if name not in false:
            return true(name)
        if false[name] is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return false[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    return false


def test_it_lists_what_is_here_with_what_it_is_for(capsys):
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert f"torch              {torch.__version__}" in shown
    assert "everything that is installed fits together" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_devices_are_named_when_asked_for(capsys):
    assert main(["doctor", "--devices", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert "CPU" in facts["devices"]["torch device"] or torch.cuda.is_available()
    assert facts["packages"]["torch"] == torch.__version__
    assert facts["ills"] == []


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("torch", "2.3.1", "torch 2.3.1 is older than 2.4"),
        ("numpy", None, "torch converts no array without NumPy"),
        ("safetensors", None, "pip install safetensors"),
        ("pydantic", None, "pip install pydantic"),
        ("jax", "0.4.9", "jax 0.4.9 is older than 0.4.30"),
    ],
)
def test_what_does_not_fit_is_told_with_its_remedy(
    installed, name, version, said, capsys
):
    installed[name] = version
    assert main(["doctor"]) == 1
    assert said in capsys.readouterr().out


def test_a_package_that_is_newer_is_no_finding(installed):
    installed["torch"] = "2.14.0+cu131"
    assert main(["doctor"]) == 0


def test_ranks_without_a_launcher_are_a_finding(monkeypatch, capsys):
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.delenv("RANK", raising=False)
    assert main(["doctor"]) == 1
    assert "torchrun" in capsys.readouterr().out
