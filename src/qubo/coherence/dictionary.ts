/** A (rows × cols, row-major) and G = AAᵀ in f64: what every column's problem shares. */
export interface Dictionary {
  readonly rows: number;
  readonly cols: number;
  readonly A: Float64Array;
  readonly gram: Float64Array;
}

/** Throws a RangeError unless `values` are rows × cols finite numbers. */
export function dictionary(values: ArrayLike<number>, rows: number, cols: number): Dictionary {
  if (values.length !== rows * cols || !rows || !cols)
    throw new RangeError(`dictionary: expected ${rows} × ${cols} values, got ${values.length}`);
  const A = Float64Array.from(values), gram = new Float64Array(rows * rows);
  if (!A.every(Number.isFinite)) throw new RangeError('dictionary: expected finite values');
  for (let r = 0; r < rows; r++) for (let q = 0; q <= r; q++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += A[r * cols + j]! * A[q * cols + j]!;
    gram[r * rows + q] = gram[q * rows + r] = sum;
  }
  return { rows, cols, A, gram };
}

/** Column i of a rows × cols matrix. */
export function columnOf(matrix: ArrayLike<number>, { rows, cols }: Pick<Dictionary, 'rows' | 'cols'>, i: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, r) => matrix[r * cols + i]!);
}
