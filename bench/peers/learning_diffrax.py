"""B6 with diffrax, equinox and optax: RK4 through whole trajectories, Adam, clipping, all compiled."""

import diffrax as dx
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from learning import BATCH, CLIP, HIDDEN, LEARNING_RATE, TEST, TRAIN, Data, Progress
from protocol import Task
from rk4 import Rk4

task = Task()
data = Data(task)
parameters, amplitude = jnp.asarray(data.parameters), jnp.asarray(data.amplitude)
targets, is_on = jnp.asarray(data.targets), jnp.asarray(data.is_on)
grid = jnp.asarray(data.h * np.arange(data.n_steps + 1), "f4")
stride = round(data.n_steps / (len(data.outputs_ms) - 1))
# Rates of order one per network time of 10 ms.
PER_MS = 0.1

network = eqx.nn.MLP(
    2 + parameters.shape[1], 1, HIDDEN, 2, activation=jnp.tanh, key=jax.random.PRNGKey(0)
)
optimiser = optax.chain(optax.clip_by_global_norm(CLIP), optax.adam(LEARNING_RATE))


def solve(network, rows):
    own, current = parameters[rows], amplitude[rows][:, None]

    def field(t, v, _):
        step = jnp.clip((t / data.h + 1e-3).astype(int), 0, data.n_steps - 1)
        return PER_MS * jax.vmap(network)(jnp.concatenate([v, current * is_on[step], own], -1))

    return dx.diffeqsolve(
        dx.ODETerm(field), Rk4(), 0.0, grid[-1], None, targets[rows, :1], max_steps=data.n_steps + 2,
        saveat=dx.SaveAt(ts=grid[::stride]), stepsize_controller=dx.StepTo(grid),
    ).ys[..., 0].T


@eqx.filter_jit
def step(network, state, rows):
    loss = lambda network: ((solve(network, rows) - targets[rows]) ** 2).mean()
    gradient = eqx.filter_grad(loss)(network)
    updates, state = optimiser.update(gradient, state)
    return eqx.apply_updates(network, updates), state


predict = eqx.filter_jit(solve)
random = np.random.default_rng(0)


def epoch(network, state):
    order = random.permutation(TRAIN.stop)
    for first in range(0, TRAIN.stop, BATCH):
        network, state = step(network, state, jnp.asarray(order[first : first + BATCH]))
    return jax.block_until_ready((network, state))


progress = Progress(task, data)
state = optimiser.init(eqx.filter(network, eqx.is_array))
test_rows = jnp.arange(TEST.start, TEST.stop)
step(network, state, jnp.arange(BATCH))  # compiles, outside of the time
while progress.go_on():
    network, state = progress.timed(lambda: epoch(network, state))
    progress.test(np.asarray(predict(network, test_rows)))
progress.reply("jax", "diffrax", "equinox", "optax")
