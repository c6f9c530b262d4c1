// Numbers that belong to channels: x is batch × channels × places, a bias has one number a channel.

/** x += bias, a number for all places of a channel. */
export function addBias(bias: usize, channels: i32, places: i32, x: usize, batch: i32): void {
  const whole = <usize>(places & ~3) << 2, size = <usize>places << 2, stop = bias + (<usize>channels << 2);
  for (; batch > 0; batch--) for (let c = bias; c < stop; c += 4, x += size) {
    const value = f32.load(c), values = f32x4.splat(value);
    let o: usize = 0;
    for (; o < whole; o += 16) v128.store(x + o, f32x4.add(v128.load(x + o), values));
    for (; o < size; o += 4) f32.store(x + o, f32.load(x + o) + value);
  }
}

/** out[c] += Σ g over a channel's places and the batch; added up in f64. */
export function addChannelSums(g: usize, channels: i32, places: i32, out: usize, batch: i32): void {
  const whole = <usize>(places & ~3) << 2, size = <usize>places << 2, step = <usize>channels * size;
  for (let c = 0; c < channels; c++, g += size, out += 4) {
    let low = f64x2.splat(0), high = low, rest: f64 = 0;
    for (let b = 0, at = g; b < batch; b++, at += step) {
      let o: usize = 0;
      for (; o < whole; o += 16) {
        const v = v128.load(at + o);
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0)));
      }
      for (; o < size; o += 4) rest += <f64>f32.load(at + o);
    }
    low = f64x2.add(low, high);
    f32.store(out, f32.load(out) + <f32>(f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1) + rest));
  }
}
