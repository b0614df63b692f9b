"""Gradient descent on a bowl: the largest stable rate is known in closed form."""

import random


def descent(curvature, *, at=1.0, noise=0.0, seed=0):
    """Return step(rate) -> loss of curvature / 2 x^2; it is stable below 2 / curvature.

    An update multiplies x by 1 - rate curvature, whose size is below 1 for just those
    rates; noise of the gradient moves none of this.
    """
    place, draw = [at], random.Random(seed)

    def step(rate):
        loss = 0.5 * curvature * place[0] ** 2
        gradient = curvature * place[0] + noise * draw.gauss(0.0, 1.0)
        place[0] -= rate * gradient
        return loss

    return step


def valley_shaped(*, turn=0.1, noise=0.0, seed=0, per_update=0.9):
    """Return step(rate) of a loss that goes from 2 to 1, and up again past `turn`.

    What it does at a rate is told by the next call, as a training step does it.
    """
    loss, draw = [2.0], random.Random(seed)

    def step(rate):
        told = loss[0] + noise * draw.gauss(0.0, 1.0)
        share = min(rate / turn, 1.0)
        loss[0] += (1.0 - loss[0]) * (1 - per_update) * share
        if rate > turn:
            loss[0] *= 1.0 + 0.3 * (rate / turn - 1.0)
        return told

    return step
