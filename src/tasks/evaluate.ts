import type { OneBitNetwork } from '../types.js';
import { generalizationCertificate, recoveryCertificate } from '../binary/certificate.js';
import { answerOf, type Answer } from './answers.js';
import { picturesOf, type Shown } from './pictures.js';
import { checkRun, type Certificates, type Picture, type Result, type Row, type RunOptions } from './rows.js';
import { scoresOf } from './scores.js';
import { seedRun, type SeedRun } from './seed-run.js';
import type { Task } from './task.js';
import { isBayesian, uncertaintyOf, type Uncertainty } from './uncertainty.js';

function rowOf(task: Task, snrDb: number, method: string, run: SeedRun, { estimates, row }: Answer): Row {
  return {
    task: task.name,
    variant: run.variant,
    network: run.network,
    snrDb: Number.isFinite(snrDb) ? snrDb : null,
    method,
    seed: run.seed,
    split: 'test',
    ...scoresOf(estimates, run.scenes, run.scoring),
    ...row,
    classicalNmseDb: run.reference?.ista.errors.at(-1) ?? null,
    classicalConvergedNmseDb: run.reference?.converged ?? null,
  };
}

/** What can be certified of a network on sparse signals. */
function certificatesOf(method: string, { instance, seed }: SeedRun, net: OneBitNetwork): Certificates[] {
  const { sparsity, recipe } = instance;
  if (!net.matrices.length || sparsity === undefined) return [];
  const recovery = recoveryCertificate(net, sparsity) ?? null;
  return [{ method, seed, recovery, generalization: generalizationCertificate(net, recipe.jointSteps * recipe.batch) }];
}

/**
 * Scores methods on a task over seeds. Trained methods share their start and the float network within a seed. Options are
 * checked before anything is computed.
 */
export async function evaluate(task: Task, options: RunOptions): Promise<Result> {
  checkRun(task, options);
  const rows: Row[] = [],
    certificates: Certificates[] = [],
    uncertainties: Uncertainty[] = [],
    networks = new Map<string, OneBitNetwork>();
  let data = '',
    pictures: Picture[] = [];
  for (const seed of options.seeds) {
    const run = await seedRun(task, options, seed),
      shown: Shown[] = [];
    for (const method of run.methods) {
      const answer = await answerOf(method, run),
        row = rowOf(task, options.snrDb, method, run, answer);
      rows.push(row);
      options.onRow?.(row);
      shown.push({ label: method, estimates: answer.estimates });
      if (!answer.net) continue;
      networks.set(method, answer.net);
      certificates.push(...certificatesOf(method, run, answer.net));
      if (!options.uncertainty || !isBayesian(answer.net)) continue;
      const own = await uncertaintyOf(method, answer.net, run, answer.estimates, { samples: options.uncertainty, snrDb: options.snrDb });
      uncertainties.push(own.figures);
      shown.push({ label: `${method}, mean of ${options.uncertainty} networks`, estimates: own.means, deviations: own.deviations });
    }
    data = run.instance.data;
    pictures = picturesOf(run.scenes, shown, run.scoring);
  }
  return { data, rows, certificates, uncertainties, networks, pictures };
}
