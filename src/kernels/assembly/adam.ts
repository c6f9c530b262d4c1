/** Adam (Kingma & Ba 2015, algorithm 1) with rate = learning rate / (1 − beta1^t) and unbias = 1 / (1 − beta2^t). */
export function adam(
  value: usize, grad: usize, m: usize, v: usize, n: i32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
  rate: f32, unbias: f32, epsilon: f32,
): void {
  const b1 = f32x4.splat(beta1), r1 = f32x4.splat(rest1), b2 = f32x4.splat(beta2), r2 = f32x4.splat(rest2);
  const step = f32x4.splat(rate), scale = f32x4.splat(unbias), guard = f32x4.splat(epsilon);
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const g = v128.load(grad + o);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m + o)), f32x4.mul(r1, g));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v + o)), f32x4.mul(r2, f32x4.mul(g, g)));
    v128.store(m + o, first);
    v128.store(v + o, second);
    const divisor = f32x4.add(f32x4.sqrt(f32x4.mul(second, scale)), guard);
    v128.store(value + o, f32x4.sub(v128.load(value + o), f32x4.div(f32x4.mul(step, first), divisor)));
  }
  for (; o < end; o += 4) {
    const g = f32.load(grad + o);
    const first = beta1 * f32.load(m + o) + rest1 * g, second = beta2 * f32.load(v + o) + rest2 * (g * g);
    f32.store(m + o, first);
    f32.store(v + o, second);
    f32.store(value + o, f32.load(value + o) - rate * first / (sqrt<f32>(second * unbias) + epsilon));
  }
}
