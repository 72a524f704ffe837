"""B6 with PyTorch and torchdiffeq: RK4 through whole trajectories, Adam, clipping."""

import numpy as np
import torch
from learning import BATCH, CLIP, HIDDEN, LEARNING_RATE, TEST, TRAIN, Data, Progress
from protocol import Task
from torchdiffeq import odeint

torch.set_num_threads(1)
torch.manual_seed(0)
task = Task()
data = Data(task)
parameters, amplitude = torch.tensor(data.parameters), torch.tensor(data.amplitude)
targets, is_on = torch.tensor(data.targets), torch.tensor(data.is_on)
outputs_ms = torch.tensor(data.outputs_ms, dtype=torch.float32)
# Rates of order one per network time of 10 ms.
PER_MS = 0.1

inputs = 2 + parameters.shape[1]
layers = [torch.nn.Linear(inputs, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.Tanh()]
network = torch.nn.Sequential(*layers, torch.nn.Linear(HIDDEN, 1))
optimiser = torch.optim.Adam(network.parameters(), LEARNING_RATE)


def solve(rows):
    own, current = parameters[rows], amplitude[rows][:, None]

    def field(t, v):
        step = min(int(t.item() / data.h + 1e-3), data.n_steps - 1)
        return PER_MS * network(torch.cat([v, current * is_on[step], own], -1))

    start = targets[rows, :1]
    return odeint(field, start, outputs_ms, method="rk4", options={"step_size": data.h})[..., 0].T


def epoch():
    order = torch.randperm(TRAIN.stop)
    for first in range(0, TRAIN.stop, BATCH):
        rows = order[first : first + BATCH]
        optimiser.zero_grad()
        ((solve(rows) - targets[rows]) ** 2).mean().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimiser.step()


progress = Progress(task, data)
test_rows = torch.arange(TEST.start, TEST.stop)
while progress.go_on():
    progress.timed(epoch)
    with torch.no_grad():
        progress.test(np.asarray(solve(test_rows)))
progress.reply("torch", "torchdiffeq")
