// What the tables of README.md are made of.
export const markdown = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map((_, c) => (c ? '---:' : '---')), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over seeds, with the sample standard deviation, as in reports, where there are several. */
export function spread(values: readonly number[], digits: number): string {
  const centre = mean(values), deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
  return values.length > 1 ? `${centre.toFixed(digits)} ± ${deviation.toFixed(digits)}` : centre.toFixed(digits);
}
