"""Updates that are not finite are left out, as if they had never been."""

import logging
import math

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    Callback,
    NonFiniteError,
    SkipNonFinite,
    TrainingLoop,
)
from training import runs

BAD = (torch.full((4, 8), math.nan), torch.zeros(4, dtype=torch.long))


def good(number=9):
    x, y = runs.table(4 * number)
    return list(zip(x.split(4), y.split(4), strict=True))


def poisoned(*places):
    batches = good()
    for place in places:
        batches.insert(place, BAD)
    return batches


class Records(Callback):
    order = 600

    def __init__(self):
        self.records = []

    def on_log(self, context):
        self.records.append(dict(context.record))


def trainer(*callbacks, model=None, **options):
    model = runs.net(dropout=0.0) if model is None else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    return BaseTrainer(model, optimizer, callbacks=callbacks, **options)


def same(one, other):
    states = one.model.state_dict(), other.model.state_dict()
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize("clip_norm", [None, 0.5])
def test_a_run_with_skipped_updates_is_the_run_without_their_data(clip_norm):
    plain, skip = trainer(clip_norm=clip_norm), SkipNonFinite()
    records = Records()
    one = trainer(skip, records, clip_norm=clip_norm)
    expected = plain.fit(good(), num_epochs=2)
    result = one.fit(poisoned(0, 3, 4, 11), num_epochs=2)
    assert same(one, plain)
    assert (result.updates, result.samples) == (18, expected.samples)
    assert result.history[0]["train_loss"] == expected.history[0]["train_loss"]
    noted = [r["skipped"] for r in records.records if "skipped" in r]
    assert noted == [1, 1, *[3] * 6, 4, 5, 5, *[7] * 6, 8]
    assert skip.skipped == 8


def test_the_learning_rate_does_not_move_on(tmp_path):
    plain, one = (
        runs.trainer(tmp_path / name, callbacks=callbacks)
        for name, callbacks in (("a", []), ("b", [SkipNonFinite()]))
    )
    runs.fit(plain, good(), num_epochs=1)
    runs.fit(one, [*good()[:3], BAD, BAD, BAD, *good()[3:]], num_epochs=1)
    assert one.updates == plain.updates == 3
    assert one.rates == plain.rates
    assert one.clock.state_dict() == plain.clock.state_dict()


def test_each_is_told_to_the_log(caplog):
    with caplog.at_level(logging.WARNING, logger="lehr.training"):
        trainer(SkipNonFinite()).fit(poisoned(3), num_epochs=1)
    assert caplog.messages == [
        "skipped an update: loss is nan at update 3; the update was not applied. "
        "Lower the rate, lengthen the warmup, pass clip_norm=1.0, or look at the batch"
    ]


class RootOfNothing(nn.Module):
    """Its loss is finite, and the gradient of it is not."""

    def __init__(self):
        super().__init__()
        self.fine = nn.Parameter(torch.ones(2))
        self.bad = nn.Parameter(torch.ones(2))
        self.unused = nn.Parameter(torch.ones(2))

    def forward(self, x):
        return (self.fine * x).sum() + (self.bad * 0).sqrt().sum()


def fit_root(*callbacks, clip_norm=None):
    model = RootOfNothing()
    one = trainer(
        *callbacks, model=model, loss=lambda output, _: output, clip_norm=clip_norm
    )
    x, y = torch.ones(1, 2), torch.zeros(1)
    return one.fit([(x, y)], num_epochs=2 if callbacks else 1)


def test_a_gradient_that_is_not_finite_is_found_without_clipping():
    # Infinity times 0 is NaN: so is the gradient of each update.
    with pytest.raises(NonFiniteError, match=r"gradient norm is nan .*\(in bad\)"):
        fit_root(SkipNonFinite(1))
    fit_root()  # it is not looked at otherwise


def test_the_error_names_the_parameters():
    with pytest.raises(NonFiniteError) as caught:
        fit_root(clip_norm=1.0)
    assert caught.value.parameters == ("bad",)
    assert caught.value.what == "gradient norm"
    many = NonFiniteError("gradient norm", math.nan, 3, ("a", "b", "c", "d"))
    assert "at update 3 (in a, b, c, ...); the update" in str(many)


def test_too_many_in_a_row_end_the_run():
    skip = SkipNonFinite(max_skips=2)
    one = trainer(skip)
    with pytest.raises(NonFiniteError, match="at update 5") as caught:
        one.fit(poisoned(2, 3, 7, 8, 9), num_epochs=1)
    assert "2 updates in a row were skipped before" in caught.value.__notes__
    assert skip.skipped == 4


@pytest.mark.parametrize("places", [(9,), (9, 10), range(9)])
def test_an_epoch_may_end_with_one_or_have_no_other(places):
    one = trainer(SkipNonFinite(max_skips=18))
    batches = [BAD] * 9 if places == range(9) else poisoned(*places)
    result = one.fit(batches, good(2), num_epochs=2)
    assert result.epochs == 2 == len(result.history) == len(result.evaluations) or (
        result.updates == 0
    )
    assert result.updates == (0 if places == range(9) else 18)
    assert math.isfinite(result.evaluations[-1]["val_loss"])


def test_a_run_in_two_parts_is_the_run_in_one(tmp_path):
    def part(folder, goal, **options):
        skip = SkipNonFinite(max_skips=3)
        one = runs.trainer(folder, callbacks=[skip])
        data = runs.stream([*good(), BAD, BAD, *good(), *[BAD] * 5, *good()])
        runs.fit(one, data, updates=goal, **options)
        return one, skip

    whole, skip = part(tmp_path / "whole", 12)
    assert skip.skipped == 5  # of windows of three batches
    for goal in (3, 5, 8, 12):
        parts, again = part(tmp_path / "parts", goal, resume="auto")
    assert again.skipped == skip.skipped
    assert same(parts, whole)
    assert parts.samples == whole.samples


def test_after_the_run_such_an_update_is_an_error_again():
    one = trainer(SkipNonFinite())
    one.fit(poisoned(2), num_epochs=1)
    with pytest.raises(NonFiniteError):
        one.loop.update([BAD])


def test_a_loop_by_itself_can_go_on_without_them():
    model = runs.net(dropout=0.0)
    loop = TrainingLoop(model, torch.optim.SGD(model.parameters(), lr=0.1))
    seen = []
    loop.on_non_finite = lambda error: not seen.append(error.update)
    means = loop.run(poisoned(2, 5))
    assert (seen, loop.updates) == ([2, 4], 9)
    assert math.isfinite(means["loss"])


def test_the_numbers_begin_anew_with_a_fresh_run():
    skip = SkipNonFinite()
    trainer(skip).fit(poisoned(2, 5), num_epochs=1)
    trainer(skip).fit(poisoned(2), num_epochs=1)
    assert skip.skipped == 1


def test_what_it_cannot_work_with_is_refused():
    with pytest.raises(ValueError, match="leave out check_finite=False"):
        trainer(SkipNonFinite(), check_finite=False).fit(good(), num_epochs=1)
    with pytest.raises(ValueError, match="not the only one to take care"):
        trainer(SkipNonFinite(), SkipNonFinite()).fit(good(), num_epochs=1)
    with pytest.raises(ValueError, match="max_skips must be >= 1, got 0"):
        SkipNonFinite(0)
