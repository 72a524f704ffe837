"""What the peers of B6 share: the data as a network sees it, and who reached which milestone when.

The field is dv/dt = 0.1 f(v, stimulus, parameters) with v = (V + 70 mV)/20 mV, time in ms, parameters centred on their
ranges and divided by their spread. Trajectories go by RK4 with steps of 2.5 ms; the loss is taken every 5 ms.
"""

import time

import numpy as np

RATE = 0.1
SHIFT, SCALE = -70.0, 20.0
H = 2.5


class Learning:
    """The data, and the clock."""

    def __init__(self, task):
        self.task = task
        low, high = task.array("ranges")
        spread = (high - low) / np.sqrt(12)
        self.parameters = ((task.array("parameters") - (low + high) / 2) / spread).astype("f4")
        amplitude = task.array("steps")
        self.amplitude = (amplitude / 0.5).astype("f4")
        n_train, n_choose, n_test = task["samples"]
        self.n_train, self.test = n_train, np.arange(n_train + n_choose, n_train + n_choose + n_test)
        self.v = ((task.array("v") - SHIFT) / SCALE).astype("f4")
        self.grid = self.v[:, :: task["stride"]]
        on, off = task["step_ms"]
        self.n_steps = round(self.grid.shape[1] * task["stride"] * task["interval_ms"] / H)
        starts = H * np.arange(self.n_steps)
        self.driven = ((on <= starts) & (starts < off)).astype("f4")
        self.elapsed, self.first = 0.0, None
        self.left = list(task["milestones"])

    def points(self):
        """Derivative matching: (network inputs [n, 11], 10 dv/dt [n, 1]) from single recording intervals of the training
        samples, dense where the voltage moves."""
        dt = self.task["interval_ms"]
        on, off = (round(t / dt) for t in self.task["step_ms"])
        after = np.array([0, 2, 4, 8, 16, 40, 100])
        k = np.concatenate([start + after for start in (0, on, off)])
        v = self.v[: self.n_train].astype("f8")
        slope = (v[:, k + 1] - v[:, k]) / dt / RATE
        middle = (v[:, k + 1] + v[:, k]) / 2
        current = np.where((on <= k) & (k < off), self.amplitude[: self.n_train, None], 0)
        fixed = np.repeat(self.parameters[: self.n_train], len(k), axis=0)
        x = np.column_stack([middle.ravel(), current.ravel(), fixed])
        return x.astype("f4"), slope.reshape(-1, 1).astype("f4")

    def train(self, work):
        """Runs and times a piece of training."""
        start = time.perf_counter()
        result = work()
        self.elapsed += time.perf_counter() - start
        return result

    def measure(self, predicted):
        """Notes the milestones that `predicted` [test samples, times], in units of v, reaches. True when it is time to
        stop."""
        error = (np.asarray(predicted, "f8") - self.grid[self.test]) * SCALE
        rmse = float(np.sqrt((error**2).mean()))
        while self.left and rmse < self.left[0]:
            v = SHIFT + SCALE * np.asarray(predicted, "f8")
            self.task.record([self.elapsed], 1, {"v": v}, rtol=self.left.pop(0))
            self.first = self.first or self.elapsed
        limit = self.task["limit_s"]
        return not self.left or self.elapsed > min(limit, 2 * self.first if self.first else limit)
