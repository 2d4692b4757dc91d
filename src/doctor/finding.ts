// What the doctor says of one fault: its name, which never changes, what is there, why that breaks which service, and what
// mends it. Pure values; docs/doctor.md has a section for each name.

/** `fault`: the service does not work, or will not after a failover; `warning`: it may not, or not well. */
export type Level = 'fault' | 'warning';

export type Finding = {
  readonly name: string;
  readonly level: Level;
  /** As configured: "tcp 192.168.6.240:80". Empty: not of single services. */
  readonly services: readonly string[];
  /** What is there. */
  readonly what: string;
  readonly why: string;
  /** For sh, as root, on this director. At least one of both is there. */
  readonly command?: string;
  /** Where no command of this director mends it. */
  readonly advice?: string;
};

/** What was not looked at, and why. */
export type Unlooked = { readonly unlooked: string };

/** What is looked at in one go. */
export type Examination<Facts> = {
  /** "forwarding and redirects": for people, where nothing was found. */
  readonly subject: string;
  /** Of all that it may find. */
  readonly names: readonly string[];
  readonly examine: (facts: Facts) => readonly (Finding | Unlooked)[];
};

/** Of a word for sh: a plain one as it is, anything else in quotes. */
export const quoted = (word: string | number): string =>
  /^[\w./:@%+,=-]+$/.test(String(word)) ? String(word) : `'${String(word).replaceAll("'", `'\\''`)}'`;
