const bytesPerPage = 65536;

export interface Arena {
  /** A long-lived array, zero-filled and 16-byte aligned; an ordinary array where the arena is full. */
  alloc(length: number): Float32Array;
  /** Gives a long-lived array back; ordinary arrays are left alone. */
  free(array: Float32Array): void;
  /** Runs a synchronous function and releases every `temp` that it made, also if it throws. Nests. */
  scratch<T>(run: () => T): T;
  /** A temporary of the enclosing `scratch`, not zeroed, 16-byte aligned; an ordinary array outside one or where full. */
  temp(length: number): Float32Array;
  /** Bytes of all long-lived arrays. */
  used(): number;
  /** Whether kernels can work on this array where it is. */
  contains(array: Float32Array): boolean;
}

interface Hole { start: number; end: number }

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function checkLength(who: string, length: number): void {
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`${who}: expected a length of 0 or more, got ${length}`);
}

/**
 * Shares out one memory from the byte `base` on: temporaries are a stack that grows from the bottom, long-lived arrays are
 * found first-fit from the top. The lowest quarter is kept for temporaries. The memory must never grow, because growing
 * detaches every array on it.
 */
export function arena(memory: WebAssembly.Memory, base: number): Arena {
  const buffer = memory.buffer;
  const limit = base + aligned((buffer.byteLength - base) / 4);
  const live = new Map<number, number>();
  const holes: Hole[] = [];  // ascending, never adjacent, all above the floor
  let floor = buffer.byteLength, top = base, depth = 0;

  const contains = (array: Float32Array): boolean => array.buffer === buffer;

  function alloc(length: number): Float32Array {
    checkLength('alloc', length);
    const bytes = aligned(4 * length);
    let start = floor - bytes;
    const at = holes.findIndex(hole => hole.end - hole.start >= bytes);
    if (length === 0 || (at < 0 && start < Math.max(limit, top))) return new Float32Array(length);
    if (at < 0) floor = start;
    else {
      const hole = holes[at]!;
      start = hole.end -= bytes;
      if (hole.start === hole.end) holes.splice(at, 1);
    }
    live.set(start, bytes);
    return new Float32Array(buffer, start, length).fill(0);
  }

  function free(array: Float32Array): void {
    if (!contains(array)) return;
    let start = array.byteOffset;
    const bytes = live.get(start);
    if (bytes !== aligned(array.byteLength)) throw new RangeError(`free: expected an array of alloc, got one at byte ${start}`);
    live.delete(start);
    let end = start + bytes, at = holes.findIndex(hole => hole.start >= end);
    if (at < 0) at = holes.length;
    if (holes[at]?.start === end) end = holes.splice(at, 1)[0]!.end;
    if (holes[at - 1]?.end === start) start = holes.splice(--at, 1)[0]!.start;
    if (start === floor) floor = end;
    else holes.splice(at, 0, { start, end });
  }

  function scratch<T>(run: () => T): T {
    const mark = top;
    depth++;
    try {
      const result = run();
      if (result instanceof Promise) throw new TypeError('scratch: expected a synchronous function, got a promise');
      return result;
    } finally {
      depth--;
      top = mark;
    }
  }

  function temp(length: number): Float32Array {
    checkLength('temp', length);
    const start = top, end = start + aligned(4 * length);
    if (!depth || end > floor) return new Float32Array(length);
    top = end;
    return new Float32Array(buffer, start, length);
  }

  const used = (): number => [...live.values()].reduce((sum, bytes) => sum + bytes, 0);

  return { alloc, free, scratch, temp, used, contains };
}

/** The largest of 1 GiB, 512, 256 and 128 MiB of address space that there is; pages cost nothing until they are touched. */
function reserve(): WebAssembly.Memory {
  for (let mebibytes = 1024; ; mebibytes /= 2) {
    const pages = mebibytes * 2 ** 20 / bytesPerPage;
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (error) {
      if (mebibytes <= 128) throw error;
    }
  }
}

/** The one memory of all kernels. Its first page belongs to the compiled kernels themselves. */
export const memory = reserve();
export const { alloc, free, scratch, temp, used, contains } = arena(memory, bytesPerPage);
