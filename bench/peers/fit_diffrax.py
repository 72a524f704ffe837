"""B8 with diffrax, compiled.

Variants: `reverse` (Tsit5, the default checkpointed reverse mode), `forward` (Tsit5 in forward mode),
`reference` (Dopri8 at a tolerance far below theirs, in forward mode).
"""

import diffrax as dx
import jax
import jax.numpy as jnp
import numpy as np
from fit_problem import outputs, read
from hodgkin_huxley import field
from protocol import Task

jax.config.update("jax_enable_x64", True)
task = Task()
parameters, gates, times, target = map(jnp.asarray, read(task))
switch = task["switch_ms"]
is_reference = task.variant == "reference"
solver = dx.Dopri8() if is_reference else dx.Tsit5()
adjoint = dx.RecursiveCheckpointAdjoint() if task.variant == "reverse" else dx.ForwardMode()


def x_over_expm1(x):
    safe = jnp.where(jnp.abs(x) > 1e-6, x, 1.0)
    return jnp.where(jnp.abs(x) > 1e-6, safe / jnp.expm1(safe), 1 - x / 2)


def dy_dt(t, y, p):
    return jnp.stack(field(y, p[:7], jnp.where(t < switch, p[7], p[8]), jnp.exp, x_over_expm1))


def loss(p, rtol):
    control = dx.PIDController(rtol=rtol, atol=1e-2 * rtol)
    v = dx.diffeqsolve(
        dx.ODETerm(dy_dt), solver, 0.0, times[-1], 0.01, jnp.concatenate([p[9:], gates]), args=p,
        saveat=dx.SaveAt(ts=times), max_steps=8192, adjoint=adjoint,
        stepsize_controller=dx.ClipStepSizeController(control, jump_ts=jnp.array([switch])),
    ).ys[:, 0]
    return ((v - target) ** 2).mean()


if task.variant == "reverse":
    loss_and_gradient = jax.jit(jax.value_and_grad(loss))
else:

    @jax.jit
    def loss_and_gradient(p, rtol):
        value, derivative = jax.linearize(lambda p: loss(p, rtol), p)
        return value, jax.vmap(derivative)(jnp.eye(len(p)))


if is_reference:
    task.record([0.0], 1, outputs(*loss_and_gradient(parameters, 1e-12)))
else:
    for rtol in task["rtols"]:
        work = lambda: [np.asarray(x) for x in loss_and_gradient(parameters, rtol)]
        task.measure(work, 1, lambda result: outputs(*result), rtol=rtol)
task.reply("jax", "diffrax")
