// "KEY VALUE KEY VALUE", as ip(8) and keepalived write options, to a record of values.

/** How the value of each known key is read; undefined refuses it. */
type Readers = Readonly<Record<string, (text: string) => unknown>>;

export type ReadPairs<R extends Readers> = {
  readonly [Key in keyof R]?: Exclude<ReturnType<R[Key]>, undefined>;
};

/** @returns undefined where a key is unknown, stands twice, or has no value or a wrong one. */
export function readPairs<R extends Readers>(words: readonly string[], readers: R): ReadPairs<R> | undefined {
  const found = new Map<string, unknown>();
  for (let i = 0; i < words.length; i += 2) {
    const [key = '', text] = [words[i], words[i + 1]];
    const value = text !== undefined && Object.hasOwn(readers, key) ? readers[key]?.(text) : undefined;
    if (value === undefined || found.has(key)) return undefined;
    found.set(key, value);
  }
  return Object.fromEntries(found) as ReadPairs<R>;
}

/** The kernel's IFNAMSIZ is 16 with the closing zero byte. */
export const readInterfaceName = (text: string): string | undefined =>
  /^[^\s/]{1,15}$/.test(text) ? text : undefined;

/** A number of 32 bits, decimal or 0x. */
export function readNumber(text: string): number | undefined {
  const value = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : undefined;
  return value !== undefined && value <= 0xffff_ffff ? value : undefined;
}

/** Whether what it stands behind keeps its virtual router out of the election while its device does not work. */
export const readTrack = (text: string): boolean | undefined =>
  /^(yes|on|true)$/i.test(text) ? true : /^(no|off|false)$/i.test(text) ? false : undefined;

/** keepalived's word for it, as ours. */
export const spellTrack = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => (word === 'no_track' ? ['track', 'no'] : [word]));
