"""What the peers of B8 share: the mean squared distance of V(t) from a measured trace, and its ten parameters.

Parameters: g_Na, g_K, g_L, E_Na, E_K, E_L, C as in `hodgkin_huxley.py`, the current before and after the
switch (uA/cm2), and V at time 0 (gates at time 0 are given). The peers are asked for loss and gradient.
"""

import numpy as np


def read(task):
    """(parameters, gates at time 0, output times, target V)."""
    return (task.array(name) for name in ("parameters", "gates", "times", "target"))


def outputs(loss, gradient):
    """The arrays to check."""
    return {"loss": [float(loss)], "gradient": np.asarray(gradient)}
