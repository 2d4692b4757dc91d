// What may stand in a log line, a status or an error message. Text that came from outside (the network, files,
// programs, names of interfaces) may forge lines, drive a terminal or reorder what is read: `shown` makes it harmless,
// and its type is what a check's result asks for, so that nothing gets there raw. What must not be shown at all is
// hide-secrets.ts's matter. Source: Unicode general categories C, Zl and Zp; UTS #39 for what is invisible.

declare const mark: unique symbol;
/** One line, without anything that a terminal or a reader of lines could take for more than text. */
export type Shown = string & { readonly [mark]: true };

/** Each class of Unicode costs whoever makes it a part of a millisecond, and most texts need none. */
const makePatterns = () => ({
  /** Controls (C0, C1), formats (bidi, zero-width), lone surrogates, private and unassigned, line ends, invisibles. */
  hostile: /[\p{C}\p{Zl}\p{Zp}\p{DI}]/u,
  hostileCharacters: /[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu,
  hostileRuns: /[\p{C}\p{Zl}\p{Zp}\p{DI}]+/gu,
  /** The same but for the line ends that are ours. */
  hostileInLines: /[^\n\P{C}]|[\p{Zl}\p{Zp}\p{DI}]/u,
  hostileInLinesRuns: /(?:[^\n\P{C}]|[\p{Zl}\p{Zp}\p{DI}])+/gu,
  /** No script stacks more of them; a hundred on one letter cover the lines around. */
  stackedMarks: /(\p{M}{4})\p{M}+/gu,
});
let made: ReturnType<typeof makePatterns> | undefined;
function patterns(): ReturnType<typeof makePatterns> {
  made ??= makePatterns();
  return made;
}

const letters = /^[\x20-\x7e]*$/;
/** As most lines are: found in a third of the time that `hostileInLines` takes. */
const lettersInLines = /^[\x20-\x7e\n]*$/;

/** More than any name, path or sentence of ours. */
export const shownLengthMax = 4096;

/** On one line, harmless, at most `lengthMax` characters and three dots. */
export function shown(text: string, lengthMax = 300): Shown {
  const clean = cleaned(text.length > 4 * lengthMax ? text.slice(0, 4 * lengthMax) : text).trim();
  const whole = clean.length <= lengthMax && text.length <= 4 * lengthMax;
  return (whole ? clean : `${withoutHalf(clean.slice(0, lengthMax))}...`) as Shown;
}

function cleaned(text: string): string {
  if (letters.test(text)) return text;
  const { hostileRuns, stackedMarks } = patterns();
  return text.replace(hostileRuns, ' ').replace(stackedMarks, '$1');
}

/** A pair of surrogates may have been cut in two. */
const withoutHalf = (text: string): string => text.replace(/[\ud800-\udbff]$/, '');

/** A template whose texts are shown: shownAs`${name} is gone`. */
export const shownAs = (strings: TemplateStringsArray, ...values: readonly (string | number)[]): Shown =>
  shown(String.raw({ raw: strings }, ...values.map((value) => shown(String(value)))));

/** Several lines of ours, each with its end; what else could do harm in them becomes a blank. */
export function shownLines(text: string): string {
  if (lettersInLines.test(text)) return text;
  const { hostileInLines, hostileInLinesRuns } = patterns();
  return hostileInLines.test(text) ? text.replace(hostileInLinesRuns, ' ') : text;
}

/** With `change` in the place of each character that could do harm. */
export const replaceHostile = (text: string, change: (character: string) => string): string =>
  text.replaceAll(patterns().hostileCharacters, change);

/** A value of ours with every text in it made harmless: the very same where nothing had to be. */
export function showable<T>(value: T): T {
  return deeply(value, (text) =>
    text.length <= shownLengthMax && (letters.test(text) || !patterns().hostile.test(text))
      ? text
      : shown(text, shownLengthMax),
  ) as T;
}

/** Plain data with every text in it, keys included, passed through `change`; the very same where nothing changes. */
export function deeply(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => deeply(item, change));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value);
  const changed = entries.map(([key, each]) => [change(key), deeply(each, change)] as const);
  const same = changed.every(
    ([key, each], index) => key === entries[index]?.[0] && each === entries[index]?.[1],
  );
  return same ? value : Object.fromEntries(changed);
}

/** As JSON on one line, of `showable` values: where the text of it is harmless, so are they. */
export function showableJson(value: unknown): string {
  const json = JSON.stringify(value);
  return /^[^\\]*$/.test(json) && (letters.test(json) || !patterns().hostile.test(json))
    ? json
    : JSON.stringify(showable(value));
}
