"""Another plan for a scheduler at work: followed from now on, on record, resumed."""

import copy
import json

import pytest

from lehr import Constant, Cosine, InverseSqrt, Linear, extend, rewarm
from lehr.bindings.torch import PlateauScheduler, Scheduler, on, times_base
from lehr.controllers import Plateau

OLD = Linear(1.0, 0.0, 100)

# Saved before records had the followed schedule and the values.
EARLIER = {
    "lehr": 1,
    "position": {"updates": 60, "samples": 50, "tokens": 50},
    "fingerprint": "4c3cb2d2be9a3dec3ce2e1de29b87e6a0891e60cd88bf8d5ec1a1529d64583df",
    "fields": {
        "lr": {
            "rules": [
                {
                    "groups": "all",
                    "schedule": {
                        "text": "Cosine(start=1.0, end=0.0, steps=200)",
                        "clock": "updates",
                        "times_base": False,
                    },
                    "followed": {
                        "text": "Chain(pieces=(Window(schedule=Cosine(start=1.0, "
                        "end=0.0, steps=100), start=0, stop=50), Sum(terms=(Scale("
                        "schedule=Window(schedule=Cosine(start=1.0, end=0.0, "
                        "steps=200), start=50, stop=200), factor=0.585786437626905), "
                        "Constant(value=0.0))), Constant(value=0.0)))",
                        "clock": "updates",
                        "times_base": False,
                    },
                }
            ]
        }
    },
    "history": [
        {
            "policy": "reanchor",
            "at": {"updates": 50, "samples": 50, "tokens": 50},
            "changes": [
                {
                    "field": "lr",
                    "groups": [0],
                    "saved": "Cosine(start=1.0, end=0.0, steps=100)",
                    "given": "Cosine(start=1.0, end=0.0, steps=200)",
                }
            ],
        }
    ],
}


def at_fifty(optimizer, **rules):
    scheduler = Scheduler(optimizer, **rules)
    scheduler.seek(50)
    return scheduler


def through_text(scheduler):
    return json.loads(json.dumps(scheduler.state_dict(), allow_nan=False))


def test_a_state_with_an_earlier_record_goes_on_and_keeps_it(make):
    scheduler = Scheduler(make(), lr=Cosine(1.0, 0.0, 200))
    scheduler.load_state_dict(copy.deepcopy(EARLIER))
    assert scheduler.get_last_lr() == [0.4650515333284722]
    scheduler.replan(how="cooldown", total=100)
    history = through_text(scheduler)["history"]
    assert history[:1] == EARLIER["history"]
    assert [entry["policy"] for entry in history] == ["reanchor", "cooldown"]


def test_what_is_followed_is_replanned_from_now_on_and_put_on_record(make):
    scheduler = at_fifty(make(), lr=OLD)
    scheduler.replan(how="cooldown", total=60, floor=0.1, shape="cosine")
    planned = extend(OLD, at=50, total=60, how="cooldown", floor=0.1, shape="cosine")
    assert scheduler.schedules == {"lr": {0: planned}}
    assert scheduler.get_last_lr() == [0.5]
    assert scheduler.state_dict()["history"] == [
        {
            "policy": "cooldown",
            "by": "replan",
            "at": {"updates": 50, "samples": 0, "tokens": 0},
            "changes": [
                {
                    "field": "lr",
                    "groups": [0],
                    "saved": repr(OLD),
                    "given": "cooldown(total=60, floor=0.1, shape='cosine')",
                    "followed": repr(planned),
                    "values": [0.5, 0.5],
                }
            ],
        }
    ]
    for _ in range(5):
        scheduler.optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == [planned(55)] == [pytest.approx(0.3)]


@pytest.mark.parametrize("script", ["as it was", "with the new schedule"])
def test_the_new_plan_survives_a_resume(make, script):
    scheduler = at_fifty(make(), lr=OLD)
    scheduler.replan(how="rescale", total=200)
    state = through_text(scheduler)
    given = OLD if script == "as it was" else extend(OLD, at=50, total=200)
    again = Scheduler(make(), lr=given)
    again.load_state_dict(state)
    again.seek(125)
    assert again.get_last_lr() == [0.25]
    assert through_text(again)["history"] == state["history"]


def test_a_schedule_may_be_given_by_itself(make):
    new = Constant(0.25)
    scheduler = at_fifty(make(momentum=0.9), lr=OLD, momentum=Linear(0.9, 0.5, 100))
    scheduler.replan(lr=new, momentum=on("tokens", Linear(0.8, 0.5, 100)))
    assert scheduler.values == {"lr": [0.25], "momentum": [0.8]}
    entry = scheduler.state_dict()["history"][-1]
    assert entry["policy"] == "override"
    assert [change["field"] for change in entry["changes"]] == ["lr", "momentum"]
    assert entry["changes"][0]["values"] == [0.5, 0.25]
    assert scheduler.clocks == ("updates", "tokens")


def test_each_group_and_relative_schedules_are_replanned_on_their_own(make):
    rules = [times_base(OLD), times_base(Constant(0.5)), None, times_base(OLD)]
    scheduler = at_fifty(make(0.1, 0.2, 0.3, 0.4), lr=rules)
    scheduler.replan(how="rewarm", warmup=10, total=200)
    scheduler.seek(60)
    assert scheduler.get_last_lr() == pytest.approx([0.1, 0.1, 0.3, 0.4])
    changes = scheduler.state_dict()["history"][0]["changes"]
    assert [change["groups"] for change in changes] == [[0, 3], [1]]
    again = rewarm(OLD, at=50, warmup=10, total=200)
    assert changes[0]["followed"] == f"times_base({again!r})"


def test_a_plan_that_changes_nothing_is_not_on_record(make):
    scheduler = at_fifty(make(), lr=OLD)
    scheduler.replan(lr=OLD)
    scheduler.replan(how="keep", total=100)
    assert scheduler.state_dict()["history"] == []


def test_the_clock_of_each_schedule_is_the_one_that_counts(make):
    scheduler = Scheduler(make(), lr=OLD, clock="tokens")
    scheduler.seek(5, tokens=50)
    scheduler.replan(how="rescale", total=200)
    scheduler.seek(6, tokens=125)
    assert scheduler.get_last_lr() == [0.25]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "say what to follow"),
        ({"how": "cooldwn", "total": 60}, "did you mean 'cooldown'"),
        ({"how": "cooldown", "total": 40}, "nothing is left at update 50"),
        ({"how": "keep", "total": 200, "fields": "beta1"}, "beta1 is not scheduled"),
        ({"momentum": OLD}, "momentum is not scheduled here, but lr"),
        ({"how": "keep", "total": 200, "fields": ()}, "at least one of lr"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(make, options, message):
    scheduler = at_fifty(make(), lr=OLD)
    before = scheduler.state_dict()
    with pytest.raises(ValueError, match=message):
        scheduler.replan(**options)
    assert scheduler.state_dict() == before
    assert scheduler.get_last_lr() == [0.5]


def test_no_schedule_and_one_rate_for_groups_that_differ_are_refused(make):
    with pytest.raises(TypeError, match="lr"):
        at_fifty(make(), lr=OLD).replan(lr="fast")
    with pytest.raises(TypeError, match="takes no `at`"):
        at_fifty(make(), lr=OLD).replan(how="cooldown", at=50, total=60)
    scheduler = at_fifty(make(0.1, 0.2), lr=times_base(OLD))
    with pytest.raises(ValueError, match="times_base"):
        scheduler.replan(lr=OLD)


def test_a_metric_is_not_replanned(make):
    scheduler = PlateauScheduler(make(), Plateau("min", factor=0.5, patience=1))
    with pytest.raises(TypeError, match="on_change"):
        scheduler.replan(how="keep", total=10)


@pytest.mark.parametrize("policy", ["stable", "cooldown"])
def test_a_policy_that_needs_a_length_refuses_a_schedule_without_one(make, policy):
    state = through_text(at_fifty(make(), lr=OLD))
    endless = Scheduler(make(), lr=InverseSqrt(0.1, timescale=10))
    with pytest.raises(ValueError, match=r"that ends.*on_change='keep'"):
        endless.load_state_dict(state, on_change=policy)
