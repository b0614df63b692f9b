"""Real Keras training of one weight whose gradient is 1: each step shows its rate.

As a script it runs on another backend: `runs.py FOLDER`, and prints JSON.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from lehr import warmup_cosine
from lehr.bindings.keras import KerasSchedule

LR = warmup_cosine(0.5, warmup=3, total=20, floor=0.01)
BATCHES = 12


def one_weight(optimizer, **compiled):
    model = keras.Sequential(
        [keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(optimizer, loss=lambda _, output: keras.ops.mean(output), **compiled)
    model.build((None, 1))
    return model


class Steps(keras.callbacks.Callback):
    """The weight after each batch."""

    def __init__(self):
        super().__init__()
        self.weights = [0.0]

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(float(self.model.get_weights()[0][0, 0]))

    def rates(self):
        return [-step for step in np.diff(self.weights).tolist()]


def trained(model, batches, *callbacks, epochs=1):
    """Train, one sample a batch, and return the rate of each."""
    steps = Steps()
    steps.weights = [float(model.get_weights()[0][0, 0])]
    ones = np.ones((batches, 1), "float32")
    model.fit(
        ones,
        ones,
        batch_size=1,
        epochs=epochs,
        verbose=0,
        callbacks=[*callbacks, steps],
    )
    return steps.rates()


def saved_and_resumed(file, optimizer):
    """Return the rates before a save, and after reading the model back."""
    model = one_weight(optimizer)
    before = trained(model, BATCHES)
    model.save_weights(file.with_suffix(".weights.h5"))
    optimizer_again = type(optimizer).from_config(optimizer.get_config())
    again = one_weight(optimizer_again)
    again.optimizer.build(again.trainable_variables)
    again.load_weights(file.with_suffix(".weights.h5"))
    return before + trained(again, BATCHES)


if __name__ == "__main__":
    lr = KerasSchedule(LR)
    applied = saved_and_resumed(Path(sys.argv[1], "run"), keras.optimizers.SGD(lr))
    print(json.dumps([keras.backend.backend(), applied]))
