"""What gradients write is not steady, and who acts before they come is seen."""

import torch
from torch import nn

from lehr.training import BaseTrainer, Callback, Checkpointing, Ema, Throughput
from lehr.training.steady import is_watched, steady_tensors
from training import runs


class Quantized(nn.Module):
    """Moves a parameter that is not trained, as codebooks and slow encoders do."""

    def __init__(self):
        super().__init__()
        self.codes = nn.Parameter(torch.zeros(3), requires_grad=False)
        self.rows = nn.Embedding(5, 3, max_norm=1.0)
        self.linear = nn.Linear(8, 3)
        self.norm = nn.BatchNorm1d(3)
        self.early = nn.Linear(3, 3, bias=False)

    def forward(self, x):
        return self.early(self.norm(self.linear(x)))


def fitted(*callbacks):
    model = Quantized()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    trainer = BaseTrainer(model, optimizer, callbacks=callbacks)
    trainer.fit([tuple(runs.table(8))], num_epochs=1)
    return trainer


def names(trainer, tensors):
    state = trainer.model.state_dict(keep_vars=True)
    places = {id(value): name for name, value in state.items()}
    return {places[id(one)] for one in tensors if id(one) in places}


def test_what_is_trained_and_not_written_in_the_forward_pass_is_steady():
    trainer = fitted()
    steady = steady_tensors(trainer)
    trained = {"linear.weight", "linear.bias", "norm.weight", "norm.bias"}
    assert names(trainer, steady) == {*trained, "early.weight"}
    assert len(steady) == 5 * 4, "with two moments and a count each"


def test_what_is_updated_as_soon_as_its_gradient_is_there_is_not():
    trainer = fitted()
    weight = trainer.model.early.weight
    weight.register_post_accumulate_grad_hook(lambda parameter: None)
    steady = steady_tensors(trainer)
    assert "early.weight" not in names(trainer, steady)
    assert len(steady) == 4 * 4


def test_averages_are_steady_and_the_states_of_other_callbacks_are_not():
    class Own(Callback):
        def state_dict(self):
            return {"mine": torch.ones(2)}

    ema = Ema(0.9)
    steady = {id(one) for one in steady_tensors(fitted(ema, Own()))}
    averages = ema.state_dict()["weights"]
    assert {id(one) for one in averages.values()} <= steady
    assert len(steady) == 5 * 4 + len(averages)


def test_a_callback_says_itself_that_its_state_is_steady_however_deep():
    class Own(Callback):
        steady_state = True
        kept = (torch.ones(1), torch.ones(2))

        def state_dict(self):
            return {"number": 1, "kept": [self.kept[0], (self.kept[1],)]}

    steady = {id(one) for one in steady_tensors(fitted(Own()))}
    assert {id(one) for one in Own.kept} <= steady


def test_only_a_users_callback_between_the_save_and_the_gradients_is_one():
    class Begins(Callback):
        def on_epoch_start(self, context): ...

    class Saves(Callback):
        def on_save_point(self, context): ...

    class Patched(Throughput):
        def on_save_point(self, context): ...

    def watched(*others, epoch_end=True):
        saving = Checkpointing()
        trainer = BaseTrainer(
            model := nn.Linear(1, 1),
            torch.optim.SGD(model.parameters()),
            callbacks=[saving, *others],
        )
        return is_watched(trainer.callbacks, saving, epoch_end=epoch_end)

    late = Saves()
    late.order = 1001
    assert not watched(Throughput(), Saves())
    assert watched(Begins())
    assert not watched(Begins(), epoch_end=False)
    assert watched(late)
    assert watched(Patched(), epoch_end=False)
