"""B1 with numba: a compiled RK4 loop; the substeps of each output step are chosen for the task's accuracy."""

import numba
import numpy as np
from leak_pump import affine
from protocol import Task

task = Task()
parameters, times = task.array("parameters"), task.array("times")
(on, off), step = task["step_ms"], task["step_uA_cm2"]
v_start, substeps = task["v_start"], int(task.variant)


@numba.njit(fastmath=True)
def dv_dt(v, g, s):
    return s - g * v


@numba.njit(fastmath=True)
def rk4(conductance, source, times):
    out = np.empty((conductance.size, times.size))
    h = (times[1] - times[0]) / substeps
    for i in range(conductance.size):
        g, v = conductance[i], v_start
        for k in range(times.size):
            out[i, k] = v
            # Outputs fall on the edges of the step, so that no substep straddles one.
            s = source[i] + (step if on <= times[k] < off else 0.0)
            for _ in range(substeps):
                a = dv_dt(v, g, s)
                b = dv_dt(v + 0.5 * h * a, g, s)
                c = dv_dt(v + 0.5 * h * b, g, s)
                d = dv_dt(v + h * c, g, s)
                v += h * (a + 2 * b + 2 * c + d) / 6
    return out


task.measure(lambda: rk4(*affine(parameters, task.settings, np), times), len(parameters), lambda v: {"v": v})
task.reply("numba")
