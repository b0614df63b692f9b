"""Names of schedulers, names of functions, and what importing costs."""

import subprocess
import sys

import pytest

import lehr.scheduler
from lehr.config import ConfigError
from lehr.scheduler import build_scheduler
from lehr.scheduler.functions import named_function, require_imports
from lehr.scheduler.lookup import find, hint_for, shown, table


def test_timms_names_go_with_and_without_their_prefix():
    for name in ("CosineLRScheduler", "PlateauLRScheduler"):
        assert find(name, []) == find("timm_" + name, [])
        assert find(name, []).library == "timm"
        assert "timm_" + name in shown()
    assert find("timm_StepLR", []) is None


def test_every_dialect_has_a_signature_and_known_lengths():
    for name, entries in table().items():
        for entry in entries:
            dialect, known = entry.dialect, entry.parameters
            named = (*dialect.lengths, *dialect.per_group, *dialect.functions)
            assert set(named) <= set(known), name
            assert dialect.horizon is None or dialect.horizon in known
            assert ("schedulers" in known) == dialect.composite


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("steplr", "StepLR"),
        ("step_lr", "StepLR"),
        ("ReduceLrOnPlateau", "ReduceLROnPlateau"),
        ("CosineLRSchedular", "timm_CosineLRScheduler"),
        ("one_cycle_LR", "OneCycleLR"),
    ],
)
def test_near_misses_are_told_what_is_meant(name, meant):
    assert f'"{meant}"' in hint_for(name).partition("known")[0]


def test_a_listed_module_is_imported_and_only_then():
    sys.modules.pop("scheduler.my_curves", None)
    name = "scheduler.my_curves:half"
    with pytest.raises(PermissionError, match="may not name functions of"):
        named_function(name, imports=())
    assert "scheduler.my_curves" not in sys.modules
    found = named_function(name, imports=("scheduler.my_curves",))
    assert found(1) == 0.5


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("half", "module:function"),
        ("a:b.c", "module:function"),
        (":half", "module:function"),
        ("scheduler.nowhere:half", "cannot be imported"),
        ("scheduler.my_curves:nothing", "no Python function 'nothing'"),
        ("scheduler.my_curves:not_a_function", "it is 7"),
    ],
)
def test_other_names_are_refused(name, message):
    allowed = ("scheduler.my_curves", "scheduler.nowhere")
    with pytest.raises(ValueError, match=message):
        named_function(name, imports=allowed)


@pytest.mark.parametrize("in_a_file", [True, False])
def test_a_configuration_names_no_functions_but_the_listed_ones(
    optimizer, tmp_path, in_a_file
):
    import scheduler.my_curves  # noqa: F401  (imported already, and still refused)

    config = {"name": "LambdaLR", "lr_lambda": "scheduler.my_curves:half"}
    if in_a_file:
        path = tmp_path / "scheduler.yaml"
        path.write_text("name: LambdaLR\nlr_lambda: scheduler.my_curves:half\n")
        config = path
    with pytest.raises(ConfigError) as caught:
        build_scheduler(optimizer(), config)
    assert caught.value.problems[0].code == "LH109"
    assert 'imports=("scheduler.my_curves",)' in str(caught.value)
    bound = optimizer(0.1)
    build_scheduler(bound, config, imports=("scheduler.my_curves",)).step()
    assert bound.param_groups[0]["lr"] == 0.05


def test_modules_to_import_are_listed():
    assert require_imports(["a", "b"]) == ("a", "b")
    for wrong in ("a", [1], 3):
        with pytest.raises(TypeError, match="must be a tuple of module names"):
            require_imports(wrong)


def test_public_names_are_there():
    for name in lehr.scheduler.__all__:
        assert getattr(lehr.scheduler, name).__name__ == name
    assert dir(lehr.scheduler) == lehr.scheduler.__all__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        lehr.scheduler.nothing  # noqa: B018  (the look-up is what is tested)


def test_importing_the_package_imports_no_framework():
    code = "import sys, lehr.scheduler; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
