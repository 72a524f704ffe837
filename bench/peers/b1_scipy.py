"""B1 with SciPy: a Python right-hand side, one membrane after another.

Variants: `odeint` and `solve_ivp` with the right-hand side as one writes it down, every current from the
parameters at every call; `odeint_hoisted` with all that stays constant computed once for each membrane.
"""

import math

import numpy as np
from leak_pump import affine
from protocol import Task
from scipy.integrate import odeint, solve_ivp

task = Task()
parameters = task.array("parameters")[: task["slow_items"]]
times, (on, off), step = task.array("times"), task["step_ms"], task["step_uA_cm2"]
rt_f, i_max, k_na, k_k = (task[k] for k in ("rt_over_f", "pump_i_max", "pump_k_na", "pump_k_k"))


def currents(t, v, g_k, g_na, g_cl, k_o, na_o, cl_o, k_i, na_i, cl_i):
    e_k, e_na, e_cl = rt_f * math.log(k_o / k_i), rt_f * math.log(na_o / na_i), rt_f * math.log(cl_i / cl_o)
    i_pump = i_max * na_i / (na_i + k_na) * k_o / (k_o + k_k)
    i_app = step if on <= t < off else 0.0
    return i_app - i_pump - g_k * (v - e_k) - g_na * (v - e_na) - g_cl * (v - e_cl)


def hoisted(t, v, conductance, source):
    return source - conductance * v + (step if on <= t < off else 0.0)


def by_odeint(dv_dt, args):
    return odeint(dv_dt, task["v_start"], times, args=args, tfirst=True, tcrit=[on, off])[:, 0]


def by_solve_ivp(dv_dt, args):
    # Without a bound on the step LSODA passes over the stimulus.
    options = {"method": "LSODA", "t_eval": times, "max_step": 50.0, "rtol": 1e-8, "atol": 1e-8}
    return solve_ivp(dv_dt, (0.0, times[-1]), [task["v_start"]], args=args, **options).y[0]


def work():
    if task.variant == "odeint_hoisted":
        return np.array([by_odeint(hoisted, affine(row, task.settings, np)) for row in parameters])
    solve = {"odeint": by_odeint, "solve_ivp": by_solve_ivp}[task.variant]
    return np.array([solve(currents, tuple(row)) for row in parameters.tolist()])


task.measure(work, len(parameters), lambda v: {"v": v})
task.reply("scipy")
