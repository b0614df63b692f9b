"""Rules about a document as a whole: fields, groups, settings that nobody reads."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.config.errors import Path
from lehr.linting.base import Example, Fix, Hit, Rule, Severity, Subject
from lehr.linting.rewriting import written_at
from lehr.linting.wording import at, count, listed, value

_ADAM = frozenset(("adam", "adamw", "adamax", "nadam", "radam"))
_ABSENT: Mapping[str, Mapping[str, str]] = {
    **{kind: {"momentum": "beta1", "dampening": "", "nesterov": ""} for kind in _ADAM},
    "sgd": {"beta1": "momentum", "beta2": "", "eps": ""},
}
"""By optimizer, fields that it does not have, and what they are called there."""


def _section(subject: Subject, name: str) -> Mapping[str, Any]:
    section = subject.written.get(name)
    return section if isinstance(section, Mapping) else {}


def _overwritten(subject: Subject) -> Iterator[Hit]:
    for field, given in _section(subject, "optimizer").items():
        curves = [c for c in subject.curves.values() if c.field == field]
        if not curves or isinstance(given, bool) or not isinstance(given, int | float):
            continue
        # A peak that the run does not reach is another rule's.
        if any(curve.least <= given <= curve.top * (1 + 1e-9) for curve in curves):
            continue
        curve = curves[0]
        message = (
            f"optimizer.{field} is {value(given)}, but {curve.name} is "
            f"{value(curve.schedule(0))} at update 0 and never has it"
        )
        path = ("optimizer", field)
        fix = Fix(f"leave out optimizer.{field}", {path: None})
        yield Hit(message, curve.name, 0, path, fix)


def _absent(subject: Subject) -> Iterator[Hit]:
    kind = subject.optimizer.kind
    absent = _ABSENT.get(kind, {})
    for curve in subject.curves.values():
        if curve.field in absent:
            other = absent[curve.field]
            named = f"; there it is called {other}" if other else ""
            message = f"{kind} has no {curve.field} to set at update 0{named}"
            yield Hit(message, curve.name, 0)


def _unused(subject: Subject) -> Iterator[Hit]:
    used = {curve.group for curve in subject.curves.values()}
    for group, patterns in _section(subject, "groups").items():
        if group not in used:
            size = count(len(patterns) if isinstance(patterns, list) else 1, "pattern")
            message = f"no schedule names the group {group}, of {size}"
            yield Hit(message, "", None, ("groups", group))


def _left_out(subject: Subject) -> Iterator[Hit]:
    groups = {*_section(subject, "groups"), "default"}
    if groups == {"default"}:
        return
    fields = {curve.field for curve in subject.curves.values() if curve.group}
    for field in sorted(fields):
        named = {c.group for c in subject.curves.values() if c.field == field}
        missing = sorted(groups - named)
        if not missing or "" in named:
            continue
        given = subject.optimizer.values.get(field)
        instead = f"{value(given)} of the optimizer" if given is not None else "nothing"
        message = (
            f"{field} has a schedule for {listed(sorted(named))}, but from update 0 on "
            f"{instead} for {listed(missing)}"
        )
        severity: Severity | None = "warning" if field == "lr" else None
        yield Hit(message, f"{field}.{sorted(named)[0]}", 0, severity=severity)


def _alike(subject: Subject) -> Iterator[Hit]:
    fields: dict[str, list[str]] = {}
    for name in subject.schedules:
        field, _, group = name.partition(".")
        if group:
            fields.setdefault(field, []).append(name)
    for field, names in fields.items():
        first = subject.schedules[names[0]]
        if len(names) < 2 or any(subject.schedules[n] != first for n in names):
            continue
        written, fix = written_at(subject, names[0]), None
        used = {c.group for c in subject.curves.values() if c.field != field}
        # A group that nobody names any more would be the next finding.
        if {name.partition(".")[2] for name in names} <= used | {"default"} and written:
            edits: dict[Path, Any] = {("schedules", field): written}
            fix = Fix(f"write schedules.{field} once, for all groups", edits)
        message = f"the {len(names)} groups of {field} have one and the same schedule"
        yield Hit(message, names[0], 0, fix=fix)


def _takes_all(subject: Subject) -> Iterator[Hit]:
    plan = subject.plan
    if plan is None or not plan.dataset_size or plan.updates_per_epoch != 1:
        return
    size = plan.samples_per_update
    message = (
        f"update 0 takes all {at(plan.dataset_size)} samples of the data set: an "
        f"update has room for {at(size)}, and the run has {at(plan.updates)}"
    )
    yield Hit(message, "", None, ("plan",))


def _no_rate(subject: Subject) -> Iterator[Hit]:
    optimizer = _section(subject, "optimizer")
    if not optimizer or not subject.schedules or subject.rates:
        return
    given = optimizer.get("lr", optimizer.get("learning_rate"))
    held = (
        f"optimizer.lr = {given} holds"
        if given
        else "the optimizer's own default holds"
    )
    message = f"there is no schedule of lr: {held} from update 0 to the end"
    yield Hit(message, "lr", 0, ("schedules",), severity="note" if given else None)


def _doc(optimizer: str, schedules: str, groups: str = "") -> Example:
    inner = f"groups: {{{groups}}}\n" if groups else ""
    return Example(
        f"plan: {{batch_size: 32, updates: 1000}}\n{inner}optimizer: {{{optimizer}}}\n"
        f"schedules:\n{schedules}"
    )


_LR = "  lr: warmup_cosine(1e-3, warmup=5%)\n"
_NO_DECAY = 'no_decay: ["*.bias"]'

RULES = (
    Rule(
        "LH080",
        "overwritten-setting",
        "a setting of the optimizer that a schedule replaces by another value",
        "warning",
        "A schedule sets its field before each update, so that what the optimizer was "
        "given for it is never used. Two different values in one document mean that "
        "one of them was changed and the other forgotten. Leave the optimizer's out.",
        _overwritten,
        bad=(
            _doc("kind: adamw, beta2: 0.99", f"{_LR}  beta2: 0.95\n"),
            _doc("kind: adamw, weight_decay: 0.05", f"{_LR}  weight_decay: 0.1\n"),
        ),
        good=(_doc("kind: adamw, weight_decay: 0.1", f"{_LR}  weight_decay: 0.1\n"),),
        source="a rate in the optimizer and another in the scheduler's max_lr",
    ),
    Rule(
        "LH081",
        "field-not-of-optimizer",
        "a schedule of a field that the optimizer does not have",
        "error",
        "A binding refuses such a field; other libraries add it to the parameter "
        "group, where no optimizer reads it, and the planned change never happens. "
        "Adam's momentum is called beta1, and SGD has neither betas nor eps.",
        _absent,
        bad=(
            _doc("kind: adamw", f"{_LR}  momentum: 0.9\n"),
            _doc("kind: sgd", f"{_LR}  beta1: 0.9\n"),
        ),
        good=(
            _doc("kind: adamw", f"{_LR}  beta1: 0.9\n"),
            _doc("kind: sgd", f"{_LR}  momentum: 0.9\n"),
        ),
        source="ignite's scheduler of a key that no optimizer reads",
    ),
    Rule(
        "LH082",
        "unused-group",
        "a group of parameters that no schedule names",
        "warning",
        "Parameters are put into a group so that something differs for them. If no "
        "schedule names it, they are trained as all others: biases that should be free "
        "of weight decay get it. Name the group under the field that it is for, or "
        "take it out.",
        _unused,
        bad=(_doc("kind: adamw", f"{_LR}  weight_decay: 0.1\n", _NO_DECAY),),
        good=(
            _doc(
                "kind: adamw",
                f"{_LR}  weight_decay: {{no_decay: 0, default: 0.1}}\n",
                _NO_DECAY,
            ),
        ),
        source="no_decay lists that no optimizer group uses any more",
    ),
    Rule(
        "LH083",
        "group-left-out",
        "a field with schedules for some groups only",
        "note",
        "A group without a schedule keeps what the optimizer has for it, to the end. "
        "For weight decay that is often meant, and is only noted; for the rate it "
        "means that these parameters neither warm up nor decay. Give `default` a "
        "schedule: it holds for every group that is not named.",
        _left_out,
        bad=(
            _doc("kind: adamw", f"{_LR}  weight_decay: {{no_decay: 0}}\n", _NO_DECAY),
        ),
        good=(
            _doc(
                "kind: adamw",
                f"{_LR}  weight_decay: {{no_decay: 0, default: 0.1}}\n",
                _NO_DECAY,
            ),
        ),
        source="parameter groups that a scheduler's list of functions does not reach",
    ),
    Rule(
        "LH084",
        "groups-alike",
        "groups of one field that all have the same schedule",
        "note",
        "Groups that do not differ make a document longer, and are changed one by one "
        "later on, until they differ by mistake. Write the schedule once, for all.",
        _alike,
        bad=(
            _doc(
                "kind: adamw",
                "  lr: {no_decay: 1e-3, default: 1e-3}\n"
                "  weight_decay: {no_decay: 0, default: 0.1}\n",
                _NO_DECAY,
            ),
        ),
        good=(
            _doc(
                "kind: adamw",
                f"{_LR}  weight_decay: {{no_decay: 0, default: 0.1}}\n",
                _NO_DECAY,
            ),
        ),
    ),
    Rule(
        "LH085",
        "update-takes-all",
        "one update that takes the whole data set",
        "warning",
        "Batch, accumulation and processes multiply. If one update takes all samples, "
        "an epoch is one update, most of the batch stays empty, and there is no noise "
        "that would help to generalize. Often accumulation was kept when processes "
        "were added. Lower one of the three.",
        _takes_all,
        bad=(
            Example(
                "plan: {dataset_size: 1000, batch_size: 64, accumulation: 4, "
                "world_size: 8, epochs: 100}\n"
                "schedules:\n  lr: warmup_cosine(1e-3, warmup=5%)\n"
            ),
        ),
        good=(
            Example(
                "plan: {dataset_size: 10000, batch_size: 64, accumulation: 4, "
                "world_size: 8, epochs: 100}\n"
                "schedules:\n  lr: warmup_cosine(1e-3, warmup=5%)\n"
            ),
        ),
        source="accumulation kept from one GPU in a run on eight",
    ),
    Rule(
        "LH086",
        "rate-not-scheduled",
        "a document with an optimizer and no schedule of its rate",
        "warning",
        "The rate is the one hyper-parameter that every run has to plan. Without a "
        "schedule it stays what the optimizer's default is, 1e-3 for Adam, from the "
        "first update to the last. If a constant rate is meant, say so: `lr: 3e-4`.",
        _no_rate,
        bad=(_doc("kind: adamw", "  weight_decay: 0.1\n"),),
        good=(_doc("kind: adamw", "  lr: 3e-4\n  weight_decay: 0.1\n"),),
        source="a scheduler section that the trainer never reads",
    ),
)
