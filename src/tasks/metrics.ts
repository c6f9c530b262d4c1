/** 10 log₁₀(Σ‖x̂ − x‖² / Σ‖x‖²) over all signals. */
export function nmseDb(estimate: Float32Array, truth: Float32Array): number {
  let error = 0, energy = 0;
  for (let i = 0; i < truth.length; i++) {
    error += (estimate[i]! - truth[i]!) ** 2;
    energy += truth[i]! ** 2;
  }
  return 10 * Math.log10(error / energy);
}

/** 10 log₁₀(peak² / mean squared error), peak the largest magnitude of the truth. */
export function psnrDb(estimate: Float32Array, truth: Float32Array): number {
  let error = 0, peak = 0;
  for (let i = 0; i < truth.length; i++) {
    error += (estimate[i]! - truth[i]!) ** 2;
    peak = Math.max(peak, Math.abs(truth[i]!));
  }
  return 10 * Math.log10((peak ** 2 * truth.length) / error);
}
