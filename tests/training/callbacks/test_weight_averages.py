"""Averages of weights in a run: numbers, evaluation, resume, and what they refuse."""

import copy
import logging

import pytest
import torch
from torch.optim import swa_utils

from lehr import Constant, Linear
from lehr.training import (
    Callback,
    Checkpointing,
    EarlyStopping,
    Ema,
    WeightAverage,
    load_weights,
)
from training import runs


class Weights(Callback):
    """The model's own weights after each update."""

    order = -300

    def __init__(self):
        self.seen = []

    def on_update(self, context):
        state = context.trainer.model.state_dict()
        self.seen.append({n: t.clone() for n, t in state.items()})


def fitted(folder, *callbacks, updates=12, **options):
    one = runs.trainer(folder, callbacks=callbacks, **options)
    result = runs.fit(one, updates=updates)
    return one, result


def by_torch(seen, multi_avg_fns):
    """The averages that torch's AveragedModel makes of the weights seen."""
    model = runs.net()
    averaged = swa_utils.AveragedModel(model)
    for state, function in zip(seen, multi_avg_fns, strict=True):
        model.load_state_dict(state)
        averaged.multi_avg_fn = function
        averaged.update_parameters(model)
    return dict(averaged.module.named_parameters())


def agree(callback, expected):
    state = callback.model_state()
    return all(torch.equal(state[name], t) for name, t in expected.items())


def test_a_constant_decay_gives_torchs_average(tmp_path):
    ema, seen = Ema(0.9, warmup=None), Weights()
    fitted(tmp_path, ema, seen)
    rule = swa_utils.get_ema_multi_avg_fn(0.9)
    assert agree(ema, by_torch(seen.seen, [rule] * 12))


def test_the_warmup_is_that_of_the_field(tmp_path):
    ema, seen = Ema(0.4), Weights()
    fitted(tmp_path, ema, seen)
    decays = [min(0.4, (1 + n) / (10 + n)) for n in range(12)]
    assert decays[1] < 0.2 < 0.4 == decays[-1]
    rules = [swa_utils.get_ema_multi_avg_fn(decay) for decay in decays]
    assert agree(ema, by_torch(seen.seen, rules))


def test_a_decay_may_be_a_schedule_over_the_updates(tmp_path):
    schedule = Linear(0.5, 0.9, 8)
    ema, seen = Ema(schedule, warmup=None, start=2, every=3), Weights()
    fitted(tmp_path, ema, seen)
    due = [2, 5, 8, 11]
    rules = [swa_utils.get_ema_multi_avg_fn(schedule(t)) for t in due]
    assert ema.averaged == 4
    assert agree(ema, by_torch([seen.seen[t] for t in due], rules))


def test_equal_weights_give_the_mean(tmp_path):
    average, seen = WeightAverage(start=7), Weights()
    fitted(tmp_path, average, seen)
    state = average.model_state()
    for name in ("0.weight", "4.bias"):
        mean = torch.stack([one[name].double() for one in seen.seen[7:]]).mean(0)
        torch.testing.assert_close(state[name].double(), mean, rtol=1e-5, atol=1e-7)


def test_buffers_are_the_models_own_or_averages(tmp_path):
    copied, averaged = Ema(0.9), Ema(0.9, buffers="average", evaluate=False)
    one, _ = fitted(tmp_path, copied, averaged)
    own = one.model.state_dict()["1.running_mean"]
    assert torch.equal(copied.model_state()["1.running_mean"], own)
    assert not torch.equal(averaged.model_state()["1.running_mean"], own)


def test_evaluations_use_the_average_and_training_does_not(tmp_path):
    ema = Ema(0.9)
    plain, _ = fitted(tmp_path / "plain", Ema(0.9, evaluate=False))
    one, result = fitted(tmp_path / "one", ema)
    for name, value in plain.model.state_dict().items():
        assert torch.equal(value, one.model.state_dict()[name]), name
    last = result.evaluations[-1]["val_loss"]
    assert last != plain.evaluations[-1]["val_loss"]
    with ema.in_place():
        assert one.validate(runs.validation())["val_loss"] == last
    assert one.validate(runs.validation()) == plain.validate(runs.validation())
    ema.copy_to(one.model)
    assert one.validate(runs.validation())["val_loss"] == last


def test_before_it_begins_evaluations_use_the_models_own_weights(tmp_path):
    plain, _ = fitted(tmp_path / "plain")
    average = WeightAverage(start=100)
    one, result = fitted(tmp_path / "one", average)
    assert result.evaluations == plain.evaluations
    assert average.averaged == 0
    for name, value in one.model.state_dict().items():
        assert torch.equal(average.model_state()[name], value), name


def test_what_is_kept_as_the_best_is_the_average(tmp_path):
    ema, stopping = Ema(0.9), EarlyStopping(patience=50, restore_best=True)
    export = Checkpointing(export="best.safetensors")
    one, result = fitted(tmp_path, ema, stopping, export, updates=20)
    assert one.validate(runs.validation())["val_loss"] == result.best.value
    other = runs.trainer(tmp_path / "other")
    load_weights(other.model, tmp_path / "best.safetensors")
    assert other.validate(runs.validation())["val_loss"] == result.best.value


def test_an_error_in_an_evaluation_leaves_the_training_weights(tmp_path):
    def failing(output, target):
        raise ZeroDivisionError

    seen, ema = Weights(), Ema(0.9)
    one = runs.trainer(tmp_path, callbacks=[seen, ema])
    one.validation.metrics["failing"] = failing
    with pytest.raises(ZeroDivisionError):
        runs.fit(one, updates=12)
    for name, value in seen.seen[-1].items():
        assert torch.equal(one.model.state_dict()[name], value), name


@pytest.mark.parametrize("make", [lambda: Ema(0.8), lambda: WeightAverage(start=3)])
def test_a_run_in_two_parts_has_the_averages_of_one(tmp_path, make):
    whole, _ = fitted(tmp_path / "whole", make(), updates=20)
    fitted(tmp_path / "parts", make(), updates=20, every=7)
    checkpoint = min((tmp_path / "parts" / "checkpoints").glob("update-*"))
    again = make()
    two = runs.trainer(tmp_path / "more", callbacks=[again])
    runs.fit(two, updates=20, resume=checkpoint)
    assert runs.digest(two) == runs.digest(whole)
    assert two.evaluations == whole.evaluations


def test_a_second_fit_goes_on_with_the_averages(tmp_path):
    ema = Ema(0.8)
    one, _ = fitted(tmp_path / "one", ema, updates=7)
    loaded = runs.trainer(tmp_path / "two", callbacks=[Ema(0.8)])
    loaded.load_checkpoint(one.checkpoint)
    assert runs.digest(loaded) == runs.digest(one)
    runs.fit(one, updates=12)
    assert ema.averaged == 12


def test_loaded_averages_can_be_given_to_a_model_without_a_run(tmp_path):
    ema = Ema(0.8)
    one, result = fitted(tmp_path, ema)
    loaded = Ema(0.8)
    two = runs.trainer(tmp_path / "two", callbacks=[loaded])
    two.load_checkpoint(result.checkpoint)
    loaded.copy_to(two.model)
    expected = ema.model_state()
    for name, value in two.model.state_dict().items():
        assert torch.equal(value, expected[name]), name
    assert one.updates == two.updates


def test_a_state_loaded_inside_a_run_is_taken_at_once(tmp_path):
    class Back(Callback):
        order = 2000
        state = None

        def on_update(self, context):
            if context.update == 3:
                self.state = copy.deepcopy(ema.state_dict())
            if context.update == 6:
                ema.load_state_dict(self.state)
                self.same = ema.model_state()["0.bias"].tolist()

    ema, back = Ema(0.5), Back()
    fitted(tmp_path, ema, back, updates=7)
    assert back.same == back.state["weights"]["0.bias"].tolist()
    assert ema.averaged == 4


def test_a_run_that_had_no_averages_says_so_and_begins_them(tmp_path, caplog):
    _, result = fitted(tmp_path, updates=7)
    ema = Ema(0.9)
    two = runs.trainer(tmp_path / "two", callbacks=[ema])
    with caplog.at_level(logging.WARNING, logger="lehr.training"):
        runs.fit(two, updates=9, resume=result.checkpoint)
    assert "Ema was not in this run before" in caplog.text
    assert ema.averaged == 2


def test_the_callback_of_one_run_begins_anew_in_another(tmp_path):
    used, fresh = Ema(0.9), Ema(0.9)
    fitted(tmp_path / "one", used, updates=5)
    fitted(tmp_path / "two", used)
    fitted(tmp_path / "three", fresh)
    assert used.averaged == 12
    assert torch.equal(used.model_state()["0.weight"], fresh.model_state()["0.weight"])


def test_two_that_would_be_evaluated_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"evaluate=False to all but one"):
        fitted(tmp_path, Ema(), WeightAverage())
    one, _ = fitted(tmp_path / "two", Ema(), WeightAverage(evaluate=False))
    assert one.updates == 12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ema(1.5), r"decay must be in \[0, 1\], got 1.5"),
        (lambda: Ema(warmup=0), "warmup must be > 0 and finite, got 0"),
        (lambda: Ema(every=0), "every must be >= 1, got 0"),
        (lambda: WeightAverage(-1), "start must be >= 0, got -1"),
        (lambda: Ema(buffers="keep"), "buffers must be one of copy, average"),
    ],
)
def test_arguments_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_schedule_that_leaves_its_range_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"decay must be in \[0, 1\], got 1.5"):
        fitted(tmp_path, Ema(Constant(1.5)))


def test_there_is_no_average_before_the_run():
    with pytest.raises(RuntimeError, match="Ema has no weights before its run"):
        Ema().model_state()
