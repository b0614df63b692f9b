"""The clock: one step is one applied update; seek goes anywhere."""

import gc
import json
import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr import Chain, Constant, Cosine, Linear
from lehr.bindings.torch import Position, Scheduler, on, times_base

WARMUP = Chain((Linear(0.01, 0.1, 10), Cosine(0.1, 0.0, 90)))


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def test_each_update_uses_the_value_of_its_own_number(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=WARMUP)
    used = []
    for _ in range(120):
        used.append(rates(optimizer)[0])
        optimizer.step()
        scheduler.step()
    assert used == [WARMUP(t) for t in range(120)]


def test_the_weights_move_by_the_scheduled_rates(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=Linear(1.0, 0.0, 4))
    for _ in range(4):
        optimizer.step()
        scheduler.step()
    moved = 1.0 - optimizer.param_groups[0]["params"][0][0].item()
    assert moved == pytest.approx(0.5 * (1.0 + 0.75 + 0.5 + 0.25))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (torch.optim.SGD, {"momentum": 0.9, "foreach": True}),
        (torch.optim.SGD, {"fused": True}),
        (torch.optim.Adam, {"foreach": False}),
        (torch.optim.AdamW, {"foreach": True}),
        (torch.optim.AdamW, {"fused": True}),
        (torch.optim.RMSprop, {}),
        (torch.optim.Adagrad, {}),
    ],
)
def test_any_optimizer_moves_as_if_its_rate_were_set_by_hand(make, kind, options):
    scheduled = make(None, None, kind=kind, **options)
    by_hand = make(None, None, kind=kind, **options)
    scheduler = Scheduler(scheduled, lr=WARMUP)
    for t in range(20):
        for group in by_hand.param_groups:
            group["lr"] = WARMUP(t)
        by_hand.step()
        scheduled.step()
        scheduler.step()
    for ours, theirs in zip(scheduled.param_groups, by_hand.param_groups, strict=True):
        assert torch.equal(ours["params"][0], theirs["params"][0])


@given(st.lists(st.integers(0, 130), min_size=1, max_size=8))
def test_the_values_depend_on_the_position_alone(places):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    scheduler = Scheduler(optimizer, lr=WARMUP)
    for place in places:
        scheduler.seek(place)
        assert rates(optimizer) == [WARMUP(place)]
        scheduler.step()
        assert rates(optimizer) == [WARMUP(place + 1)]


def test_seek_is_as_cheap_at_the_billionth_update(make):
    scheduler = Scheduler(make(), lr=Cosine(1.0, 0.0, 2 * 10**9))
    scheduler.seek(10**9)
    assert scheduler.values["lr"] == pytest.approx([0.5], rel=1e-15)
    assert scheduler.last_epoch == 10**9


def test_samples_and_tokens_are_counted_beside_the_updates(make):
    scheduler = Scheduler(make(), lr=WARMUP)
    scheduler.step(samples=32, tokens=4096)
    scheduler.step(samples=16)
    assert scheduler.position == Position(updates=2, samples=48, tokens=4096)
    scheduler.seek(7, tokens=5)
    assert scheduler.position == Position(updates=7, samples=48, tokens=5)


@pytest.mark.parametrize("clock", ["samples", "tokens"])
def test_schedules_run_on_other_clocks(make, clock):
    optimizer = make(momentum=0.9)
    scheduler = Scheduler(
        optimizer,
        clock=clock,
        lr=Linear(1.0, 0.0, 1000),
        momentum=on("updates", Linear(0.9, 0.8, 10)),
    )
    scheduler.step(**{clock: 250})
    scheduler.step(**{clock: 250})
    assert scheduler.values["lr"] == [0.5]
    assert scheduler.values["momentum"] == pytest.approx([0.88])
    scheduler.seek(3, **{clock: 750})
    assert scheduler.values["lr"] == [0.25]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_jumps_of_a_clock_over_whole_pieces_land_right(jumps):
    chain = Chain((WARMUP, Constant(0.5, 7), Linear(0.5, 0.25, 60)))
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    scheduler = Scheduler(optimizer, clock="samples", lr=chain)
    for jump in jumps:
        scheduler.step(samples=jump)
        assert rates(optimizer) == [chain(scheduler.position.samples)]


def test_a_step_that_would_leave_a_clock_standing_still_is_refused(make):
    scheduler = Scheduler(make(), lr=on("tokens", Linear(1.0, 0.0, 1000)))
    with pytest.raises(ValueError, match=r"lr runs on tokens.*step\(tokens=\.\.\.\)"):
        scheduler.step()
    with pytest.raises(ValueError, match=r"lr runs on tokens.*seek\(5, tokens="):
        scheduler.seek(5)
    assert scheduler.position == Position()


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "3", None])
def test_a_count_that_is_not_whole_is_refused_and_changes_nothing(make, wrong):
    scheduler = Scheduler(make(), lr=WARMUP)
    with pytest.raises(ValueError, match="updates must be a whole number >= 0, got"):
        scheduler.seek(wrong)
    with pytest.raises(ValueError, match="tokens must be a whole number >= 0, got"):
        scheduler.step(samples=1, tokens=wrong or "0")
    assert scheduler.position == Position()


def test_torchs_step_to_an_epoch_is_refused_with_the_way_to_do_it(make):
    scheduler = Scheduler(make(), lr=WARMUP)
    with pytest.raises(TypeError, match=r"use seek\(3\)"):
        scheduler.step(3)
    with pytest.raises(AttributeError, match=r"use seek\(4\)"):
        scheduler.last_epoch = 4
    with pytest.raises(AttributeError, match="schedule other rates"):
        scheduler.base_lrs = [1.0]
    assert scheduler.last_epoch == 0


def test_a_value_set_by_hand_stays_while_the_schedule_is_flat(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=Chain((Constant(0.1, 5), Linear(0.1, 0.0, 5))))
    scheduler.step()
    optimizer.param_groups[0]["lr"] = 7.0
    for _ in range(3):
        scheduler.step()
    assert rates(optimizer) == [7.0]
    scheduler.step()
    scheduler.step()
    assert rates(optimizer) == [0.08]


def test_a_flat_stretch_is_left_at_its_end_also_after_seeking_back(make):
    schedule = Chain((Constant(0.1, 5), Constant(0.2, 5), Constant(0.3)))
    scheduler = Scheduler(make(), lr=schedule)
    for start in (0, 7, 2, 0):
        scheduler.seek(start)
        for t in range(start, 14):
            assert scheduler.values["lr"] == [schedule(t)]
            scheduler.step()


def test_several_fields_change_each_at_its_own_time(make):
    optimizer = make(momentum=0.9, weight_decay=0.1)
    fields = {
        "lr": WARMUP,
        "momentum": Chain((Constant(0.9, 6), Constant(0.5))),
        "weight_decay": Chain((Constant(0.1, 3), Linear(0.1, 0.0, 50))),
    }
    scheduler = Scheduler(optimizer, **fields)
    for t in range(80):
        assert scheduler.values == {n: [s(t)] for n, s in fields.items()}
        scheduler.step()


def test_it_leaves_no_trace_but_the_values(make):
    optimizer = make(momentum=0.9)
    keys, step = list(optimizer.param_groups[0]), optimizer.step.__func__
    scheduler = Scheduler(optimizer, lr=WARMUP)
    scheduler.step()
    assert list(optimizer.param_groups[0]) == keys
    assert optimizer.step.__func__ is step
    assert "step" not in vars(optimizer)


def test_building_it_twice_multiplies_the_starting_value_once(make):
    optimizer = make(0.1, 0.01)
    for _ in range(3):  # a notebook cell that is run again
        scheduler = Scheduler(optimizer, lr=times_base(Linear(0.5, 1.0, 10)))
        assert scheduler.values["lr"] == pytest.approx([0.05, 0.005])
        assert scheduler.base_lrs == [0.1, 0.01]
        scheduler.step()
    optimizer.param_groups[0]["lr"] = 0.8
    again = Scheduler(optimizer, lr=times_base(Linear(0.5, 1.0, 10)))
    assert again.base_lrs == [0.8, 0.01]


def test_it_is_freed_without_the_garbage_collector(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=WARMUP)
    gone, hooks = weakref.ref(scheduler), optimizer._optimizer_step_pre_hooks
    gc.disable()
    try:
        del scheduler
        assert gone() is None
        assert not hooks
        assert not optimizer._optimizer_load_state_dict_post_hooks
        optimizer_gone = weakref.ref(optimizer)
        scheduler = Scheduler(optimizer, lr=WARMUP)
        del scheduler, optimizer
        assert optimizer_gone() is None
    finally:
        gc.enable()


def test_torchs_reading_methods_give_the_present_rates(make):
    scheduler = Scheduler(make(0.1, 0.2), lr=times_base(Linear(1.0, 0.0, 10)))
    scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.09, 0.18])
    assert scheduler.get_lr() == scheduler.get_last_lr()
    assert scheduler.base_lrs == [0.1, 0.2]
    only = Scheduler(make(0.1, momentum=0.9), momentum=Constant(0.8))
    assert only.base_lrs == [0.1]


def test_it_tells_what_is_scheduled_by_which_clocks(make):
    scheduler = Scheduler(
        make(0.1, 0.2, kind=torch.optim.Adam),
        lr=on("tokens", times_base(Linear(1.0, 0.0, 100))),
        beta1=Linear(0.9, 0.8, 10),
    )
    scheduler.step(tokens=50)
    assert scheduler.fields == ("lr", "beta1")
    assert scheduler.clocks == ("updates", "tokens")
    assert scheduler.get_last("lr") == [0.05, 0.1]
    assert scheduler.get_last("beta1") == pytest.approx([0.89, 0.89])


def test_its_repr_says_what_follows_what_and_where_it_is(make):
    scheduler = Scheduler(make(None, None), lr=Linear(1.0, 0.0, 10))
    scheduler.step()
    shown = repr(scheduler)
    assert "SGD (2 groups)" in shown
    assert "updates=1" in shown
    assert "lr=Linear(start=1.0, end=0.0, steps=10)" in shown


def test_its_state_is_small_strict_json(make):
    optimizer = make(*[0.1] * 100)
    scheduler = Scheduler(optimizer, lr=WARMUP)
    scheduler.step(tokens=9)
    text = json.dumps(scheduler.state_dict(), allow_nan=False)
    assert len(text) < 600
    assert json.loads(text) == scheduler.state_dict()


def test_what_is_no_optimizer_or_has_nothing_to_schedule_is_refused(make):
    with pytest.raises(TypeError, match=r"must be a torch\.optim\.Optimizer, got \[\]"):
        Scheduler([], lr=WARMUP)
    with pytest.raises(ValueError, match="name at least one field"):
        Scheduler(make())
    with pytest.raises(ValueError, match="clock must be one of 'updates', 'samples'"):
        Scheduler(make(), clock="epochs", lr=WARMUP)
    with pytest.raises(ValueError, match="on_change must be one of 'refuse', 'keep'"):
        Scheduler(make(), on_change="merge", lr=WARMUP)
