# PyTorch, one thread: see protocol.md.
import json, os, sys, time
os.environ['OMP_NUM_THREADS'] = '1'
import numpy as np, torch

torch.set_num_threads(1)
folder = sys.argv[1]
sizes = json.load(open(folder + '/sizes.json'))
m, n, layers, batch, eta, theta0 = (sizes[k] for k in ('m', 'n', 'layers', 'batch', 'eta', 'theta'))
load = lambda name, *shape: torch.from_numpy(np.fromfile(f'{folder}/{name}.f32', dtype='<f4').reshape(shape))
A, x, y = load('A', m, n), load('x', batch, n), load('y', batch, m)
W = [(A * eta).clone().requires_grad_() for _ in range(layers)]
theta = [torch.tensor(theta0, requires_grad=True) for _ in range(layers)]
optimizer = torch.optim.Adam(W + theta, lr=sizes['rate'])

def forward(y, weights, thresholds):
    z = torch.zeros(y.shape[0], n)
    for k in range(layers):
        v = z - (z @ A.T - y) @ weights[k]
        z = torch.sign(v) * torch.clamp(v.abs() - thresholds[k], min=0)
    return z

for line in sys.stdin:
    command, *rest = line.split()
    if command == 'step':
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = ((forward(y, W, theta) - x) ** 2).sum() / (x ** 2).sum()
        loss.backward()
        optimizer.step()
        result = {'loss': loss.item()}
    else:
        part, fixed = y[:int(rest[0])], [A * eta] * layers
        thresholds = [torch.tensor(theta0)] * layers
        with torch.no_grad():
            start = time.perf_counter()
            z = forward(part, fixed, thresholds)
        result = {'norm': float(z.double().norm())}
    result['micros'] = (time.perf_counter() - start) * 1e6
    print(json.dumps(result), flush=True)
