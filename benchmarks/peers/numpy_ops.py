# Each operation takes its arrays and gives a function that returns the result, in place where NumPy can.
import numpy as np

version = np.__version__


def matmul(W, x):
    out = np.empty(W.shape[:1] + x.shape[1:], np.float32)
    return lambda: np.dot(W, x, out=out)


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


ops = {'matmul': matmul, 'blocks': blocks, 'correlate': correlate, 'fft2': fft2}
