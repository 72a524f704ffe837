"""B4 and B5 with JAX; variants: `diffrax_train`, `diffrax_predict`, `scan_train`, `scan_predict`, `reference`.

`diffrax` is diffeqsolve with a classical RK4 tableau on the fixed grid, `scan` the same method written out by
hand in lax.scan. Both are compiled whole, with optax's Adam. The reference is the scan in float64: loss,
gradient and trajectories.
"""

import diffrax as dx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from network import read
from protocol import Task
from rk4 import Rk4

task = Task()
is_reference = task.variant == "reference"
jax.config.update("jax_enable_x64", is_reference)
weights, parameters, targets = read(task, "f8" if is_reference else "f4")
parameters, targets = jnp.asarray(parameters), jnp.asarray(targets)
steps = len(targets) - 1
times = jnp.linspace(0, 1, steps + 1)
library, job = ("scan", "reference") if is_reference else task.variant.split("_")


def field(weights, v):
    w1, b1, w2, b2, w3, b3 = weights
    hidden = jnp.tanh(jnp.concatenate([v, parameters], -1) @ w1.T + b1)
    return jnp.tanh(hidden @ w2.T + b2) @ w3.T + b3


def by_diffrax(weights):
    return dx.diffeqsolve(
        dx.ODETerm(lambda t, v, _: field(weights, v)), Rk4(), 0.0, 1.0, None, targets[0],
        saveat=dx.SaveAt(ts=times), stepsize_controller=dx.StepTo(times), max_steps=steps + 2,
    ).ys


def by_scan(weights):
    h = 1.0 / steps

    def step(v, _):
        a = field(weights, v)
        b = field(weights, v + 0.5 * h * a)
        c = field(weights, v + 0.5 * h * b)
        d = field(weights, v + h * c)
        v = v + h * (a + 2 * b + 2 * c + d) / 6
        return v, v

    tail = jax.lax.scan(step, targets[0], None, length=steps)[1]
    return jnp.concatenate([targets[:1], tail])


predict = {"diffrax": by_diffrax, "scan": by_scan}[library]
loss_and_gradient = jax.value_and_grad(lambda weights: ((predict(weights) - targets) ** 2).mean())
optimiser = optax.adam(1e-3)
weights = [jnp.asarray(w) for w in weights]


@jax.jit
def train(weights, state):
    loss, gradient = loss_and_gradient(weights)
    updates, state = optimiser.update(gradient, state)
    return optax.apply_updates(weights, updates), state, loss


def check(_):
    loss, gradient = jax.jit(loss_and_gradient)(weights)
    return {"loss": [loss], "gradient": np.concatenate([np.ravel(g) for g in gradient])}


if is_reference:
    task.record([0.0], 1, {**check(None), "v": jax.jit(predict)(weights)[..., 0]})
elif job == "train":
    state = optimiser.init(weights)
    task.measure(lambda: jax.block_until_ready(train(weights, state)), 1, check)
else:
    compiled = jax.jit(predict)
    task.measure(lambda: np.asarray(compiled(weights)), 1, lambda v: {"v": v[..., 0]})
task.reply("jax", "diffrax", "optax")
