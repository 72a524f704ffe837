"""B6 with JAX, diffrax and optax; variants: `trajectories` (Adam through RK4 trajectories), `matching` (derivative
matching by L-BFGS first). Compilation is not timed.
"""

import diffrax as dx
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from b6_learning import H, RATE, Learning
from protocol import Task
from rk4 import Rk4

task = Task()
learning = Learning(task)
parameters, amplitude, grid, driven = map(
    jnp.asarray, (learning.parameters, learning.amplitude, learning.grid, learning.driven)
)
net = eqx.nn.MLP(11, 1, 64, 2, activation=jnp.tanh, key=jax.random.PRNGKey(0))
weights, static = eqx.partition(net, eqx.is_array)
spacing = round(task["stride"] * task["interval_ms"] / H)
steps = jnp.arange(spacing * (grid.shape[1] - 1) + 1) * H


def f(weights, x):
    return jax.vmap(eqx.combine(weights, static))(x)


def solve(weights, samples):
    fixed, step = parameters[samples], amplitude[samples][:, None]

    def field(t, v, _):
        k = jnp.clip((t / H + 1e-3).astype(int), 0, learning.n_steps - 1)
        return f(weights, jnp.concatenate([v, step * driven[k], fixed], -1)) * RATE

    return dx.diffeqsolve(
        dx.ODETerm(field), Rk4(), steps[0], steps[-1], None, grid[samples, :1],
        saveat=dx.SaveAt(ts=steps[::spacing]), stepsize_controller=dx.StepTo(steps), max_steps=len(steps) + 2,
    ).ys[..., 0].T


predict = jax.jit(lambda weights: solve(weights, jnp.asarray(learning.test)))


def matching(weights):
    x, slope = map(jnp.asarray, learning.points())
    loss = lambda weights: ((f(weights, x) - slope) ** 2).mean()
    optimiser = optax.lbfgs(memory_size=20)
    value_and_gradient = optax.value_and_grad_from_state(loss)

    @jax.jit
    def fifty(weights, state):
        def step(carry, _):
            weights, state = carry
            value, gradient = value_and_gradient(weights, state=state)
            update, state = optimiser.update(gradient, state, weights, value=value, grad=gradient, value_fn=loss)
            return (optax.apply_updates(weights, update), state), None

        return jax.lax.scan(step, (weights, state), length=50)[0]

    state = optimiser.init(weights)
    jax.block_until_ready(fifty(weights, state))
    for _ in range(40):
        weights, state = learning.train(lambda: jax.block_until_ready(fifty(weights, state)))
        if learning.measure(predict(weights)):
            return weights, True
    return weights, False


def trajectories(weights, rate):
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate))
    loss = lambda weights, samples: ((solve(weights, samples) - grid[samples]) ** 2).mean()

    @jax.jit
    def update(weights, state, samples):
        changes, state = optimiser.update(jax.grad(loss)(weights, samples), state)
        return optax.apply_updates(weights, changes), state

    random = np.random.default_rng(1)
    state = optimiser.init(weights)
    jax.block_until_ready(update(weights, state, jnp.arange(100)))

    def epoch(weights, state):
        for samples in random.permutation(learning.n_train).reshape(-1, 100):
            weights, state = update(weights, state, jnp.asarray(samples))
        return jax.block_until_ready((weights, state))

    while True:
        weights, state = learning.train(lambda: epoch(weights, state))
        if learning.measure(predict(weights)):
            return


if task.variant == "trajectories":
    trajectories(weights, 3e-3)
else:
    weights, done = matching(weights)
    if not done:
        trajectories(weights, 3e-4)
task.reply("jax", "diffrax", "equinox", "optax")
