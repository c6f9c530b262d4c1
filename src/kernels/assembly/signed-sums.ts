// Sums of vectors at listed places: those in the first part of a list are added, those in the rest subtracted, so that a sign
// costs nothing. Up to 7 vectors of 4 neighbouring numbers are summed at once, as many as stay in registers; a place is the
// first of them.

// @ts-ignore: decorator
@inline
function put(out: usize, sum: v128, left: i32, by: v128, accumulate: bool): void {
  sum = f32x4.mul(sum, by);
  if (left >= 4) v128.store(out, accumulate ? f32x4.add(v128.load(out), sum) : sum);
  else for (; left > 0; left--, out += 4, sum = i32x4.shuffle(sum, sum, 1, 2, 3, 0))
    f32.store(out, accumulate ? f32.load(out) + f32x4.extract_lane(sum, 0) : f32x4.extract_lane(sum, 0));
}

/**
 * out[0 … left − 1] (+)= scale · Σ ± the numbers at base + (place << shift). Reads whole vectors and writes no more than `left`
 * numbers. `vectors` and `shift` must be known at compile time.
 */
// @ts-ignore: decorator
@inline
export function signedSums<T>(
  list: usize, minus: usize, end: usize, base: usize, shift: usize, vectors: i32, out: usize, left: i32, scale: f32, accumulate: bool,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0;
  for (; list < minus; list += sizeof<T>()) {
    const p = base + (<usize>load<T>(list) << shift);
    s0 = f32x4.add(s0, v128.load(p));
    s1 = f32x4.add(s1, v128.load(p, 16));
    if (vectors > 2) s2 = f32x4.add(s2, v128.load(p, 32));
    if (vectors > 3) s3 = f32x4.add(s3, v128.load(p, 48));
    if (vectors > 4) s4 = f32x4.add(s4, v128.load(p, 64));
    if (vectors > 5) s5 = f32x4.add(s5, v128.load(p, 80));
    if (vectors > 6) s6 = f32x4.add(s6, v128.load(p, 96));
  }
  for (; list < end; list += sizeof<T>()) {
    const p = base + (<usize>load<T>(list) << shift);
    s0 = f32x4.sub(s0, v128.load(p));
    s1 = f32x4.sub(s1, v128.load(p, 16));
    if (vectors > 2) s2 = f32x4.sub(s2, v128.load(p, 32));
    if (vectors > 3) s3 = f32x4.sub(s3, v128.load(p, 48));
    if (vectors > 4) s4 = f32x4.sub(s4, v128.load(p, 64));
    if (vectors > 5) s5 = f32x4.sub(s5, v128.load(p, 80));
    if (vectors > 6) s6 = f32x4.sub(s6, v128.load(p, 96));
  }
  const by = f32x4.splat(scale);
  put(out, s0, left, by, accumulate);
  put(out + 16, s1, left - 4, by, accumulate);
  if (vectors > 2) put(out + 32, s2, left - 8, by, accumulate);
  if (vectors > 3) put(out + 48, s3, left - 12, by, accumulate);
  if (vectors > 4) put(out + 64, s4, left - 16, by, accumulate);
  if (vectors > 5) put(out + 80, s5, left - 20, by, accumulate);
  if (vectors > 6) put(out + 96, s6, left - 24, by, accumulate);
}

// @ts-ignore: decorator
@inline
function lines(
  vectors: i32, list: usize, minus: usize, count: usize, listStep: usize, base: usize, baseStep: usize, out: usize, outStep: usize,
  n: i32, width: i32, scale: f32, accumulate: bool,
): void {
  for (; n > 0; n--, list += listStep, base += baseStep, out += outStep) {
    let left = width, p = base, to = out;
    // A whole step's `left` is a constant, so that nothing is asked of each vector.
    for (; left >= 4 * vectors; left -= 4 * vectors, p += 16 * vectors, to += 16 * vectors)
      signedSums<u32>(list, list + minus, list + count, p, 0, vectors, to, 4 * vectors, scale, accumulate);
    if (left > 0) signedSums<u32>(list, list + minus, list + count, p, 0, vectors, to, left, scale, accumulate);
  }
}

/**
 * `n` lines of `width` sums, 4 to 7 `vectors` at a time. A list of places is `count` bytes of u32, counted in bytes, the
 * subtracted ones from byte `minus` on. From line to line the list, the base and the output move on by their steps.
 */
export function signedLines(
  vectors: i32, list: usize, minus: usize, count: usize, listStep: usize, base: usize, baseStep: usize, out: usize, outStep: usize,
  n: i32, width: i32, scale: f32, accumulate: bool,
): void {
  switch (vectors) {
    case 7: return lines(7, list, minus, count, listStep, base, baseStep, out, outStep, n, width, scale, accumulate);
    case 6: return lines(6, list, minus, count, listStep, base, baseStep, out, outStep, n, width, scale, accumulate);
    case 5: return lines(5, list, minus, count, listStep, base, baseStep, out, outStep, n, width, scale, accumulate);
    default: return lines(4, list, minus, count, listStep, base, baseStep, out, outStep, n, width, scale, accumulate);
  }
}
