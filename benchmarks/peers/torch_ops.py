import torch
from torch.nn import functional
from torch_unrolled import reconstruct, training_step

torch.set_num_threads(1)
version = torch.__version__


def inference(make):
    """The operation on tensors, without a record for gradients."""
    def prepare(**arrays):
        run = make(**{name: torch.from_numpy(array) for name, array in arrays.items()})

        def silent():
            with torch.no_grad():
                return run()
        return silent
    return prepare


@inference
def matmul(W, x):
    out = torch.empty(W.shape[:1] + x.shape[1:])
    return (lambda: torch.mv(W, x, out=out)) if x.dim() == 1 else (lambda: torch.mm(W, x, out=out))


@inference
def correlate(h, x):
    kernels, signal = h[:, None], x[None, None]
    return lambda: functional.conv1d(signal, kernels)[0]


@inference
def rectify(x):
    out = torch.empty_like(x)
    return lambda: torch.clamp(x, min=0, out=out)


@inference
def conv3x3(w, x):
    return lambda: functional.conv2d(x, w, padding=1)


@inference
def sliding_dct(x, theta, axis, weights):
    """Soft thresholds on the DCT of every window, as a convolution with a filter for each coefficient and its transpose."""
    filters, most = torch.kron(axis, axis).reshape(-1, 1, *axis.shape), theta[:, None, None]

    def run():
        z = functional.conv2d(x, filters)
        z -= torch.minimum(torch.maximum(z, -most), most)
        return functional.conv_transpose2d(z, filters) * weights
    return run


ops = {'matmul': matmul, 'correlate': correlate, 'rectify': rectify, 'conv3x3': conv3x3, 'sliding-dct': sliding_dct, 'reconstruct': reconstruct, 'training-step': training_step}
