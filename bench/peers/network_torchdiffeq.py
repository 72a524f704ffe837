"""B4 and B5 with PyTorch and torchdiffeq; variants: `backprop`, `adjoint` (a training step), `predict`.

torchdiffeq's `rk4` is the 3/8 rule: the same order and cost as the classical method, another last digit.
"""

import numpy as np
import torch
from network import read
from protocol import Task
from torchdiffeq import odeint, odeint_adjoint

torch.set_num_threads(1)
task = Task()
weights, parameters, targets = read(task)
parameters, targets = torch.tensor(parameters), torch.tensor(targets)
times = torch.linspace(0, 1, len(targets))
solve = odeint_adjoint if task.variant == "adjoint" else odeint


class Field(torch.nn.Module):
    def __init__(self):
        super().__init__()
        hidden, inputs = weights[0].shape
        layers = [torch.nn.Linear(inputs, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, hidden)]
        self.layers = torch.nn.Sequential(*layers, torch.nn.Tanh(), torch.nn.Linear(hidden, 1))
        with torch.no_grad():
            for parameter, weight in zip(self.parameters(), weights):
                parameter.copy_(torch.tensor(weight))

    def forward(self, t, v):
        return self.layers(torch.cat([v, parameters], -1))


def loss_of(field):
    return ((solve(field, targets[0], times, method="rk4") - targets) ** 2).mean()


def training():
    field = Field()
    optimiser = torch.optim.Adam(field.parameters(), 1e-3)

    def step():
        optimiser.zero_grad()
        loss_of(field).backward()
        optimiser.step()

    def check(_):
        fresh = Field()
        loss = loss_of(fresh)
        loss.backward()
        return {"loss": [loss.item()], "gradient": np.concatenate([p.grad.ravel() for p in fresh.parameters()])}

    task.measure(step, 1, check)


def prediction():
    field = Field()
    with torch.no_grad():
        task.measure(lambda: solve(field, targets[0], times, method="rk4"), 1, lambda v: {"v": v[..., 0]})


prediction() if task.variant == "predict" else training()
task.reply("torch", "torchdiffeq")
