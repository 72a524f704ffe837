"""B8 with Jaxley: its own HH channel in one compartment, reverse mode, fixed steps of the variant's length in ms.

Jaxley steps the voltage by implicit Euler and the gates by exponential Euler: first order.
"""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

import jaxley  # noqa: E402  (it reads the precision when it is imported)
from fit_problem import outputs, read  # noqa: E402
from jaxley.channels import HH  # noqa: E402
from protocol import Task  # noqa: E402

task = Task()
parameters, gates, times, target = read(task)
dt = float(task.variant)
every = round((times[1] - times[0]) / dt)
steps = round(times[-1] / dt)
KEYS = ("HH_gNa", "HH_gK", "HH_gLeak", "HH_eNa", "HH_eK", "HH_eLeak", "capacitance")
SCALES = (1e-3, 1e-3, 1e-3, 1.0, 1.0, 1.0, 1.0)

compartment = jaxley.Compartment()
compartment.insert(HH())
compartment.set("radius", 10.0)
compartment.set("length", 10.0)
# nA for a current density in uA/cm2: the lateral area is 2 pi 10 um 10 um.
NANOAMPERE = 2 * np.pi * 10.0 * 10.0 * 1e-8 * 1e3
for name, value in zip("mhn", gates):
    compartment.set(f"HH_{name}", value)
for key in (*KEYS, "v"):
    compartment.make_trainable(key, verbose=False)
compartment.record(verbose=False)
before_switch = jnp.arange(steps) * dt < task["switch_ms"]


def loss(p):
    own = [{key: p[i : i + 1] * scale} for i, (key, scale) in enumerate(zip(KEYS, SCALES))]
    current = NANOAMPERE * jnp.where(before_switch, p[7], p[8])
    stimulus = compartment.data_stimulate(current)
    v = jaxley.integrate(compartment, params=[*own, {"v": p[9:]}], data_stimuli=stimulus, delta_t=dt)[0]
    return ((v[::every][: len(times)] - target) ** 2).mean()


loss_and_gradient = jax.jit(jax.value_and_grad(loss))
work = lambda: [np.asarray(x) for x in loss_and_gradient(jnp.asarray(parameters))]
task.measure(work, 1, lambda result: outputs(*result))
task.reply("jax", "jaxley")
