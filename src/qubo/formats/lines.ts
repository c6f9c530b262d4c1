/** Reads a text line by line and number by number without cutting it into strings; every error names the line. */
export interface LineReader {
  /** Moves to the next line that has something on it and is no comment; false at the end of the text. */
  next(): boolean;
  /** As `next`, where another line must come; says that `what` was expected where the text ends. */
  need(what: string): void;
  /** The next number of this line if it is an integer from `least` to `most`; says that `what` was expected otherwise. */
  integer(what: string, least: number, most: number): number;
  /** The next number of this line, decimal and finite, to the last bit. */
  number(what: string): number;
  /** The next word of this line, empty at its end. */
  word(): string;
  /** Throws if there is more on this line. */
  end(what: string): void;
  /** Throws a RangeError `who line N: expected …, got …`; what is at this place unless `got` says otherwise. */
  fail(expected: string, got?: string, line?: number): never;
  /** Number of this line, from 1. */
  line(): number;
}

export interface LineOptions {
  /** A line that begins with this character is a comment. */
  readonly comment?: string;
  /** Comments begin in the first column only. */
  readonly firstColumn?: boolean;
  readonly onComment?: (text: string, reader: LineReader) => void;
}

const point = 0x2e, plus = 0x2b, minus = 0x2d, byteOrderMark = 0xfeff, carriageReturn = 13, shown = 24;
/** Integers of so many digits and these powers are exact, and so their quotient is the nearest number (Clinger 1990). */
const exactDigits = 15;
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, k) => Number(`1e${k}`));
/** Numbers as files write them: no NaN, no hexadecimal, no separators. */
export const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** What a file has in it, fit for one line of an error. */
const printable = (text: string): string =>
  text === '' ? 'nothing' : text.replace(/[^\x20-\x7e]/g, '?').slice(0, shown) + (text.length > shown ? '…' : '');

/** A reader before the first line of `text`. */
export function lineReader(who: string, text: string, { comment, firstColumn = false, onComment }: LineOptions = {}): LineReader {
  const mark = comment?.charCodeAt(0);
  let at = 0, stop = 0, line = 0, following = text.charCodeAt(0) === byteOrderMark ? 1 : 0;

  const skip = (): void => { while (at < stop && isBlank(text.charCodeAt(at))) at++; };
  const wordEnd = (): number => {
    let end = at;
    while (end < stop && !isBlank(text.charCodeAt(end))) end++;
    return end;
  };
  const fail = (expected: string, got?: string, where = line): never => {
    skip();
    const found = printable(got ?? text.slice(at, wordEnd()));
    throw new RangeError(`${who} line ${Math.max(1, where)}: expected ${expected}, got ${found}`);
  };

  const next = (): boolean => {
    while (following < text.length) {
      const begin = at = following, end = text.indexOf('\n', begin);
      stop = end < 0 ? text.length : end;
      following = stop + 1;
      line++;
      skip();
      if (at === stop) continue;
      if (text.charCodeAt(at) !== mark || (firstColumn && at > begin)) return true;
      // A line of Windows ends with a carriage return more.
      onComment?.(text.slice(at + 1, text.charCodeAt(stop - 1) === carriageReturn ? stop - 1 : stop), reader);
    }
    at = stop;
    return false;
  };

  /** Digits too many or an exponent: left to the engine, which rounds to the nearest number. */
  const slowNumber = (from: number, what: string): number => {
    at = from;
    const word = text.slice(at, wordEnd()), value = Number(word);
    if (!decimal.test(word) || !Number.isFinite(value)) return fail(what);
    at += word.length;
    return value;
  };
  const number = (what: string): number => {
    skip();
    const from = at, sign = text.charCodeAt(at);
    if (at < stop && (sign === minus || sign === plus)) at++;
    let mantissa = 0, digits = 0, decimals = 0, digit = 0;
    // No digit stands where the line ends: these need not look for its end.
    for (; (digit = text.charCodeAt(at) - 48) >= 0 && digit <= 9; at++, digits++) mantissa = 10 * mantissa + digit;
    if (text.charCodeAt(at) === point)
      for (at++; (digit = text.charCodeAt(at) - 48) >= 0 && digit <= 9; at++, decimals++) mantissa = 10 * mantissa + digit;
    const count = digits + decimals;
    if (count === 0 || count > exactDigits || (at < stop && !isBlank(text.charCodeAt(at)))) return slowNumber(from, what);
    const size = decimals === 0 ? mantissa : mantissa / powers[decimals]!;
    return sign === minus ? -size : size;
  };

  const reader: LineReader = {
    next, number, fail,
    need(what) {
      if (!next()) fail(what, 'the end of the text');
    },
    integer(what, least, most) {
      skip();
      const from = at, value = number(what);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      at = from;
      return fail(what);
    },
    word() {
      skip();
      const end = wordEnd(), found = text.slice(at, end);
      at = end;
      return found;
    },
    end(what) {
      skip();
      if (at < stop) fail(what);
    },
    line: () => line,
  };
  return reader;
}
