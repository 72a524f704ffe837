"""What the peers of B4 and B5 share: the network's initial weights and the data, in float32 or float64.

The field is f(V; p) = W3 tanh(W2 tanh(W1 (V, p) + b1) + b2) + b3, integrated by RK4 from t = 0 to 1.
"""

WEIGHTS = ("w1", "b1", "w2", "b2", "w3", "b3")


def read(task, dtype="f4"):
    """(weights in the order of WEIGHTS, parameters [batch, 9], targets [steps + 1, batch, 1])."""
    arrays = [task.array(name).astype(dtype) for name in (*WEIGHTS, "parameters", "targets")]
    return arrays[:6], arrays[6], arrays[7][..., None]
