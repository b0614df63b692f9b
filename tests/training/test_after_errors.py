"""A run that goes on in the same process after an error, at an epoch's end or not."""

import pytest
import torch
from torch import nn

from lehr.training import BaseTrainer, Callback, StepLR

DATA = [(torch.full((4, 1), x), torch.zeros(4, 1)) for x in (1.0, 5.0)]


class Fails(Callback):
    """Fails once, in an event."""

    def __init__(self, event):
        self.left = 1
        self.event = event

    def _maybe(self, event):
        if event == self.event and self.left:
            self.left = 0
            raise OSError("once")

    def on_update(self, context):
        self._maybe("on_update")

    def on_evaluate(self, context):
        self._maybe("on_evaluate")

    def on_epoch_end(self, context):
        self._maybe("on_epoch_end")

    def on_log(self, context):
        self._maybe("on_log")


def trainer(*callbacks, metrics=None):
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = StepLR(0.04, step_size=1, gamma=0.5)
    return BaseTrainer(model, optimizer, schedule, callbacks=callbacks, metrics=metrics)


@pytest.mark.parametrize("event", ["on_evaluate", "on_epoch_end", "on_log"])
def test_the_epoch_is_ended_though_something_failed_behind_its_last_update(event):
    whole = trainer().fit(DATA[:1], [DATA[0]], num_epochs=3)
    one = trainer(Fails(event))
    with pytest.raises(OSError, match="once"):
        one.fit(DATA[:1], [DATA[0]], num_epochs=3)
    result = one.fit(DATA[:1], [DATA[0]], num_epochs=3)
    for name in ("epoch", "lr", "train_loss", "updates"):
        assert result.column(name) == whole.column(name)
    assert one.clock.epochs == result.epochs == 3


def test_an_evaluation_that_fails_does_not_move_the_rates_of_later_epochs():
    calls = iter([True])

    def metric(output, target):
        if next(calls, False):
            raise MemoryError
        return 1.0

    one = trainer(metrics={"one": metric})
    with pytest.raises(MemoryError):
        one.fit(DATA, [DATA[0]], num_epochs=1)
    assert one.fit(DATA, [DATA[0]], num_epochs=3).column("lr") == [0.04, 0.02, 0.01]


def test_an_error_in_the_middle_of_an_epoch_costs_nothing_but_its_event():
    one = trainer(Fails("on_update"))
    with pytest.raises(OSError, match="once"):
        one.fit(DATA, num_epochs=2)
    result = one.fit(DATA, num_epochs=2)
    assert (result.updates, result.epochs, len(result.history)) == (4, 2, 2)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "None"), (torch.ones(2), r"shape \(2,\)")]
)
def test_a_metric_that_is_no_number_is_named(value, shown):
    one = trainer(metrics={"mine": lambda output, target: value})
    message = rf"metric 'mine' must return one number, the mean .*, got {shown}"
    with pytest.raises(TypeError, match=message):
        one.fit(DATA, DATA, num_epochs=1)
