/** The k-th largest entry (Hoare's quickselect); reorders `a`. */
function kthLargest(a: Float32Array, k: number): number {
  let low = 0, high = a.length - 1;
  const target = k - 1;
  while (low < high) {
    const pivot = a[(low + high) >> 1]!;
    let i = low, j = high;
    while (i <= j) {
      while (a[i]! > pivot) i++;
      while (a[j]! < pivot) j--;
      if (i <= j) { const swap = a[i]!; a[i++] = a[j]!; a[j--] = swap; }
    }
    if (target <= j) high = j; else if (target >= i) low = i; else break;
  }
  return a[target]!;
}

/**
 * Visits the places of v whose magnitude is among the `keep` largest of their signal and no less than theta. Signals begin `signalStep`
 * apart, entries lie `entryStep` apart; `magnitudes` is room for one signal.
 */
export function visitLargest(v: Float32Array, theta: number, keep: number, magnitudes: Float32Array, signalStep: number, entryStep: number,
  visit: (at: number) => void): void {
  const n = magnitudes.length, signals = v.length / n;
  for (let signal = 0, first = 0; signal < signals; signal++, first += signalStep) {
    for (let i = 0, at = first; i < n; i++, at += entryStep) magnitudes[i] = Math.abs(v[at]!);
    const limit = Math.max(kthLargest(magnitudes, keep), theta);
    for (let i = 0, at = first; i < n; i++, at += entryStep) if (Math.abs(v[at]!) >= limit) visit(at);
  }
}
