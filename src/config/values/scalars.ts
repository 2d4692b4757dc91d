// The kinds of single value that a config has: each reads one text, names its rule in plain words for the
// complaint, and says its shape for the JSON Schema. Times come out in milliseconds. Each is one object of zod's: a string, a
// transformation and both after one another would be three, for each key there is, and they are made anew at each start.
import * as z from 'zod';
// Of `z.core` all would be loaded.
import { $constructor } from 'zod/v4/core';
import { type Ip, parseIp } from '../../net/ip.ts';
import { parseNetmask } from '../../net/prefix.ts';
import { readInterfaceName } from '../../net/word-pairs.ts';
import { didYouMean } from './suggest.ts';

/** What an editor is told of a value, and what docs/config.md prints. */
export type ScalarShape = Readonly<Record<string, unknown>>;

type Reading = {
  readonly read: (text: string) => unknown;
  /** @param text absent where the value is none */
  readonly rule: (text: string | undefined) => string;
};
type TextSchema = z.ZodType & { readonly _zod: { readonly def: z.core.$ZodTypeDef & Reading } };

const init: (schema: z.ZodType, def: z.core.$ZodTypeDef) => void = z.ZodType.init;
const TextSchema = $constructor<TextSchema>('TextSchema', (schema, def) => {
  init(schema, def);
  const { read, rule } = def;
  schema._zod.parse = (payload) => {
    const { value: text } = payload;
    const value = typeof text === 'string' ? read(text) : undefined;
    if (value === undefined) {
      const message = rule(typeof text === 'string' ? text : undefined);
      payload.issues.push({ code: 'custom', message, input: text, inst: schema });
    }
    payload.value = value;
    return payload;
  };
  // What else an editor is told is said beside it, as of any schema.
  schema._zod.processJSONSchema = (_context, json) => {
    json.type = 'string';
  };
});

/** @param read answers undefined for what breaks `rule` */
function textSchema<T>(
  read: (text: string) => T | undefined,
  rule: Reading['rule'],
  shape: ScalarShape,
): z.ZodType<T, string> {
  const schema = new TextSchema({ type: 'custom', read, rule }) as z.ZodType<T, string>;
  z.globalRegistry.add(schema, shape);
  return schema;
}

/** A value read from one text; `read` answers undefined for anything that breaks `rule`. */
export const scalar = <T>(rule: string, read: (text: string) => T | undefined, shape: ScalarShape) =>
  textSchema(read, () => rule, shape);

export const whole = (min: number, max: number) =>
  scalar(`a whole number from ${min} to ${max}`, (text) => readWhole(text, min, max), {
    type: 'integer',
    minimum: min,
    maximum: max,
  });

function readWhole(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** What things are called that the config itself names. */
export const plainName = scalar(
  'a name of letters, digits, _, - and .',
  (value) => (/^[\w.-]{1,64}$/.test(value) ? value : undefined),
  { type: 'string' },
);

/** A user of the host, and a group in place of the one that he logs in with. */
export const userName = () =>
  scalar(
    'a user, or USER:GROUP',
    (value) => (/^[\w.-]{1,64}(?::[\w.-]{1,64})?$/.test(value) ? value : undefined),
    { type: 'string' },
  );

export const interfaceName = scalar('an interface name of 1 to 15 characters', readInterfaceName, {
  type: 'string',
});

/** yes, no and the other spellings that YAML has known for them. */
export const readFlag = (text: string): boolean | undefined => flags.get(text.toLowerCase());

export const flag = () => scalar('yes or no', readFlag, { enum: ['yes', 'no', true, false] });

const flags: ReadonlyMap<string, boolean> = new Map([
  ...(['yes', 'true', 'on'] as const).map((word) => [word, true] as const),
  ...(['no', 'false', 'off'] as const).map((word) => [word, false] as const),
]);

/** One of some words, as written. The complaint suggests the nearest. */
export function choice<const Word extends string>(words: readonly Word[]) {
  const rule = (text: string | undefined) =>
    `one of ${words.join(', ')}${text === undefined ? '' : didYouMean(text, words)}`;
  return textSchema((text) => words.find((word) => word === text), rule, { enum: words });
}

export const text = () => scalar('a text', (value) => value, { type: ['string', 'number'] });
export const filledText = () =>
  scalar('a text that is not empty', (value) => value || undefined, { type: 'string' });

/** Without a zero, at which it would end for the kernel. */
export const isAbsolute = (path: string): boolean => path.startsWith('/') && !path.includes('\0');

export const absolutePath = () =>
  scalar('an absolute path', (value) => (isAbsolute(value) ? value : undefined), {
    type: 'string',
    pattern: '^/',
  });

export type DurationRange = {
  readonly minMs: number;
  readonly maxMs: number;
  /** The value must be a multiple of it. */
  readonly stepMs: number;
};

/** "5" and "5s" are seconds; ms, s, m, h, d. Milliseconds come out. */
export function duration(range: Partial<DurationRange> = {}) {
  const { minMs = 1, maxMs = 365 * 86_400_000, stepMs = 1 } = range;
  const steps = stepMs === 1 ? '' : ` in steps of ${formatDuration(stepMs)}`;
  const rule = `a time from ${formatDuration(minMs)} to ${formatDuration(maxMs)}${steps} (seconds, or with a unit: 500ms, 5s, 2m, 1h)`;
  const read = (value: string) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= minMs && ms <= maxMs && ms % stepMs === 0 ? ms : undefined;
  };
  return scalar(rule, read, { type: ['number', 'string'], pattern: durationPattern.source });
}

const durationPattern = /^(\d{1,9})(?:\.(\d{1,3}))?\s*(ms|s|m|h|d)?$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns whole milliseconds; undefined for no duration and for a fraction of a millisecond. */
export function parseDuration(value: string): number | undefined {
  const match = durationPattern.exec(value);
  if (match === null) return undefined;
  // In thousandths first, so that 40.95s is 40950 ms exactly and not a binary fraction of it.
  const thousandths = Number(`${match[1]}${(match[2] ?? '').padEnd(3, '0')}`);
  const ms = (thousandths * (unitMs[match[3] ?? 's'] ?? 1000)) / 1000;
  return Number.isInteger(ms) ? ms : undefined;
}

/** The shortest spelling that {@link parseDuration} reads back: 500ms, 5s, 2m, 1h, 1d. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = unitMs[unit] ?? 1;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return ms >= 1000 && ms % 10 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** An IPv4 or IPv6 address. */
export const address = () => scalar<Ip>('an IPv4 or IPv6 address', parseIp, { type: 'string' });

export type Netmask = { readonly length: number; readonly dotted: boolean };

/** A dotted IPv4 netmask or a prefix length. */
export const netmask = () =>
  scalar('a dotted netmask (255.255.255.0) or a prefix length from 1 to 128', readNetmask, {
    type: ['string', 'integer'],
  });

function readNetmask(value: string): Netmask | undefined {
  const dotted = value.includes('.');
  const length = dotted ? parseNetmask(value) : readWhole(value, 1, 128);
  return length === undefined ? undefined : { length, dotted };
}
