"""Train a small network to read handwritten digits, and see which it takes for which.

The rate falls by steps; the run stops early if it no longer gets better, and ends with
the weights of its best epoch.
"""

import torch

from lehr.training import (
    BaseTrainer,
    Checkpointing,
    ConfusionMatrix,
    ConsoleLog,
    EarlyStopping,
    StepLR,
    TopKAccuracy,
    accuracy,
    load_weights,
)
from lehr.training.data import Loader, read_digits
from lehr.training.models import ConvNet

digits = read_digits()  # 1,797 real images of 8 x 8 pixels
train = Loader(digits.train.tensors, batch_size=64)
validation = Loader(digits.validation.tensors, batch_size=256, shuffle=False)
test = Loader(digits.test.tensors, batch_size=256, shuffle=False)

torch.set_num_threads(1)  # for so small a network, more only wait for each other
torch.manual_seed(0)
model = ConvNet(width=8, dropout=0.2)
optimizer = torch.optim.SGD(model.parameters(), momentum=0.9, nesterov=True)
stopping = EarlyStopping("val_loss", patience=4, restore_best=True)
trainer = BaseTrainer(
    model,
    optimizer,
    StepLR(base_lr=0.05, step_size=5, gamma=0.3),  # a factor 0.3 every 5 epochs
    metrics={
        "accuracy": accuracy,
        "top3": TopKAccuracy(3),
        "confusion": ConfusionMatrix(10),
    },
    callbacks=[
        stopping,
        ConsoleLog(verbose=2),
        Checkpointing(export="digits.safetensors"),
    ],
    folder="digits",
)
result = trainer.fit(train, validation, num_epochs=12)
print(f"stopped by {result.stopped_by}, best epoch {stopping.best_epoch + 1}")

found = trainer.validate(test)
print(f"unseen digits: {100 * found['val_accuracy']:.1f} % right, and")
print(f"among the first three guesses {100 * found['val_top3']:.1f} %\n")
print(trainer.validation.metrics["confusion"])
if found["val_accuracy"] < 0.96 or found["val_top3"] < 0.99:
    raise SystemExit("it has not learned to read")

fresh = ConvNet(width=8, dropout=0.2)  # the exported weights are the best ones
load_weights(fresh, "digits/digits.safetensors")
same = zip(fresh.parameters(), model.parameters(), strict=True)
if not all(torch.equal(one, other) for one, other in same):
    raise SystemExit("the exported weights are not those of the best epoch")
