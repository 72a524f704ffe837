"""B6 with PyTorch and torchdiffeq; variants: `trajectories` (Adam through RK4 trajectories), `matching` (derivative
matching by L-BFGS first).
"""

import numpy as np
import torch
from b6_learning import H, RATE, Learning
from protocol import Task
from torchdiffeq import odeint

torch.set_num_threads(1)
torch.manual_seed(0)
task = Task()
learning = Learning(task)
parameters, amplitude, grid, driven = map(
    torch.tensor, (learning.parameters, learning.amplitude, learning.grid, learning.driven)
)
linear = torch.nn.Linear
net = torch.nn.Sequential(linear(11, 64), torch.nn.Tanh(), linear(64, 64), torch.nn.Tanh(), linear(64, 1))
times = torch.arange(grid.shape[1]) * (task["stride"] * task["interval_ms"])


def solve(samples):
    fixed, step = parameters[samples], amplitude[samples][:, None]

    def field(t, v):
        k = min(int(t.item() / H + 1e-3), learning.n_steps - 1)
        return net(torch.cat([v, step * driven[k], fixed], -1)) * RATE

    start = grid[samples, :1]
    return odeint(field, start, times, method="rk4", options={"step_size": H})[..., 0].T


def measure():
    with torch.no_grad():
        return learning.measure(solve(torch.tensor(learning.test)))


def matching():
    x, slope = map(torch.tensor, learning.points())
    optimiser = torch.optim.LBFGS(net.parameters(), max_iter=50, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = ((net(x) - slope) ** 2).mean()
        loss.backward()
        return loss

    for _ in range(40):
        learning.train(lambda: optimiser.step(closure))
        if measure():
            return True
    return False


def trajectories(rate):
    optimiser = torch.optim.Adam(net.parameters(), rate)

    def epoch():
        for samples in torch.randperm(learning.n_train).split(100):
            optimiser.zero_grad()
            ((solve(samples) - grid[samples]) ** 2).mean().backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()

    while True:
        learning.train(epoch)
        if measure():
            return


if task.variant == "trajectories":
    trajectories(3e-3)
elif not matching():
    trajectories(3e-4)
task.reply("torch", "torchdiffeq")
