# NumPy, SciPy and PyTorch, one thread each: see protocol.md.
import os
for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):  # read when the libraries load
    os.environ[name] = '1'
import importlib, json, sys, time
sys.dont_write_bytecode = True

dtypes = {'f32': '<f4', 'u32': '<u4'}
prepared = (None, None)


def load(library):
    try:
        return importlib.import_module(f'{library}_ops')
    except ImportError:
        return None


def read(array):
    import numpy as np
    return np.fromfile(array['file'], dtype=dtypes[array['dtype']]).reshape(array['shape'])


def write(path, result):
    import numpy as np
    result = np.asarray(result)
    if np.iscomplexobj(result):
        result = np.ascontiguousarray(result, dtype='<c8').view('<f4')
    np.ascontiguousarray(result, dtype='<f4').tofile(path)


def answer(request):
    global prepared
    library = load(request['library'])
    if 'op' not in request:
        return {'version': library.version} if library else {}
    key = [request[name] for name in ('library', 'op', 'arrays', 'sizes')]
    if prepared[0] != key:
        arrays = {name: read(array) for name, array in request['arrays'].items()}
        prepared = (key, library.ops[request['op']](**arrays, **request['sizes']))
    run = prepared[1]
    for _ in range(request['untimed']):
        run()
    start = time.perf_counter()
    for _ in range(request['repeat']):
        result = run()
    micros = (time.perf_counter() - start) / request['repeat'] * 1e6
    if 'output' in request:
        write(request['output'], result)
    return {'micros': micros}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(reply), flush=True)
