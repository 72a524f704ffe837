"""B2 with diffrax: all membranes in one vmap; the variant names the solver."""

import diffrax as dx
import jax
import jax.numpy as jnp
import numpy as np
from hodgkin_huxley import field
from protocol import Task

jax.config.update("jax_enable_x64", True)
task = Task()
parameters = jnp.asarray(task.array("parameters"))
times, start, current = jnp.asarray(task.array("times")), jnp.asarray(task.array("start")), task["current_uA_cm2"]
solver = getattr(dx, task.variant)()


def x_over_expm1(x):
    safe = jnp.where(jnp.abs(x) > 1e-6, x, 1.0)
    return jnp.where(jnp.abs(x) > 1e-6, safe / jnp.expm1(safe), 1 - x / 2)


def dy_dt(t, y, p):
    return jnp.stack(field(y, p, current, jnp.exp, x_over_expm1))


def solve(p, rtol):
    return dx.diffeqsolve(
        dx.ODETerm(dy_dt), solver, 0.0, times[-1], 0.01, start, args=p, saveat=dx.SaveAt(ts=times),
        stepsize_controller=dx.PIDController(rtol=rtol, atol=1e-2 * rtol), max_steps=100_000,
    ).ys[:, 0]


ensemble = jax.jit(jax.vmap(solve, in_axes=(0, None)))


def run(rtol):
    task.measure(lambda: np.asarray(ensemble(parameters, rtol)), len(parameters), lambda v: {"v": v}, rtol=rtol)


task.sweep(run)
task.reply("jax", "diffrax")
