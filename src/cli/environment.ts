import { cpus } from 'node:os';

export interface Environment {
  readonly signfold: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly command: string;
}

/** What a result depends on beyond its seed, and the command that repeats it. */
export const environment = (): Environment => ({
  signfold: '0.1.0',
  node: process.version,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  command: ['signfold', ...process.argv.slice(2)].join(' '),
});
