"""B1 with diffrax: all membranes in one vmap, Tsit5, step control, steps clipped at the stimulus edges."""

import diffrax as dx
import jax
import jax.numpy as jnp
import numpy as np
from leak_pump import affine
from protocol import Task

jax.config.update("jax_enable_x64", True)
task = Task()
parameters, times = jnp.asarray(task.array("parameters")), jnp.asarray(task.array("times"))
on, off = task["step_ms"]


def dv_dt(t, v, membrane):
    conductance, source = membrane
    return source - conductance * v + jnp.where((t >= on) & (t < off), task["step_uA_cm2"], 0.0)


def solve(row, rtol):
    control = dx.PIDController(rtol=rtol, atol=1e-2 * rtol)
    return dx.diffeqsolve(
        dx.ODETerm(dv_dt), dx.Tsit5(), 0.0, times[-1], 0.1, task["v_start"],
        args=affine(row, task.settings, jnp), saveat=dx.SaveAt(ts=times), max_steps=20_000,
        stepsize_controller=dx.ClipStepSizeController(control, jump_ts=jnp.array([on, off])),
    ).ys


ensemble = jax.jit(jax.vmap(solve, in_axes=(0, None)))
for rtol in task["rtols"]:
    work = lambda: np.asarray(ensemble(parameters, rtol))
    task.measure(work, len(parameters), lambda v: {"v": v}, rtol=rtol)
task.reply("jax", "diffrax")
