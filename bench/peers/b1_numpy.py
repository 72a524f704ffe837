"""B1, the exact solution written out by hand in vectorised NumPy: what an expert types for this one model.

The leak-and-pump membrane is affine in V, so every smooth segment is an exponential. No solver, and no use for
any other membrane; it stands in the table as the bar that a general program is held against.
"""

import numpy as np
from leak_pump import affine
from protocol import Task

task = Task()
parameters, times = task.array("parameters"), task.array("times")
on, off = task["step_ms"]
before, during, after = times < on, (times >= on) & (times < off), times >= off


def work():
    conductance, source = affine(parameters, task.settings, np)

    def relax(v, target, ms):
        return target + (v - target) * np.exp(-conductance[:, None] * ms)

    rest = (source / conductance)[:, None]
    driven = ((source + task["step_uA_cm2"]) / conductance)[:, None]
    v_on = relax(task["v_start"], rest, on)
    v_off = relax(v_on, driven, off - on)
    v = np.empty((len(conductance), len(times)))
    v[:, before] = relax(task["v_start"], rest, times[before])
    v[:, during] = relax(v_on, driven, times[during] - on)
    v[:, after] = relax(v_off, rest, times[after] - off)
    return v


task.measure(work, len(parameters), lambda v: {"v": v})
task.reply("numpy")
