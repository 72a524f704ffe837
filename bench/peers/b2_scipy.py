"""B2 with SciPy's odeint (LSODA): a Python right-hand side, one membrane after another.

The variant `reference` gives the independent solution that all sides are held against: DOP853 at a tolerance
far below theirs.
"""

import math

import numpy as np
from hodgkin_huxley import field
from protocol import Task
from scipy.integrate import odeint, solve_ivp

task = Task()
parameters = task.array("parameters")[: task["slow_items"]].tolist()
times, start, current = task.array("times"), task.array("start"), task["current_uA_cm2"]


def x_over_expm1(x):
    return x / math.expm1(x) if abs(x) > 1e-6 else 1 - x / 2


def dy_dt(t, y, p):
    return field(y.tolist(), p, current, math.exp, x_over_expm1)


def by_odeint(p, rtol):
    return odeint(dy_dt, start, times, args=(p,), tfirst=True, rtol=rtol, atol=1e-2 * rtol)[:, 0]


def by_dop853(p, rtol):
    options = {"method": "DOP853", "t_eval": times, "rtol": rtol, "atol": 1e-2 * rtol}
    return solve_ivp(dy_dt, (0.0, times[-1]), start, args=(p,), **options).y[0]


if task.variant == "reference":
    task.record([0.0], len(parameters), {"v": np.array([by_dop853(p, 1e-12) for p in parameters])})
else:
    for rtol in task["rtols"]:
        work = lambda: np.array([by_odeint(p, rtol) for p in parameters])
        task.measure(work, len(parameters), lambda v: {"v": v}, rtol=rtol)
task.reply("scipy")
