/** A number, or none where it was not measured. */
export type Measured = number | null | undefined;

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A number as printed: true minus sign, thousands apart, – where nothing was measured. */
export function format(value: Measured, digits: number): string {
  if (value === null || value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  const [whole, fraction] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Three significant digits, with an exponent below 0.0001. */
export const significant = (value: Measured): string =>
  isNumber(value) && Math.abs(value) > 1e-9
    ? (Math.abs(value) < 1e-4 ? value.toExponential(2) : value.toPrecision(3)).replaceAll('-', '−')
    : format(value, 0);

/** Mean and sample standard deviation of the values that were measured; one infinite or NaN value makes the mean so. */
export function moments(values: readonly Measured[]): { mean: number | null; deviation: number; count: number } {
  const measured = values.filter(value => typeof value === 'number');
  const count = measured.length;
  if (!count) return { mean: null, deviation: 0, count };
  const mean = measured.reduce((sum, value) => sum + value, 0) / count;
  const squares = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

export type Print = (value: number | null) => string;

/** The mean, and ± the standard deviation where there are several values; of how many if some are missing. */
export function formatMean(values: readonly Measured[], print: Print): readonly [mean: string, spread: string] {
  const { mean, deviation, count } = moments(values);
  const some = count && count < values.length ? ` (${count} of ${values.length})` : '';
  return [print(mean), (count > 1 && isNumber(mean) ? `± ${print(deviation)}` : '') + some];
}
