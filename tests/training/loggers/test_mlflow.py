"""Records for MLflow, read back by its client."""

import math
from importlib.util import find_spec

import pytest

from lehr.training import Checkpointing, LoggingCallback, Mlflow
from training.callbacks import scripted

pytestmark = [
    pytest.mark.skipif(
        find_spec("mlflow") is None or find_spec("sqlalchemy") is None,
        reason="mlflow is not installed",
    ),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    """One database for all: MLflow takes seconds to make one."""
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


def history(log, name):
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=log.uri)
    found = client.get_metric_history(log.id, name)
    return sorted((metric.step, metric.value) for metric in found)


def run_of(log):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=log.uri).get_run(log.id)


def test_a_run_and_its_resumption_are_one_run_of_mlflow(uri, tmp_path):
    def fit(epochs, **options):
        log = Mlflow("some", "one", uri=uri, config={"lr": 0.1})
        callbacks = [LoggingCallback(1, [log]), Checkpointing()]
        one = scripted.trainer_of([0.5, 0.25], callbacks, folder=tmp_path)
        scripted.fit(one, epochs, **options)
        return log

    first, second = fit(1), fit(2, resume=True)
    assert first.id == second.id
    assert history(second, "val_x") == [(0, 0.5), (1, 0.5)]
    run = run_of(second)
    assert (run.info.run_name, run.info.status) == ("one", "FINISHED")
    assert run.data.params == {"lr": "0.1"}


def test_what_mlflow_has_already_is_left_out_and_odd_names_are_changed(uri):
    log = Mlflow("odd", uri=uri)
    log.open(0)
    for update in range(5):
        log.log({"update": update, "epoch": 0, "x[0]": math.nan, "note": "warm"})
    log.flush()
    again = Mlflow("odd", uri=uri)
    again.load_state_dict(log.state_dict())
    again.open(3)
    assert run_of(again).info.status == "RUNNING"
    for update in range(3, 7):
        again.log({"update": update, "epoch": 0, "x[0]": 1.0})
    again.finish("interrupted")
    again.close()
    log.close()
    assert [step for step, _ in history(again, "x_0_")] == list(range(7))
    assert run_of(again).info.status == "KILLED"
    assert set(run_of(again).data.metrics) == {"epoch", "x_0_"}
    assert repr(again) == "Mlflow('odd', name=None)"


def test_without_epochs_another_name_tells_what_is_there(uri):
    log = Mlflow("plain", uri=uri)
    log.finish("finished")  # of nothing
    for _ in range(2):
        log.open(0 if log.id is None else 1)
        for update in range(3):
            log.log({"update": update, "loss": 1.0})
        log.close()
    assert [step for step, _ in history(log, "loss")] == [0, 1, 2]
    log.open(3)
    log.close()


def test_more_than_mlflow_takes_at_once_is_split(uri):
    log = Mlflow("many", uri=uri)
    log.open(0)
    log.log({"update": 0, **{f"x{i}": 1.0 for i in range(1_200)}})
    log.finish("finished")
    log.close()
    assert len(run_of(log).data.metrics) == 1_200


def test_a_failure_does_not_stop_training(tmp_path, caplog):
    (tmp_path / "file").touch()
    log = Mlflow("some", uri=f"sqlite:///{tmp_path}/file/below.db")
    assert scripted.run([1.0] * 5, LoggingCallback(1, [log])).updates == 5
    assert caplog.text.count("logging goes on without") == 1


def test_a_failure_in_between_does_not_stop_training_either(uri, monkeypatch, caplog):
    def away(*arguments, **options):
        raise ConnectionError("the server is away")

    monkeypatch.setattr("mlflow.MlflowClient.log_batch", away)
    logging = LoggingCallback(1, [Mlflow("some", uri=uri)])
    assert scripted.run([1.0] * 5, logging).updates == 5
    assert caplog.text.count("the server is away") == 1
