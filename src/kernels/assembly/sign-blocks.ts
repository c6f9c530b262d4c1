// Block-diagonal matrices of signs in one call; a dense matrix is one block. The list holds 5 i32 a block: rows, columns, the
// byte of its first tile in w, its first row of x and its first row of out.
import { signGemm } from './sign-gemm';
import { signGemv } from './sign-gemv';
import { signGemvFast } from './sign-gemv-fast';

export const enum Kind { Vector, FastVector, Lanes }

export function signBlocks(kind: i32, list: usize, count: i32, w: usize, x: usize, out: usize, lanes: i32, scale: f32, scratch: usize): void {
  const row = <usize>lanes << 2;
  for (let end = list + <usize>count * 20; list < end; list += 20) {
    const rows = i32.load(list), cols = i32.load(list, 4), from = w + i32.load(list, 8);
    const input = x + <usize>i32.load(list, 12) * row, output = out + <usize>i32.load(list, 16) * row;
    if (kind === Kind.Vector) signGemv(from, input, output, rows, cols, scale, scratch);
    else if (kind === Kind.FastVector) signGemvFast(from, input, output, rows, cols, scale, scratch);
    else signGemm(from, input, output, rows, cols, lanes, scale, scratch);
  }
}
