// Extending signals past their ends: an extended signal is a list of runs, each a pair of i32: the place of the signal that its
// numbers begin at, −1 for zeros, and how many there are. A place is `unit` bytes: as many signals as lie side by side.

/** `planes` signals of `plane` bytes, each extended. */
export function copyRuns(x: usize, plane: usize, planes: i32, runs: usize, count: i32, unit: usize, out: usize): void {
  for (; planes > 0; planes--, x += plane) {
    for (let run = runs, last = runs + (<usize>count << 3); run < last; run += 8) {
      const from = i32.load(run), end = out + <usize>i32.load(run, 4) * unit;
      if (from < 0) {
        for (; out < end; out += 4) f32.store(out, 0);
        continue;
      }
      const p = x + <usize>from * unit;
      // Short copies cost more as a call than as a loop.
      if (end - out > 128) memory.copy(out, p, end - out);
      else for (let q = p; out < end; out += 4, q += 4) f32.store(out, f32.load(q));
      out = end;
    }
  }
}

/** The adjoint: every number of an extended signal is added to the one that it was copied from. */
export function addRuns(x: usize, plane: usize, planes: i32, runs: usize, count: i32, unit: usize, out: usize): void {
  memory.fill(out, 0, plane * <usize>planes);
  for (; planes > 0; planes--, out += plane) {
    for (let run = runs, last = runs + (<usize>count << 3); run < last; run += 8) {
      const from = i32.load(run), end = x + <usize>i32.load(run, 4) * unit;
      if (from < 0) {
        x = end;
        continue;
      }
      let q = out + <usize>from * unit;
      for (; x + 16 <= end; x += 16, q += 16) v128.store(q, f32x4.add(v128.load(q), v128.load(x)));
      for (; x < end; x += 4, q += 4) f32.store(q, f32.load(q) + f32.load(x));
    }
  }
}
