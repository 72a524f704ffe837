"""What the peers of B6 share: the data in network units, the split, and the record of progress.

V is learned as (V - V_MEAN)/V_SCALE from standardised parameters; the stimulus enters as current(t)/amplitude
scale. The test error is taken on the test split every `every` samples of the traces, in mV.
"""

import time

import numpy as np

V_MEAN, V_SCALE = -70.0, 20.0
TRAIN, TEST = slice(0, 700), slice(850, 1000)
HIDDEN, BATCH, LEARNING_RATE, CLIP = 64, 100, 3e-3, 1.0


class Data:
    """The dataset of the task as float32 in network units."""

    def __init__(self, task):
        parameters, amplitude = task.array("parameters"), task.array("amplitude")
        self.times = task.array("times")
        self.step_ms = task["step_ms"]
        self.parameters = ((parameters - parameters.mean(0)) / parameters.std(0)).astype("f4")
        self.amplitude = (amplitude / amplitude.max()).astype("f4")
        self.v = ((task.array("v") - V_MEAN) / V_SCALE).astype("f4")
        self.h = task["rk4_step_ms"]
        self.every = round(task["output_step_ms"] / (self.times[1] - self.times[0]))
        self.targets = self.v[:, :: self.every]
        self.outputs_ms = self.times[:: self.every]
        self.n_steps = round(self.outputs_ms[-1] / self.h)
        starts = self.h * np.arange(self.n_steps)
        self.is_on = ((starts >= self.step_ms[0]) & (starts < self.step_ms[1])).astype("f4")


class Progress:
    """Seconds of training (not of testing) against the test error."""

    def __init__(self, task, data):
        self.task, self.data = task, data
        self.curve, self.seconds, self.prediction = [], 0.0, None

    def go_on(self):
        """True while there is time left and the last goal has not been reached."""
        reached = self.curve and self.curve[-1][1] < self.task["goals_mV"][-1]
        return self.seconds < self.task["limit_s"] and not reached

    def timed(self, work):
        """Adds the time of `work()`, which must return only when all is computed."""
        start = time.perf_counter()
        result = work()
        self.seconds += time.perf_counter() - start
        return result

    def test(self, predicted):
        """Notes the error of the predicted test traces, in network units."""
        error = V_SCALE * float(np.sqrt(np.mean((predicted - self.data.targets[TEST]) ** 2)))
        if not self.curve or error < min(e for _, e in self.curve):
            self.prediction = V_MEAN + V_SCALE * np.asarray(predicted, "f8")
        self.curve.append((self.seconds, error))

    def reply(self, *packages):
        """Hands the curve and the best prediction back."""
        arrays = {"curve": np.array(self.curve), "v": self.prediction}
        self.task.record([self.seconds], 1, arrays)
        self.task.reply(*packages)
