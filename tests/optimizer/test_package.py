"""The package: it waits for torch until an optimizer is built."""

import subprocess
import sys

import pytest

import lehr.optimizer


def test_the_package_loads_no_torch_until_it_builds():
    code = "import sys, lehr.optimizer; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        ("torch", r"lehr.optimizer needs PyTorch: pip install 'lehr\[torch\]'"),
        ("lehr.optimizer.catalog", "lehr.optimizer.catalog"),
    ],
)
def test_what_is_missing_is_named(monkeypatch, absent, words):
    monkeypatch.delitem(sys.modules, "lehr.optimizer.build", raising=False)
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ImportError, match=words):
        lehr.optimizer.build_optimizer  # noqa: B018  (the access is the test)


def test_other_names_of_the_package_are_no_attributes():
    assert dir(lehr.optimizer) == ["build_optimizer"]
    with pytest.raises(AttributeError, match="build_optimiser"):
        lehr.optimizer.build_optimiser  # noqa: B018  (the access is the test)
