"""B3 with diffrax: the stiff Kvaerno5, compiled."""

import diffrax as dx
import jax
import jax.numpy as jnp
import numpy as np
from protocol import Task
from pump_leak import field

jax.config.update("jax_enable_x64", True)
task = Task()
times, start = jnp.asarray(task.array("times")), jnp.asarray(task.array("start"))


def dy_dt(t, y, _):
    return jnp.stack(field(y, task.settings, jnp.log))


@jax.jit
def solve(start, rtol):
    return dx.diffeqsolve(
        dx.ODETerm(dy_dt), dx.Kvaerno5(), 0.0, times[-1], 1e-3, start, saveat=dx.SaveAt(ts=times),
        stepsize_controller=dx.PIDController(rtol=rtol, atol=1e-2 * rtol), max_steps=100_000,
    ).ys


task.sweep(lambda rtol: task.measure(lambda: np.asarray(solve(start, rtol)), 1, lambda y: {"y": y}, rtol=rtol))
task.reply("jax", "diffrax")
