"""optax: schedules for the rate and the weight decay, inside one compiled step."""

import jax
import jax.numpy as jnp
import optax

from lehr import Linear, warmup_cosine
from lehr.bindings.optax import optax_schedule

LR = warmup_cosine(0.1, warmup=10, total=100)
optimizer = optax.inject_hyperparams(optax.adamw)(
    learning_rate=optax_schedule(LR),
    weight_decay=optax_schedule(Linear(0.1, 0.0, 100)),
)
x = jax.random.normal(jax.random.key(0), (256, 3))
y = x @ jnp.array([1.0, -2.0, 0.5])


@jax.jit
def update(weights, state):
    loss, slope = jax.value_and_grad(lambda w: jnp.mean((x @ w - y) ** 2))(weights)
    changes, state = optimizer.update(slope, state, weights)
    return optax.apply_updates(weights, changes), state, loss


weights = jnp.zeros(3)
state = optimizer.init(weights)  # its counters are all that a resume needs
for t in range(100):
    weights, state, loss = update(weights, state)
    used = float(state.hyperparams["learning_rate"])
    if abs(used - LR(t)) > 1e-7:
        raise SystemExit(f"update {t} used {used}, not {LR(t)}")
    if t % 25 == 0:
        print(f"update {t:3}  rate {used:.4f}  loss {float(loss):.5f}")
print(f"weights {weights.round(2).tolist()}")
