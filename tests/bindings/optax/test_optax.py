"""optax: every rate applied inside jit is the schedule's, also on resume."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")

from lehr import Constant, Linear, Scale, inverse_sqrt, warmup_cosine  # noqa: E402
from lehr.bindings.optax import optax_schedule  # noqa: E402

LR = warmup_cosine(0.5, warmup=3, total=20, floor=0.01)
WD = Linear(0.1, 0.02, 15)
B1 = Linear(0.95, 0.85, 15)
UPDATES = 24


def loss(weight):
    return weight


def applied(optimizer, state, updates):
    """Return each update of a weight whose gradient is 1, and the last state."""

    @jax.jit
    def step(weight, state):
        update, state = optimizer.update(jax.grad(loss)(weight), state, weight)
        return update, state

    seen = []
    for _ in range(updates):
        update, state = step(jax.numpy.float32(0.0), state)
        seen.append(-float(update))
    return seen, state


def saved_and_read(state, file):
    """Return the state, its leaves through a file."""
    leaves, tree = jax.tree.flatten(state)
    np.savez(file, *[np.asarray(leaf) for leaf in leaves])
    stored = np.load(file)
    read = [jax.numpy.asarray(stored[f"arr_{i}"]) for i in range(len(leaves))]
    return jax.tree.unflatten(tree, read)


def planned(schedule, updates=UPDATES):
    return pytest.approx([schedule(t) for t in range(updates)], rel=3e-6, abs=1e-9)


@pytest.mark.parametrize("bare", [True, False])
def test_sgd_applies_the_schedule_through_a_save(tmp_path, bare):
    optimizer = optax.sgd(LR if bare else optax_schedule(LR))
    before, state = applied(optimizer, optimizer.init(0.0), 7)
    state = saved_and_read(state, tmp_path / "state.npz")
    after, _ = applied(optimizer, state, UPDATES - 7)
    assert before + after == planned(LR)


def test_injected_hyperparameters_show_what_was_used(tmp_path):
    optimizer = optax.inject_hyperparams(optax.adamw)(
        learning_rate=LR, weight_decay=WD, b1=B1
    )
    step = jax.jit(optimizer.update)
    weight, state = jax.numpy.float32(1.0), optimizer.init(jax.numpy.float32(1.0))
    seen = {"learning_rate": [], "weight_decay": [], "b1": []}
    for update in range(UPDATES):
        if update == 11:
            state = saved_and_read(state, tmp_path / "state.npz")
        _, state = step(jax.numpy.float32(1.0), state, weight)
        for name, values in seen.items():
            values.append(float(state.hyperparams[name]))
    assert seen["learning_rate"] == planned(LR)
    assert seen["weight_decay"] == planned(WD)
    assert seen["b1"] == planned(B1)


def test_accumulated_gradients_are_one_update():
    optimizer = optax.MultiSteps(optax.sgd(LR), every_k_schedule=2)
    seen, _ = applied(optimizer, optimizer.init(jax.numpy.float32(0.0)), 2 * 6)
    assert seen[::2] == [0.0] * 6
    assert seen[1::2] == planned(LR, 6)


def test_a_schedule_that_outlasts_the_counter_is_refused():
    tokens = Linear(1.0, 0.0, 4 * 10**9)
    with pytest.raises(ValueError, match=r"4_000_000_000 steps.*2_147_483_647.*per_up"):
        optax_schedule(tokens)
    assert optax_schedule(Linear(1.0, 0.0, 2**31 - 1)).steps == 2**31 - 1
    assert optax_schedule(inverse_sqrt(0.1, warmup=10)).steps == float("inf")


def test_a_schedule_of_tokens_is_asked_by_updates():
    tokens = Linear(1.0, 0.0, 4 * 10**9)
    lr = optax_schedule(tokens, per_update=2_000_000)
    assert lr.steps == 2_000
    at = jax.jit(lr)(jax.numpy.int32(500))
    assert float(at) == pytest.approx(0.75, rel=1e-6)


def test_at_the_end_of_the_counter_the_last_value_is_held():
    last = jax.numpy.int32(2**31 - 1)
    lr = optax_schedule(Scale(LR, 2.0))
    assert float(jax.jit(lr)(last)) == pytest.approx(0.02, rel=1e-6)


@pytest.mark.parametrize(
    ("schedule", "options", "error"),
    [
        (0.1, {}, TypeError),
        (Constant(0.1), {"per_update": 0}, ValueError),
    ],
)
def test_refuses(schedule, options, error):
    with pytest.raises(error):
        optax_schedule(schedule, **options)
