"""Records for trackio, read back from its own store."""

import math
from importlib.util import find_spec

import pytest

from lehr.training import Checkpointing, LoggingCallback, Trackio
from training.callbacks import scripted

pytestmark = [
    pytest.mark.skipif(find_spec("trackio") is None, reason="trackio is not installed"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory):
    """A folder for trackio, which reads its variable when it is imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKIO_DIR", str(tmp_path_factory.mktemp("trackio")))
        import trackio  # noqa: F401  (with the variable set)

        yield


def read(log, name):
    from trackio.sqlite_storage import SQLiteStorage

    rows = SQLiteStorage.get_logs(log.project, log.name)
    return [(row["step"], row[name]) for row in rows if name in row]


def test_a_run_and_its_resumption_are_one_run_of_trackio(tmp_path):
    def fit(epochs, **options):
        log = Trackio("project", config={"lr": 0.1})
        callbacks = [LoggingCallback(1, [log]), Checkpointing()]
        one = scripted.trainer_of([0.5, 0.25], callbacks, folder=tmp_path)
        scripted.fit(one, epochs, **options)
        return log

    first, second = fit(1), fit(2, resume=True)
    assert first.name == second.name
    assert read(second, "val_x") == [(0, 0.5), (1, 0.5)]


def test_what_trackio_has_already_is_left_out():
    log = Trackio("project", "again")
    log.open(0)
    for update in range(5):
        log.log({"update": update, "loss": 1.0, "bad": math.inf, "note": "warm"})
    log.close()
    log.open(3)
    for update in range(3, 7):
        log.log({"update": update, "loss": 2.0})
    log.close()
    assert read(log, "loss") == [(u, 1.0 if u < 5 else 2.0) for u in range(7)]
    assert read(log, "bad")[0] == (0, math.inf)
    assert read(log, "note") == []
    assert repr(log) == "Trackio('project', name='again')"


def test_a_new_run_of_the_same_name_is_another_one():
    log = Trackio("project", "twice")
    log.log({"update": 0, "loss": 1.0})
    log.close()
    log.log({"update": 0, "loss": 2.0})
    log.close()
    assert read(log, "loss") == [(0, 2.0)]


def test_a_failure_does_not_stop_training(monkeypatch, caplog):
    def away(**options):
        raise ConnectionError("the server is away")

    monkeypatch.setattr("trackio.init", away)
    logging = LoggingCallback(1, [Trackio("project")])
    assert scripted.run([1.0] * 5, logging).updates == 5
    assert caplog.text.count("the server is away") == 1
