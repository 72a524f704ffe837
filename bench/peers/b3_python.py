"""B3 with compiled solvers that call a Python right-hand side: SciPy's LSODA, SUNDIALS' CVODE.

The variant `reference` gives the independent solution that all sides are held against: Radau IIA at a
tolerance far below theirs.
"""

import math

import numpy as np
from protocol import Task
from pump_leak import field
from scipy.integrate import solve_ivp

task = Task()
times, start = task.array("times"), task.array("start")


def dy_dt(t, y):
    return field(y.tolist(), task.settings, math.log)


def by_scipy(method, rtol):
    options = {"method": method, "t_eval": times, "rtol": rtol, "atol": 1e-2 * rtol}
    return solve_ivp(dy_dt, (0.0, times[-1]), start, **options).y.T


def cvode(rtol):
    import sksundae

    def in_place(t, y, yp):
        yp[:] = dy_dt(t, y)

    solver = sksundae.cvode.CVODE(in_place, rtol=rtol, atol=1e-2 * rtol, method="BDF")
    return lambda: solver.solve(times, start).y


if task.variant == "reference":
    task.record([0.0], 1, {"y": by_scipy("Radau", 1e-12)})
else:
    for rtol in task["rtols"]:
        work = cvode(rtol) if task.variant == "cvode" else lambda: by_scipy(task.variant, rtol)
        task.measure(work, 1, lambda y: {"y": y}, rtol=rtol)
task.reply("scipy", "scikit-sundae")
