"""A saved configuration that differs is refused, or handled as the user says."""

import json

import pytest

from lehr import Chain, Constant, Cosine, Function, Linear, extend
from lehr.bindings.torch import Scheduler, on, times_base
from lehr.replanning.between import reanchored, rescaled

OLD, NEW = Cosine(1.0, 0.0, 100), Cosine(1.0, 0.0, 200)
AFTER = {
    "keep": OLD,
    "override": NEW,
    "rescale": rescaled(OLD, NEW, 50),
    "reanchor": reanchored(OLD, NEW, 50),
    "stable": extend(OLD, at=50, total=200, how="stable"),
    "cooldown": extend(OLD, at=50, total=200, how="cooldown"),
}


def saved(optimizer, at=50, **rules):
    scheduler = Scheduler(optimizer, **rules)
    scheduler.seek(at, samples=at, tokens=at)
    return json.loads(json.dumps(scheduler.state_dict()))


def loaded(optimizer, state, on_change=None, **rules):
    scheduler = Scheduler(optimizer, **rules)
    scheduler.load_state_dict(state, on_change=on_change)
    return scheduler


def curve(scheduler, *places):
    found = []
    for place in places:
        scheduler.seek(place)
        found += scheduler.values["lr"]
    return found


def test_a_cooldown_of_the_rate_lets_a_weight_decay_rise_to_its_end(make):
    rises = [Cosine(0.1, 0.2, total) for total in (100, 60)]
    state = saved(make(), lr=OLD, weight_decay=rises[0])
    scheduler = loaded(make(), state, "cooldown", lr=OLD[:60], weight_decay=rises[1])
    assert scheduler.values["weight_decay"] == pytest.approx([0.15])
    scheduler.seek(55)
    assert scheduler.values["weight_decay"] == pytest.approx([0.175])
    scheduler.seek(60)
    assert scheduler.values["weight_decay"] == [0.2]


def test_a_difference_is_refused_with_both_shown_and_changes_nothing(make):
    state = saved(make(), lr=OLD)
    scheduler = Scheduler(make(), lr=NEW)
    scheduler.seek(7)
    with pytest.raises(ValueError, match="another configuration") as caught:
        scheduler.load_state_dict(state)
    message = str(caught.value)
    assert f"saved: {OLD!r}" in message
    assert f"now:   {NEW!r}" in message
    assert all(word in message for word in ("keep", "override", "rescale", "reanchor"))
    assert scheduler.last_epoch == 7
    assert scheduler.values == {"lr": [NEW(7)]}
    assert scheduler.state_dict()["history"] == []


@pytest.mark.parametrize(("policy", "expected"), AFTER.items())
@pytest.mark.parametrize("where", ["constructor", "load"])
def test_each_policy_gives_its_curve(make, policy, expected, where):
    state = saved(make(), lr=OLD)
    if where == "load":
        scheduler = loaded(make(), state, on_change=policy, lr=NEW)
    else:
        scheduler = loaded(make(), state, lr=NEW, on_change=policy)
    assert scheduler.last_epoch == 50
    places = (0, 49, 50, 51, 130, 200, 300)
    assert curve(scheduler, *places) == [expected(t) for t in places]


@pytest.mark.parametrize("policy", AFTER)
def test_a_decision_is_recorded_and_goes_on_after_the_next_load(make, policy):
    first = loaded(make(), saved(make(), lr=OLD), on_change=policy, lr=NEW)
    record = {
        "field": "lr",
        "groups": [0],
        "saved": repr(OLD),
        "given": repr(NEW),
        "followed": repr(AFTER[policy]),
        "values": [OLD(50), AFTER[policy](50)],
    }
    position = {"updates": 50, "samples": 50, "tokens": 50}
    history = [{"policy": policy, "at": position, "changes": [record]}]
    first.seek(120)
    state = json.loads(json.dumps(first.state_dict(), allow_nan=False))
    assert state["history"] == history
    again = loaded(make(), state, lr=NEW)  # the same script, and no policy
    assert again.values == first.values
    assert again.state_dict() == state
    places = (30, 50, 150, 210)
    assert curve(again, *places) == curve(first, *places)


@pytest.mark.parametrize("policy", AFTER)
def test_loading_twice_decides_once(make, policy):
    state = saved(make(), lr=OLD)
    once = loaded(make(), state, on_change=policy, lr=NEW)
    twice = loaded(make(), state, on_change=policy, lr=NEW)
    twice.load_state_dict(state, on_change=policy)
    assert twice.state_dict() == once.state_dict()
    assert twice.values == once.values


@pytest.mark.parametrize("policy", ["refuse", "keep", "override", "rescale"])
def test_an_unchanged_configuration_needs_no_policy(make, policy):
    rules = {"lr": times_base(OLD), "momentum": on("tokens", Linear(0.9, 0.5, 99))}
    state = saved(make(0.1, 0.2, momentum=0.9), **rules)
    scheduler = loaded(make(0.1, 0.2, momentum=0.9), state, on_change=policy, **rules)
    assert scheduler.state_dict() == state


def test_other_words_for_the_same_schedule_are_no_difference(make):
    state = saved(make(), lr=OLD)
    rule = state["fields"]["lr"]["rules"][0]["schedule"]
    assert rule["text"] == repr(OLD)
    rule["text"] = "cosine(1, 0, steps=100)"
    from lehr.bindings.torch.state import fingerprint

    state["fingerprint"] = fingerprint(state["fields"])
    assert loaded(make(), state, lr=OLD).values == {"lr": [OLD(50)]}
    with pytest.raises(ValueError, match="another configuration"):
        loaded(make(), state, lr=NEW)


def test_naming_the_groups_otherwise_is_no_difference(make):
    state = saved(make(None, None, names="a b"), lr={"a": OLD, "b": OLD})
    assert loaded(make(None, None), state, lr=OLD).values == {"lr": [OLD(50)] * 2}
    assert loaded(make(None, None), state, lr=[OLD, OLD]).last_epoch == 50


def test_only_the_groups_that_differ_are_named_and_handled(make):
    state = saved(make(None, None, None), lr=[OLD, OLD, Constant(0.5)])
    now = [OLD, NEW, Constant(0.25)]
    with pytest.raises(ValueError, match="lr, param_groups 1:") as caught:
        loaded(make(None, None, None), state, lr=now)
    assert "lr, param_groups 2:" in str(caught.value)
    assert "param_groups 0" not in str(caught.value)
    scheduler = loaded(make(None, None, None), state, on_change="keep", lr=now)
    assert scheduler.values == {"lr": [OLD(50), OLD(50), 0.5]}


def test_a_field_that_only_one_side_schedules_is_a_difference(make):
    both = {"lr": OLD, "momentum": Linear(0.9, 0.5, 100)}
    with pytest.raises(ValueError, match="now:   not scheduled"):
        loaded(make(momentum=0.9), saved(make(momentum=0.9), **both), lr=OLD)
    with pytest.raises(ValueError, match="saved: not scheduled"):
        loaded(make(momentum=0.9), saved(make(), lr=OLD), **both)

    state = saved(make(momentum=0.9), **both)
    kept = loaded(make(momentum=0.9), state, on_change="keep", lr=OLD)
    assert kept.values == {"lr": [OLD(50)], "momentum": [0.7]}
    again = loaded(make(momentum=0.9), kept.state_dict(), lr=OLD)
    assert again.values == kept.values
    dropped = loaded(make(momentum=0.9), state, on_change="override", lr=OLD)
    assert dropped.values == {"lr": [OLD(50)]}

    state = saved(make(momentum=0.75), lr=OLD)
    restored = loaded(make(momentum=0.75), state, on_change="keep", **both)
    assert restored.values["momentum"] == [0.75]
    again = loaded(make(momentum=0.75), restored.state_dict(), **both)
    assert again.values == restored.values
    assert again.state_dict() == restored.state_dict()
    with pytest.raises(ValueError, match="needs a saved and a new schedule of momen"):
        loaded(make(momentum=0.75), state, on_change="reanchor", **both)


def test_a_field_that_the_optimizer_lacks_can_be_dropped_but_not_kept(make):
    state = saved(make(momentum=0.9), lr=OLD, momentum=Constant(0.5))
    from torch.optim import AdamW

    with pytest.raises(ValueError, match="another configuration"):
        loaded(make(kind=AdamW), state, lr=OLD)
    with pytest.raises(ValueError, match="no field 'momentum'"):
        loaded(make(kind=AdamW), state, on_change="keep", lr=OLD)
    scheduler = loaded(make(kind=AdamW), state, on_change="override", lr=OLD)
    assert scheduler.values == {"lr": [OLD(50)]}


@pytest.mark.parametrize(
    ("policy", "bases"), [("keep", [0.1, 0.01]), ("override", [0.2, 0.01])]
)
def test_other_starting_values_are_a_difference(make, policy, bases):
    state = saved(make(0.1, 0.01), lr=times_base(OLD))
    with pytest.raises(
        ValueError, match="lr, starting value, param_groups 0"
    ) as caught:
        loaded(make(0.2, 0.01), state, lr=times_base(OLD))
    assert "saved: 0.1\n    now:   0.2" in str(caught.value)
    with pytest.raises(ValueError, match="needs the saved starting values"):
        loaded(make(0.2, 0.01), state, on_change="rescale", lr=times_base(OLD))
    scheduler = loaded(make(0.2, 0.01), state, on_change=policy, lr=times_base(OLD))
    assert scheduler.base_lrs == bases
    assert scheduler.values["lr"] == [base * OLD(50) for base in bases]


def test_replanning_across_clocks_or_kinds_is_refused(make):
    state = saved(make(), lr=OLD)
    for rule in (times_base(NEW), on("tokens", NEW)):
        for policy in ("rescale", "reanchor", "stable", "cooldown"):
            with pytest.raises(ValueError, match="needs the same clock and kind"):
                loaded(make(), state, on_change=policy, lr=rule)
    tokens = saved(make(), lr=on("tokens", OLD))
    scheduler = loaded(make(), tokens, on_change="reanchor", lr=on("tokens", NEW))
    assert scheduler.values["lr"] == [OLD(50)]


def halve(t):
    return 0.5**t


def test_a_users_own_function_is_compared_by_name_and_cannot_be_kept(make):
    own = Function(halve, 10)
    state = saved(make(), at=3, lr=own)
    assert loaded(make(), state, lr=own).values == {"lr": [0.125]}
    scaled = saved(make(0.5), at=3, lr=times_base(own))
    assert loaded(make(0.5), scaled, lr=times_base(own)).values == {"lr": [0.0625]}
    with pytest.raises(ValueError, match="cannot be rebuilt from its text"):
        loaded(make(), state, on_change="keep", lr=OLD)
    assert loaded(make(), state, on_change="override", lr=OLD).last_epoch == 3


def test_a_state_for_more_groups_is_refused(make):
    state = saved(make(None, None), lr=[OLD, NEW])
    with pytest.raises(ValueError, match=r"param_groups\[1\], but .* has 1 param"):
        loaded(make(None), state, lr=[OLD])


def test_composed_schedules_survive_the_text(make):
    rule = 0.5 * Chain((Linear(0.0, 1.0, 10), OLD)) + Constant(1e-5)
    state = saved(make(), at=30, lr=rule)
    kept = loaded(make(), state, on_change="keep", lr=OLD)
    assert kept.values == {"lr": [rule(30)]}
