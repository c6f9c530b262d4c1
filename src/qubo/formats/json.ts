/** A JSON text that is an object. Throws a RangeError `who line N: expected …, got …` where it is not JSON. */
export function jsonObject(who: string, text: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    const { message } = error as Error, at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    throw new RangeError(`${who} line ${text.slice(0, at).split('\n').length}: expected JSON, got ${printed(message)}`);
  }
  if (!isObject(found)) throw new RangeError(`${who} line 1: expected a JSON object, got ${printed(found)}`);
  return found;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any value of a file, fit for one line of an error. */
export function printed(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return 'an object';
  return value === undefined ? 'nothing' : String(value).replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}

/** The list at a key. */
export function listAt(who: string, holder: Record<string, unknown>, key: string): readonly unknown[] {
  const found = holder[key];
  if (!Array.isArray(found)) throw new RangeError(`${who} ${key}: expected a list, got ${printed(found)}`);
  return found;
}

/** The finite number at a place that `where` names. */
export function finiteNumber(who: string, where: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new RangeError(`${who} ${where}: expected a finite number, got ${printed(value)}`);
  return value;
}
