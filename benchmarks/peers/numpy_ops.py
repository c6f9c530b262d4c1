# Each operation takes its arrays and gives a function that returns the result, in place where NumPy can.
import numpy as np

version = np.__version__


def matmul(W, x):
    out = np.empty(W.shape[:1] + x.shape[1:], np.float32)
    return lambda: np.dot(W, x, out=out)


def rectify(x):
    out = np.empty_like(x)
    return lambda: np.maximum(x, 0, out=out)


def blocks(W, x):
    """W: blocks × rows × cols, x: the blocks' signals one after the other."""
    count, rows, cols = W.shape
    parts, out = x.reshape(count, cols, *x.shape[1:]), np.empty((count, rows, *x.shape[1:]), np.float32)

    def run():
        for block, part, to in zip(W, parts, out):
            np.dot(block, part, out=to)
        return out
    return run


def correlate(h, x):
    """Valid correlation of one signal with F filters, as a product with the matrix of its windows."""
    filters, taps = h.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, taps).T
    columns, out = np.empty(windows.shape, np.float32), np.empty((filters, windows.shape[1]), np.float32)

    def run():
        np.copyto(columns, windows)  # BLAS cannot read overlapping rows
        return np.dot(h, columns, out=out)
    return run


def fft2(x):
    signal = x.view(np.complex64)[..., 0]
    return lambda: np.fft.fft2(signal, norm='ortho')


def adjoint_gradient(angles, costs):
    """d/dangles of the expected cost through the brick ansatz, qubit 0 the most significant bit. angles: Ry of each sub-layer, then Rz
    of each but the last. Adjoint differentiation in place: ψ is undone gate by gate, with λ = costs ψ beside it."""
    rows, n = angles.shape
    depth, angles, costs = (rows + 1) // 2, angles.astype(np.float64), costs.astype(np.float64)
    both, rooms = np.empty((2, 2 ** n), np.complex128), np.empty((2, 2, 2 ** (n - 1)), np.complex128)
    psi, lam = both

    def halves(states, q):
        view = states.reshape(-1, 2 ** q, 2, 2 ** (n - 1 - q))
        return view[:, :, 0], view[:, :, 1]

    def ry(states, q, angle):
        c, s = np.cos(angle / 2), np.sin(angle / 2)
        zero, one = halves(states, q)
        up, down = rooms[:, :len(states)].reshape(2, *zero.shape)
        np.multiply(zero, s, out=up)
        np.multiply(one, s, out=down)
        zero *= c
        zero -= down
        one *= c
        one += up

    def rz(states, q, angle):
        zero, one = halves(states, q)
        zero *= np.exp(-0.5j * angle)
        one *= np.exp(0.5j * angle)

    def cnots(states, d):
        for j in range(d % 2, n - 1, 2):
            view = states.reshape(-1, 2 ** j, 2, 2, 2 ** (n - 2 - j))
            kept = view[:, :, 1, 0].copy()
            view[:, :, 1, 0] = view[:, :, 1, 1]
            view[:, :, 1, 1] = kept

    def run():
        psi[:] = 0
        psi[0] = 1
        for d in range(1, depth + 1):
            cnots(both[:1], d)
            for q in range(n):
                ry(both[:1], q, angles[d - 1, q])
            if d < depth:
                for q in range(n):
                    rz(both[:1], q, angles[depth + d - 1, q])
        np.multiply(costs, psi, out=lam)
        out = np.empty_like(angles)
        for d in range(depth, 0, -1):
            for q in range(n if d < depth else 0):
                (a, x), (b, y) = halves(both, q)
                # 2 Re <λ| -i/2 Z |ψ>
                out[depth + d - 1, q] = np.vdot(x, a).imag - np.vdot(y, b).imag
                rz(both, q, -angles[depth + d - 1, q])
            for q in range(n):
                (a, x), (b, y) = halves(both, q)
                # 2 Re <λ| -i/2 Y |ψ>
                out[d - 1, q] = np.vdot(y, a).real - np.vdot(x, b).real
                ry(both, q, -angles[d - 1, q])
            cnots(both, d)
        return out
    return run


ops = {'matmul': matmul, 'rectify': rectify, 'blocks': blocks, 'correlate': correlate, 'fft2': fft2, 'adjoint-gradient': adjoint_gradient}
