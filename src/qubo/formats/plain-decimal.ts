const exponential = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal that reads back as this number, written without an exponent. */
export function plainDecimal(value: number): string {
  const short = String(value), parts = exponential.exec(short);
  if (!parts) return short;
  const [, sign, first, rest = ''] = parts, digits = first + rest, exponent = Number(parts[4]);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}
