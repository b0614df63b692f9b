"""Keras 3: a schedule for the rate, one for the weight decay, a save and a resume."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

from lehr import Linear, warmup_cosine
from lehr.bindings.keras import KerasCallback, KerasSchedule

LR = warmup_cosine(0.01, warmup=20, total=160)
decay = KerasCallback(weight_decay=Linear(0.1, 0.0, 160))

keras.utils.set_random_seed(0)
x = np.random.rand(640, 4)
y = x @ [[1.0], [-2.0], [0.5], [3.0]]
model = keras.Sequential([keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
model.compile(keras.optimizers.AdamW(KerasSchedule(LR)), loss="mse")
model.fit(x, y, batch_size=16, epochs=2, verbose=0, callbacks=[decay])
model.save("half.keras")

again = keras.saving.load_model("half.keras")  # the schedule comes along, as text
updates = int(again.optimizer.iterations)
print(f"resumed at update {updates}: rate {float(again.optimizer.learning_rate):.6f}")
if not np.isclose(float(again.optimizer.learning_rate), LR(updates)):
    raise SystemExit("not the schedule's")
history = again.fit(x, y, batch_size=16, epochs=2, verbose=0, callbacks=[decay])
print(f"loss {history.history['loss'][-1]:.4f}")
