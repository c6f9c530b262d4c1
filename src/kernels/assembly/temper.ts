import { exponential, sweep } from './anneal';
import { descendOnce, flip, keepBest, nextRandom, Walker } from './spins';

/** The header that src/kernels/ladder.ts fills. */
@unmanaged
export class Ladder {
  levels: i32;
  sets: i32;
  /** Addresses of sets × levels walkers, each set from its coldest to its hottest. */
  walkers: usize;
  /** Of the levels, ascending. */
  temperatures: usize;
  /** How often each pair of neighbours was swapped. */
  swaps: usize;
  /** A walker at the lowest state, and one for descents from states of others. */
  leader: usize;
  descent: usize;
  /** Inverting all spins leaves every energy as it is. */
  symmetric: i32;
  /** n words for the spins of a cluster, and n that say in which cluster each was last. */
  cluster: usize;
  marks: usize;
  mark: i32;
  rounds: u32;
  clusterMoves: u32;
  descentPeriod: u32;
}

// @ts-ignore: decorator
@inline
function walkerAt(ladder: Ladder, set: i32, level: i32): Walker {
  return changetype<Walker>(<usize>i32.load(ladder.walkers + (<usize>(set * ladder.levels + level) << 2)));
}

/** Swaps neighbours (level, level + 1), (level + 2, level + 3), … with probability min(1, exp(ΔβΔE)). */
function swapNeighbours(ladder: Ladder, set: i32, level: i32): void {
  for (; level + 1 < ladder.levels; level += 2) {
    const cold = walkerAt(ladder, set, level), hot = walkerAt(ladder, set, level + 1), at = <usize>level << 2;
    const difference = 1 / <f64>f32.load(ladder.temperatures + at) - 1 / <f64>f32.load(ladder.temperatures + at, 4);
    if (difference * (hot.energy - cold.energy) > <f64>exponential(nextRandom(cold))) continue;
    const to = ladder.walkers + (<usize>(set * ladder.levels + level) << 2);
    i32.store(to, <i32>changetype<usize>(hot));
    i32.store(to, <i32>changetype<usize>(cold), 4);
    i32.store(ladder.swaps + at, i32.load(ladder.swaps + at) + 1);
  }
}

/** The connected spins around i whose product over both walkers is that of i; how many. */
function growCluster(ladder: Ladder, a: Walker, b: Walker, i: i32, product: i32): i32 {
  const mark = ++ladder.mark, cluster = ladder.cluster, marks = ladder.marks;
  let size = 1;
  i32.store(cluster, i << 2);
  i32.store(marks + (<usize>i << 2), mark);
  for (let done = 0; done < size; done++) {
    const row = a.rows + <usize>i32.load(cluster + (<usize>done << 2)), end = <usize>i32.load(row, 4);
    for (let at = <usize>i32.load(row); at < end; at += 8) {
      const to = <usize>i32.load(at);
      if (i32.load(marks + to) == mark || i32.load(a.spin + to) * i32.load(b.spin + to) != product) continue;
      i32.store(marks + to, mark);
      i32.store(cluster + (<usize>size << 2), <i32>to);
      size++;
    }
  }
  return size;
}

function invert(w: Walker, cluster: usize, size: i32): void {
  for (let k = 0; k < size; k++) flip(w, i32.load(cluster + (<usize>k << 2)) >> 2);
}

/**
 * Houdayer's move: where two states at one temperature differ, a connected cluster of such spins is exchanged, which leaves the sum of
 * their energies as it is. Without a field a cluster of equal spins may be inverted in both as well; one of more than half is then the
 * inverse of a small one.
 */
function moveCluster(ladder: Ladder, a: Walker, b: Walker): void {
  const i = <i32>((<u64>nextRandom(a) * <u64>a.n) >> 32), at = <usize>i << 2, product = i32.load(a.spin + at) * i32.load(b.spin + at);
  if (product > 0 && !ladder.symmetric) return;
  const size = growCluster(ladder, a, b, i, product);
  if (ladder.symmetric && size > a.n >> 1) return;
  invert(a, ladder.cluster, size);
  invert(b, ladder.cluster, size);
}

/** First-improvement descent. */
function descendInOrder(w: Walker): void {
  while (descendOnce(w)) {}
}

function copyState(from: Walker, to: Walker): void {
  const bytes = <usize>((from.n + 7) & ~7) << 2;
  memory.copy(to.field, from.field, bytes);
  memory.copy(to.spin, from.spin, bytes);
  to.energy = from.energy;
}

/**
 * Partition crossover (Tinos, Whitley & Chicano 2015): where the leader differs from another state, it takes each cluster
 * that does not raise its energy; of spins that are equal also, where inverting all changes nothing.
 */
function recombine(ladder: Ladder, leader: Walker, other: Walker): void {
  const first = ladder.mark;
  for (let i = 0, at: usize = 0; i < leader.n; i++, at += 4) {
    if (i32.load(ladder.marks + at) > first) continue;
    const product = i32.load(leader.spin + at) * i32.load(other.spin + at);
    if (product > 0 && !ladder.symmetric) continue;
    const size = growCluster(ladder, leader, other, i, product), before = leader.energy;
    if (size > leader.n >> 1) continue;
    invert(leader, ladder.cluster, size);
    if (leader.energy > before) invert(leader, ladder.cluster, size);
  }
  descendInOrder(leader);
  keepBest(leader);
}

/** Descent from the state of w, which stays as it is; the leader learns from what is found. */
function descendFrom(ladder: Ladder, w: Walker): void {
  const descent = changetype<Walker>(ladder.descent), leader = changetype<Walker>(ladder.leader);
  copyState(w, descent);
  descendInOrder(descent);
  if (descent.energy < leader.energy) {
    copyState(descent, leader);
    keepBest(leader);
  } else if (ladder.clusterMoves) recombine(ladder, leader, descent);
}

/** Descents from the colder half of the levels; that of the leader itself comes first. */
export function descendAll(ladder: Ladder): void {
  const leader = changetype<Walker>(ladder.leader);
  descendInOrder(leader);
  keepBest(leader);
  for (let set = 0; set < ladder.sets; set++)
    for (let level = 0; level < (ladder.levels + 1) >> 1; level++) descendFrom(ladder, walkerAt(ladder, set, level));
}

/** Rounds of a sweep at every level, cluster moves, descents and swaps of neighbours. The leader stays at or below all walkers. */
export function temper(ladder: Ladder, rounds: u32): void {
  const leader = changetype<Walker>(ladder.leader);
  for (const end = ladder.rounds + rounds; ladder.rounds != end;) {
    const round = ++ladder.rounds, levels = ladder.levels, sets = ladder.sets;
    if (ladder.mark > 1 << 30) {
      ladder.mark = 0;
      memory.fill(ladder.marks, 0, <usize>leader.n << 2);
    }
    for (let set = 0; set < sets; set++)
      for (let level = 0; level < levels; level++) {
        const w = walkerAt(ladder, set, level);
        sweep(w, f32.load(ladder.temperatures + (<usize>level << 2)));
        if (w.energy < leader.energy) descendFrom(ladder, w);
      }
    for (let level = 0; level < levels; level++)
      for (let k: u32 = 0; k < ladder.clusterMoves; k++) moveCluster(ladder, walkerAt(ladder, 0, level), walkerAt(ladder, 1, level));
    if (round % ladder.descentPeriod == 0) descendAll(ladder);
    for (let set = 0; set < sets; set++) swapNeighbours(ladder, set, <i32>(round & 1));
  }
}
