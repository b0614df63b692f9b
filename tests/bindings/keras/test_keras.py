"""Keras 3: every rate that its optimizers apply is the schedule's, also on resume."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("h5py")

from bindings.keras.runs import (  # noqa: E402
    BATCHES,
    LR,
    one_weight,
    saved_and_resumed,
    trained,
)
from lehr import Constant, Linear  # noqa: E402  (Keras may be missing)
from lehr.bindings.keras import KerasCallback, KerasSchedule  # noqa: E402

PLANNED = [LR(t) for t in range(2 * BATCHES)]
close = pytest.approx(PLANNED, abs=3e-7)  # weights of float32


def sgd(*args, **options):
    return keras.optimizers.SGD(*args, **options)


def test_every_applied_rate_is_the_schedules_through_a_save(tmp_path):
    optimizer = sgd(KerasSchedule(LR))
    assert saved_and_resumed(tmp_path / "run", optimizer) == close


def test_on_jax_inside_its_compiled_step(tmp_path):
    pytest.importorskip("jax")
    script = Path(__file__).parent / "runs.py"
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    ended = subprocess.run(
        [sys.executable, script, tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ended.returncode == 0, ended.stderr
    backend, applied = json.loads(ended.stdout.splitlines()[-1])
    assert (backend, applied) == ("jax", close)


def test_with_accumulation_the_clock_is_that_of_updates():
    lr = KerasSchedule(LR, gradient_accumulation_steps=2)
    model = one_weight(sgd(lr, gradient_accumulation_steps=2))
    rates = trained(model, BATCHES)
    assert rates[::2] == [0.0] * (BATCHES // 2)
    assert rates[1::2] == pytest.approx(PLANNED[: BATCHES // 2], abs=3e-7)


def test_a_saved_model_file_brings_the_schedule_back(tmp_path):
    model = one_weight(sgd(KerasSchedule(LR, per_update=2)))
    config = keras.optimizers.serialize(model.optimizer)
    again = keras.optimizers.deserialize(json.loads(json.dumps(config)))
    lr = again._learning_rate
    assert (lr.schedule, lr.per_update) == (LR, 2)
    assert float(lr(4)) == LR(8)


def test_tokens_on_a_counter_of_updates():
    lr = KerasSchedule(Linear(1.0, 0.0, 4 * 10**9), per_update=2.0**20)
    assert float(lr(2**11)) == pytest.approx(1 - 2.0**31 / (4 * 10**9), rel=1e-12)
    with pytest.raises(ValueError, match="counted in 32 bits"):
        KerasSchedule(Linear(1.0, 0.0, 4 * 10**9))


def test_the_callback_writes_before_each_batch_and_into_the_history():
    momentum = Linear(0.9, 0.5, 10)
    seen = []

    class Watching(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.optimizer.momentum)

    model = one_weight(sgd(0.1, momentum=0.9))
    ones = keras.ops.ones((6, 1))
    callback = KerasCallback(learning_rate=LR, momentum=momentum)
    history = model.fit(
        ones, ones, batch_size=1, epochs=2, verbose=0, callbacks=[callback, Watching()]
    )
    assert seen == [momentum(t) for t in range(12)]
    assert history.history["learning_rate"] == pytest.approx([LR(5), LR(11)])
    assert history.history["momentum"] == [momentum(5), momentum(11)]


def test_the_callbacks_rates_are_applied():
    model = one_weight(sgd(1.0))
    rates = trained(model, BATCHES, KerasCallback(learning_rate=LR))
    assert rates == pytest.approx(PLANNED[:BATCHES], abs=3e-7)


@pytest.mark.parametrize(
    ("optimizer", "compiled", "fields", "says"),
    [
        ({"learning_rate": 0.1}, {}, {"beta_1": LR}, "SGD has no 'beta_1'"),
        ({"learning_rate": 0.1}, {}, {"momentum": LR}, "must not be 0"),
        (
            {"learning_rate": KerasSchedule(LR)},
            {},
            {"learning_rate": LR},
            "a schedule of its own",
        ),
        (
            {"learning_rate": 0.1, "momentum": 0.9},
            {"jit_compile": True},
            {"momentum": LR},
            "built into the compiled step",
        ),
    ],
)
def test_refuses_an_optimizer_that_would_not_follow(optimizer, compiled, fields, says):
    model = one_weight(sgd(**optimizer), **compiled)
    with pytest.raises(ValueError, match=says):
        trained(model, 1, KerasCallback(**fields))


def test_refuses_what_is_no_schedule():
    with pytest.raises(TypeError, match="learning_rate"):
        KerasCallback(learning_rate=0.1)
    with pytest.raises(ValueError, match="name what to schedule"):
        KerasCallback()
    with pytest.raises(ValueError, match="gradient_accumulation_steps"):
        KerasSchedule(Constant(0.1), gradient_accumulation_steps=0)
