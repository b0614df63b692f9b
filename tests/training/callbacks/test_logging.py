"""What is logged: by hand, by interval, by name."""

import pytest

from lehr.training import JsonLines, LoggingCallback, RateMonitor, read_json_lines
from training import runs
from training.callbacks import scripted


def by_hand(interval, epochs, **options):
    """The epochs of which a value is kept."""
    callback = LoggingCallback(interval, **options)
    for epoch in epochs:
        callback.log("lr", 0.5, epoch)
    callback.close()
    return [epoch for epoch, _ in callback.values("lr")]


@pytest.mark.parametrize(
    ("interval", "epochs", "kept"),
    [
        (1, range(10), list(range(10))),
        (2, range(5), [0, 2, 4]),
        (3, range(4), [0, 3]),
        (5, range(25), [0, 5, 10, 15, 20, 24]),
        (1000, range(10), [0, 9]),
        (1000, range(1001), [0, 1000]),
        (10, range(3, 18), [3, 10, 17]),
        (10, [7], [7]),
        (10, [], []),
    ],
)
def test_the_first_and_the_last_epoch_are_always_kept(interval, epochs, kept):
    assert by_hand(interval, epochs) == kept


def test_closing_twice_adds_nothing_and_each_name_has_its_own_last():
    callback = LoggingCallback(10)
    for epoch in range(4):
        callback.log("a", epoch, epoch)
    callback.log("b", 1.0, 0)
    callback.close()
    callback.close()
    assert callback.values("a") == [(0, 0.0), (3, 3.0)]
    assert callback.values("b") == [(0, 1.0)]


def test_the_end_of_a_run_keeps_the_last_too():
    callback = LoggingCallback(10)
    callback.log("lr", 0.5, 0)
    callback.log("lr", 0.25, 1)
    scripted.run([1.0], callback)
    assert callback.values("lr") == [(0, 0.5), (1, 0.25)]


def records(folder, metrics, **options):
    log = JsonLines(folder / "log.jsonl")
    callbacks = [RateMonitor(), LoggingCallback(1, [log], metrics=metrics, **options)]
    trainer = scripted.trainer_of([1.0, 1.0], callbacks)
    x, y = runs.table(8)
    data = [(x[:4], y[:4]), (x[4:], y[4:])]
    trainer.fit(data, [(x, y)], num_epochs=2)
    return list(read_json_lines(log.path))


def test_only_what_is_named_is_logged_always_with_its_place(tmp_path):
    found = records(tmp_path, ("loss", "val_*"))
    assert [list(record) for record in found] == [
        ["update", "epoch", "loss"],
        ["update", "epoch", "loss", "val_loss", "val_x"],
    ] * 2


def test_a_record_of_which_nothing_is_left_is_not_written(tmp_path):
    assert [record["update"] for record in records(tmp_path, ["val_x"])] == [1, 3]


def test_without_a_filter_all_is_logged(tmp_path):
    assert records(tmp_path, None)[1].keys() >= {"lr", "loss", "train_loss", "val_x"}


def test_a_pattern_that_fits_nothing_is_reported_once(tmp_path, caplog):
    records(tmp_path, ("loss", "val_los"))
    assert caplog.text.count("'val_los' fits nothing that was logged: loss, lr,") == 1
    assert "'loss' fits nothing" not in caplog.text


def test_the_filter_holds_for_values_noted_by_hand():
    assert by_hand(1, range(3), metrics=["l?"]) == [0, 1, 2]
    assert by_hand(1, range(3), metrics=["loss"]) == []


def test_one_text_is_no_list_of_names():
    with pytest.raises(
        TypeError, match=r"metrics must hold several names, got 'val_\*'"
    ):
        LoggingCallback(metrics="val_*")


def test_without_loggers_the_records_are_printed_and_with_none_of_them_not(capsys):
    scripted.run([1.0, 1.0], LoggingCallback(1, metrics=("val_x",)))
    out = "update 1  epoch 1  val_x 1\nupdate 2  epoch 2  val_x 1\n"
    assert capsys.readouterr().out == out
    scripted.run([1.0, 1.0], LoggingCallback(1, ()))
    assert capsys.readouterr().out == ""
