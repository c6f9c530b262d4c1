# Coupled and tied LISTA: z <- soft(z - W'(A z - y), theta), signals in rows.
import torch


def forward(A, y, weights, thresholds):
    z = torch.zeros(y.shape[0], A.shape[1])
    for W, theta in zip(weights, thresholds):
        v = z - (z @ A.T - y) @ W
        z = torch.sign(v) * torch.clamp(v.abs() - theta, min=0)
    return z


def reconstruct(A, W, y, layers, theta):
    A, W, y = (torch.from_numpy(array) for array in (A, W, y))
    weights, thresholds = [W] * layers, [torch.tensor(theta)] * layers

    def run():
        with torch.no_grad():
            return forward(A, y, weights, thresholds)
    return run


def training_step(A, W, x, y, layers, theta, rate):
    """One step of Adam from W in every layer; the result is the loss before it."""
    A, W, x, y = (torch.from_numpy(array) for array in (A, W, x, y))
    weights = [W.clone().requires_grad_() for _ in range(layers)]
    thresholds = [torch.tensor(theta, requires_grad=True) for _ in range(layers)]
    optimizer = torch.optim.Adam(weights + thresholds, lr=rate)

    def run():
        optimizer.zero_grad()
        loss = ((forward(A, y, weights, thresholds) - x) ** 2).sum() / (x ** 2).sum()
        loss.backward()
        optimizer.step()
        return [loss.item()]
    return run
