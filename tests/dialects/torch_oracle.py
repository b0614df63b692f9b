"""torch's own schedulers, stepped on an optimizer: what the dialect is held to."""

import torch
from torch.optim import lr_scheduler

from lehr.dialects import Named
from lehr.dialects.torch import SCHEDULERS

BASES = (0.1, 3e-4, 1.7)
DIALECTS = {dialect.name: dialect for dialect in SCHEDULERS}


def of(name, **arguments):
    return Named(DIALECTS[name], arguments)


def optimizer_with(bases=BASES, kind=torch.optim.SGD, **options):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": b} for b in bases]
    if kind is torch.optim.SGD:
        options.setdefault("momentum", 0.5)
    return kind(groups, lr=1.0, **options)


def build(optimizer, child):
    arguments = dict(child.arguments)
    if "schedulers" in arguments:
        children = [build(optimizer, inner) for inner in arguments.pop("schedulers")]
        kind = getattr(lr_scheduler, child.dialect.name)
        if kind is lr_scheduler.ChainedScheduler:
            return kind(children, optimizer=optimizer)
        return kind(optimizer, children, **arguments)
    return getattr(lr_scheduler, child.dialect.name)(optimizer, **arguments)


def played(child, steps, bases=BASES, field="lr", **options):
    """Return, per group, the field's values after 0 to `steps` calls of step()."""
    optimizer = optimizer_with(bases, **options)
    theirs = build(optimizer, child)
    optimizer.step()  # once: torch warns of a scheduler that is stepped before
    rows = []
    for n in range(steps + 1):
        if n:
            theirs.step()
        rows.append([group[field] for group in optimizer.param_groups])
    return list(zip(*rows, strict=True))


def check(child, steps=200, bases=BASES, rel=1e-12):
    """Hold a curve to torch, at each step.

    torch computes most values from the one before, so that the rounding of all steps
    adds up, and near a value of 0 the quotient of two small numbers shows it at its
    largest. Hence the error is measured against the largest value of the curve.
    """
    for base, theirs in zip(bases, played(child, steps, bases), strict=True):
        ours = child.curve(base)
        scale = max(map(abs, theirs))
        for n, value in enumerate(theirs):
            error = abs(ours(n) - value)
            assert error <= rel * scale, (child, base, n, ours(n), value)
