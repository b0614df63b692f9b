"""What an optimizer's groups hold, step by step."""

import json


def rates(optimizer, field="lr"):
    if field == "beta1":
        return [group["betas"][0] for group in optimizer.param_groups]
    return [float(group[field]) for group in optimizer.param_groups]


def used(optimizer, scheduler, steps, step=None):
    """Return the rates of each step, the scheduler being stepped after each."""
    found = []
    for number in range(steps):
        found.append(rates(optimizer))
        optimizer.step()
        if step is None:
            scheduler.step()
        else:
            step(scheduler, number + 1)
    return found


def resumed(make, build, state):
    """Return a fresh optimizer and scheduler that went to a saved state."""
    optimizer = make()
    scheduler = build(optimizer)
    scheduler.load_state_dict(json.loads(json.dumps(state, allow_nan=False)))
    return optimizer, scheduler
