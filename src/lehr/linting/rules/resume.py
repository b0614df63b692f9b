"""Rules about what does not survive a resume."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.rules.lengths import called, origins
from lehr.linting.wording import at, listed


def _functions(subject: Subject) -> Iterator[Hit]:
    live: Any = subject.sections.get("live")
    for each in () if live is None else live.functions:
        if each.kind == "object":
            continue
        changing = each.kind == "changing"
        why = (
            "what it closes over may be another then"
            if changing
            else "a resumed run has what its script makes"
        )
        yield Hit(
            f"{live.name}'s state leaves out {each.where} ({each.name}): {why}",
            next(iter(subject.origin), "lr"),
            severity="warning" if changing else "note",
        )


def _counters(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.lost_on_resume:
            yield Hit(
                f"{called(origin)} does not save {listed(origin.lost_on_resume)}: "
                f"each resume begins the patience of {name} anew",
                name,
            )


def _saved(subject: Subject) -> Iterator[Hit]:
    state = subject.sections.get("state")
    if not isinstance(state, Mapping):
        return
    for name, origin in origins(subject):
        theirs = origin.library == "transformers"
        for key, value in origin.arguments.items():
            saved = state.get(key)
            if saved is None or not _differ(saved, value):
                continue
            yield Hit(
                f"{called(origin)} is made with {key}={value!r}, and the saved state "
                f"has {saved!r}, which load_state_dict brings back",
                name,
                place=origin.places.get(key),
            )
        if theirs and isinstance(state.get("last_epoch"), int):
            yield Hit(
                f"{called(origin)} saves no length: {name} goes on at step "
                f"{at(state['last_epoch'])} of the new curve, and jumps if that is "
                "longer or shorter",
                name,
                state["last_epoch"],
                severity="note",
            )


def _differ(saved: Any, given: Any) -> bool:
    numbers = isinstance(saved, int | float) and isinstance(given, int | float)
    return numbers and saved != given


RULES = (
    Rule(
        "LH060",
        "function-not-saved",
        "a function that the scheduler's state leaves out",
        "note",
        "torch saves the attributes of a callable object, and of a function or lambda "
        "nothing: the resumed run has whatever function its script makes. One that "
        "closes over a list, an object or a counter is another one by then. Write the "
        "rate as a schedule, which is a value.",
        _functions,
        bad=(),
        good=(Example("lr: 0.1\nname: StepLR\nstep_size: 30\n"),),
        source="torch's LambdaLR.state_dict documentation",
    ),
    Rule(
        "LH061",
        "counters-not-saved",
        "a plateau whose counters are not saved",
        "note",
        "timm's and fairseq's plateaus save the best metric, and not the bad ones in a "
        "row nor the cooldown: a run that is resumed often is never cut.",
        _counters,
        bad=(Example("sched: plateau\nlr: 1e-3\n"),),
        good=(Example("lr: 1e-3\nname: ReduceLROnPlateau\n"),),
        source="timm 1.0.31, PlateauLRScheduler.state_dict; fairseq",
    ),
    Rule(
        "LH062",
        "saved-settings-win",
        "a saved state whose settings differ from the new ones",
        "warning",
        "torch's schedulers save their settings with their position: loading an old "
        "state into one with a new T_max silently brings the old T_max back, and "
        "setting it by hand afterwards does not give the new curve, as each value is "
        "made from the last. transformers does the reverse: the new curve, with a "
        "jump. lehr compares the two and asks for a policy.",
        _saved,
        bad=(),
        good=(Example("lr: 0.1\nname: CosineAnnealingLR\nT_max: 90\n"),),
        source="insightface issue 2143, bionemo issue 749, maxtext issue 4029",
    ),
)
