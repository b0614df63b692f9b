"""A run that was taken back is the run that never met those data."""

import pytest
import torch

from lehr.training import (
    BaseTrainer,
    Callback,
    Ema,
    RollBack,
    SamplePredictions,
    read_json_lines,
)
from lehr.training.intervals import Every
from training import runs
from training.callbacks.spiky import (
    GOOD,
    HUGE,
    NAN,
    back_of,
    same,
    trainer,
    updates_in,
)


@pytest.mark.parametrize(
    ("bad", "options"),
    [
        ([NAN], {}),
        ([NAN], {"spike_factor": None}),
        ([HUGE], {}),
        ([HUGE, HUGE, HUGE], {"patience": 2}),
        ([HUGE, NAN], {"patience": 2}),
    ],
)
def test_it_is_as_if_those_data_had_never_been_met(tmp_path, bad, options):
    back, ema, plain_ema = back_of(**options), Ema(0.9), Ema(0.9)
    one = trainer(tmp_path / "one", back, ema, keep=9)
    one.fit([*GOOD[:10], *bad, *GOOD[10:]], num_epochs=1)
    plain = trainer(tmp_path / "plain", plain_ema)
    plain.fit([*GOOD[:8], *GOOD[10:]], num_epochs=1)  # the checkpoint is of update 8
    assert back.times == 1
    assert same(one, plain)
    for name, value in plain_ema.model_state().items():
        assert torch.equal(ema.model_state()[name], value), name
    assert updates_in(tmp_path / "one") == list(range(18))
    rolled = [r["rollbacks"] for r in read_json_lines(tmp_path / "one" / "log.jsonl")]
    assert rolled[:8] + rolled[8:] == [0] * 8 + [1] * 10


def test_spikes_that_are_tolerated_change_nothing(tmp_path):
    data = [*GOOD[:10], HUGE, HUGE, *GOOD[10:]]
    one, plain = trainer(tmp_path / "a", back_of(patience=2)), trainer(tmp_path / "b")
    one.fit(data, num_epochs=1)
    plain.fit(data, num_epochs=1)
    assert same(one, plain)


class Stop(Callback):
    """Ends the run by an error as soon as it was taken back."""

    order = 2000
    back = False

    def on_roll_back(self, context):
        self.back = True

    def on_update(self, context):
        if self.back:
            raise ZeroDivisionError


@pytest.mark.parametrize("bad", [NAN, HUGE])
def test_a_run_killed_after_it_was_taken_back_does_not_meet_the_data_again(
    tmp_path, caplog, bad
):
    def fit(folder, *callbacks, **options):
        back = back_of()
        one = trainer(folder, back, Ema(0.9), *callbacks, evaluate_every=3)
        data = runs.stream([*GOOD[:10], bad, *GOOD[10:], bad, *GOOD])
        one.fit(data, GOOD[:2], updates=30, **options)
        return one, back

    whole, back = fit(tmp_path / "whole")
    with pytest.raises(ZeroDivisionError):
        fit(tmp_path / "parts", Stop())
    caplog.clear()
    parts, again = fit(tmp_path / "parts", resume=True)
    assert again.times == back.times == 2
    assert caplog.text.count("rolled back") == 1
    assert same(parts, whole)
    assert parts.evaluations == whole.evaluations
    assert updates_in(tmp_path / "parts") == list(range(30))


def test_the_losses_that_were_usual_survive_a_restart(tmp_path):
    data = runs.stream([*GOOD[:10], HUGE, *GOOD[10:]])
    trainer(tmp_path, back_of()).fit(data, updates=9)
    back = back_of()
    trainer(tmp_path, back).fit(data, updates=15, resume=True)
    assert back.times == 1


@pytest.mark.parametrize("scheduler", ["by epoch", "counting epochs"])
def test_across_the_end_of_an_epoch_the_epoch_stays(tmp_path, scheduler):
    class TwoEpochs:
        epochs = iter([GOOD[:10], [*GOOD[:2], NAN, *GOOD[3:6]]])

        def __iter__(self):
            return iter(next(self.epochs))

    back = back_of()
    options = {"scheduler": scheduler, "step_per": "epoch"}
    one = trainer(tmp_path, back, every=8, **options)
    result = one.fit(TwoEpochs(), num_epochs=2)
    other = trainer(tmp_path / "other", **options)
    other.fit(GOOD[:5], num_epochs=2)
    assert (back.times, result.updates, result.epochs) == (1, 11, 2)
    assert one.rates == other.rates
    assert [row["updates"] for row in result.history] == [10, 11]


def test_a_damaged_checkpoint_is_passed_over(tmp_path, caplog):
    class Damage(Callback):
        def on_update(self, context):
            if context.update == 9:
                context.trainer.store.wait()  # saved beside the training
                path = tmp_path / "checkpoints" / "update-000000000008"
                file = next(path.glob("model*"))
                file.write_bytes(file.read_bytes()[:-1])

    one = trainer(tmp_path, back_of(), Damage(), keep=3)
    one.fit([*GOOD[:10], NAN, *GOOD[10:]], num_epochs=1)
    assert one.updates == 14
    assert "going back to update-000000000004" in caplog.text
    assert "rolled back 10 -> 4 updates: loss is nan at update 10" in caplog.text


def test_an_evaluation_of_what_was_undone_is_never_the_best(tmp_path):
    one = trainer(tmp_path, back_of(), evaluate_every=11, keep=9)
    result = one.fit([*GOOD[:10], HUGE, *GOOD[10:]], [HUGE], num_epochs=1)
    assert [row["update"] for row in result.evaluations] == [10, 17]
    saved = [entry.manifest for entry in one.store.entries() if entry.metrics]
    assert {manifest.updates for manifest in saved} <= {11, 18}
    assert result.best.value in {row["val_loss"] for row in result.evaluations}


def test_predictions_that_were_undone_are_forgotten(tmp_path):
    samples = SamplePredictions(GOOD[0][0])
    one = trainer(tmp_path, back_of(), samples, evaluate_every=1)
    one.fit([*GOOD[:10], HUGE, *GOOD[10:]], GOOD[:1], num_epochs=1)
    lines = list(read_json_lines(tmp_path / "predictions.jsonl"))
    assert [line["update"] for line in lines] == list(range(one.updates))
    assert one.updates < 21


def test_the_last_update_of_a_run_stays(tmp_path):
    back = back_of()
    one = trainer(tmp_path, back)
    result = one.fit([*GOOD[:10], HUGE], num_epochs=1)
    assert (result.stopped_by, result.updates, back.times) == ("epochs", 11, 0)


def test_an_error_of_another_callback_at_a_roll_back_names_it(tmp_path):
    class Faulty(Callback):
        def on_roll_back(self, context):
            raise LookupError("lost")

    one = trainer(tmp_path, back_of(), Faulty())
    with pytest.raises(LookupError) as caught:
        one.fit([*GOOD[:10], NAN], num_epochs=1)
    assert "raised by callback Faulty.on_roll_back" in caught.value.__notes__


@pytest.mark.parametrize("bad", [HUGE, NAN])
@pytest.mark.parametrize("at", [6, 9])
def test_the_means_of_an_epoch_are_of_the_updates_that_stayed(tmp_path, bad, at):
    one = trainer(tmp_path / "one", back_of(), keep=9)
    row = one.fit([*GOOD[:at], bad, *GOOD[at:12]], num_epochs=1).history[0]
    stayed = [*GOOD[: at // 4 * 4], *GOOD[at:12]]
    plain = trainer(tmp_path / "plain").fit(stayed, num_epochs=1).history[0]
    assert row["train_loss"] == plain["train_loss"]
    assert row["updates"] == plain["updates"]


@pytest.mark.parametrize("bad", [HUGE, NAN])
def test_intervals_of_updates_are_met_again_after_it(tmp_path, bad):
    class Due(Callback):
        seen = ()

        def on_save_point(self, context):
            if Every.of(5).due(context.before, context.progress):
                self.seen += (context.updates,)

    due = Due()
    one = trainer(tmp_path, back_of(), due, keep=9)
    one.fit([*GOOD[:6], bad, *GOOD[6:14]], num_epochs=1)
    # From 6 or 7 updates back to 4: the fifth comes again.
    assert due.seen == (5, 5, 10)


def test_without_checkpoints_there_is_nowhere_to_go_back_to(tmp_path):
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one = BaseTrainer(model, optimizer, folder=tmp_path, callbacks=[RollBack()])
    with pytest.raises(ValueError, match="nothing here writes any: add Checkpointing"):
        one.fit(runs.batches("lehr"), updates=3)
