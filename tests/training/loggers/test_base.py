"""What all loggers share: the contract's defaults, and libraries that are absent."""

import pytest

from lehr.training import Logger, Mlflow, TensorBoard, Trackio, Wandb
from lehr.training.loggers import base


@pytest.mark.parametrize(
    ("kind", "module"),
    [
        (TensorBoard, "tensorboard"),
        (Wandb, "wandb"),
        (Mlflow, "mlflow"),
        (Trackio, "trackio"),
    ],
)
def test_a_library_that_is_absent_is_named_with_its_extra(kind, module, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=rf"pip install 'lehr\[{module}\]'") as told:
        kind("runs")
    assert told.value.name == module


def test_open_and_log_are_all_that_a_logger_needs():
    class Plain(Logger):
        def open(self, updates):
            pass

        def log(self, record):
            pass

    log = Plain()
    log.describe({})
    log.load_state_dict({})
    log.flush()
    log.finish("failed")
    log.close()
    assert log.state_dict() == {}
