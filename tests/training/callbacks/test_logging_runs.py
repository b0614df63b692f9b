"""What a run does with its loggers: the store by default, states, ends, failures."""

import pytest

from lehr.training import (
    Callback,
    Checkpointing,
    Logger,
    LoggingCallback,
    RunStore,
    read_run,
)
from training import runs
from training.callbacks import scripted


class Told(Logger):
    """Notes what it is told, and has a state."""

    def __init__(self):
        self.told, self.state = [], None

    def describe(self, facts):
        self.told.append(("describe", facts))

    def open(self, updates):
        self.told.append(("open", updates))

    def log(self, record):
        self.told.append(("log", record["update"]))

    def flush(self):
        self.told.append(("flush",))

    def finish(self, status):
        self.told.append(("finish", status))

    def close(self):
        self.told.append(("close",))

    def state_dict(self):
        return {"id": "mine"}

    def load_state_dict(self, state):
        self.state = state


def trainer(folder, *callbacks, values=(1.0, 1.0, 1.0), **options):
    return scripted.trainer_of(values, callbacks, folder=folder, **options)


def test_without_loggers_a_folder_gets_a_store(tmp_path):
    scripted.fit(trainer(tmp_path, LoggingCallback(1)), 3)
    run = read_run(tmp_path)
    assert (run.status, run.updates, run.total_updates) == ("finished", 3, 3)
    assert run.names == ("epoch", "loss", "val_loss", "val_x", "train_loss")
    assert run.best.metric == "val_loss"


def test_no_loggers_are_wanted_or_there_is_no_folder(tmp_path):
    scripted.fit(trainer(tmp_path, LoggingCallback(1, ())), 3)
    assert not (tmp_path / "run.sqlite").exists()
    scripted.fit(trainer(None, LoggingCallback(1)), 3)


def test_a_logger_is_told_all_in_order():
    log = Told()
    scripted.run([1.0, 1.0], LoggingCallback(1, [log]))
    facts = {"monitor": "val_loss", "mode": "min", "total_updates": 2}
    assert log.told == [
        ("describe", facts),
        ("open", 0),
        ("log", 0),
        ("log", 1),
        ("finish", "finished"),
        ("close",),
    ]


def test_records_are_handed_over_before_a_checkpoint_and_states_come_back(tmp_path):
    one, two = Told(), Told()
    logging = LoggingCallback(1, [one, two])
    scripted.fit(trainer(tmp_path, logging, Checkpointing()), 2)
    assert one.told.index(("flush",)) < one.told.index(("log", 1))
    assert one.told.count(("flush",)) == 2
    third, fourth = Told(), Told()
    again = trainer(tmp_path, LoggingCallback(1, [third, fourth]), Checkpointing())
    scripted.fit(again, 3, resume=True)
    assert third.state == fourth.state == {"id": "mine"}
    assert [told for told in third.told if told[0] in ("open", "log")] == [
        ("open", 2),
        ("log", 2),
    ]


def test_a_logger_that_is_new_in_a_resumed_run_has_no_state(tmp_path):
    scripted.fit(trainer(tmp_path, LoggingCallback(1, []), Checkpointing()), 2)
    new = Told()
    again = trainer(tmp_path, LoggingCallback(1, [new]), Checkpointing())
    scripted.fit(again, 3, resume=True)
    assert new.state is None


class Failing(Callback):
    def on_update(self, context):
        if context.update == 1:
            raise RuntimeError("a mistake")


class Late(Callback):
    def on_update(self, context):
        if context.update == 1:
            context.stop("time limit")


@pytest.mark.parametrize(
    ("callback", "status"),
    [(Failing(), "failed"), (Late(), "interrupted"), (Callback(), "finished")],
)
def test_the_store_knows_how_the_run_ended(tmp_path, callback, status):
    try:
        scripted.fit(trainer(tmp_path, LoggingCallback(1), callback), 3)
    except RuntimeError:
        assert status == "failed"
    assert read_run(tmp_path).status == status


def test_a_killed_run_that_is_resumed_has_each_update_once(tmp_path, children):
    job = {"folder": str(tmp_path), "every": 3, "store": True, "updates": 12}
    kill = {"event": "on_save_point", "update": 7, "order": 2000}
    [(status, _), (again, _)] = children(job | {"kill": kill}, job | {"resume": "auto"})
    assert (status, again) == (-9, 0)
    run = read_run(tmp_path)
    assert run.column("loss")[0] == list(range(12))
    assert run.status == "finished"
    whole = tmp_path / "whole"
    children(job | {"folder": str(whole)})
    assert run.column("loss") == read_run(whole).column("loss")
    assert run.column("lr") == read_run(whole).column("lr")


class Broken(Told):
    """Fails in one of its methods, from the second call on."""

    def __init__(self, method):
        super().__init__()
        self.method, self.calls = method, 0
        whole = getattr(self, method)

        def failing(*arguments):
            self.calls += 1
            if self.calls > 1 or method in ("open", "describe", "finish"):
                raise OSError("the disk is full")
            return whole(*arguments)

        setattr(self, method, failing)


@pytest.mark.parametrize("method", ["describe", "open", "log", "flush", "finish"])
def test_a_logger_that_fails_anywhere_is_told_of_once_and_let_go(
    tmp_path, caplog, method
):
    broken = Broken(method)
    callbacks = LoggingCallback(1, [broken, RunStore(tmp_path)]), Checkpointing()
    result = scripted.fit(trainer(tmp_path, *callbacks), 3)
    assert result.stopped_by == "epochs"
    assert caplog.text.count("the disk is full") == 1
    assert broken.told[-1] == ("close",)
    assert read_run(tmp_path).updates == 3


def test_a_store_that_fails_does_not_stop_training(tmp_path, caplog):
    (tmp_path / "run.sqlite").write_text("something else, which is no database")
    result = scripted.fit(trainer(tmp_path, LoggingCallback(1)), 3)
    assert result.updates == 3
    assert caplog.text.count("failed, logging goes on without: file is not a data") == 1


def test_nothing_is_left_in_the_way_of_runs_to_come(tmp_path):
    assert runs.table(4)[0].shape == (4, 8)
    one = trainer(tmp_path, LoggingCallback(1), values=[1.0] * 4)
    scripted.fit(one, 2)
    scripted.fit(one, 4)  # goes on in the same process
    assert read_run(tmp_path).column("loss")[0] == [0, 1, 2, 3]
