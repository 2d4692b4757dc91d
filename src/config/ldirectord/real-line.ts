// The line of a real server as ldirectord reads it (its _ld_read_config_real_resolve and add_real_server): each part is the
// first that looks like one, and what stands before it is passed over. What is passed over is told, so that values.ts can
// warn. Here too what it loses behind a request with a slash, and u: before l:, which we keep.
import { isForward } from '../values/server-text.ts';

export type RealLine = {
  /** By the keys of the schema, but for the address. */
  readonly parts: Readonly<Record<string, string>>;
  readonly host: string;
  readonly lastHost?: string;
  readonly port?: string;
  /** What ldirectord passes over before the address. */
  readonly before: string;
  /** And after the method. */
  readonly passedOver: readonly string[];
  /** Behind a request with a slash, where ldirectord reads nothing more. */
  readonly isCutShort: boolean;
};

// Perl's \s of bytes, and a dot that takes what JavaScript holds for a line's end.
const blank = String.raw`[ \t\n\v\f\r]`;
const any = '[^]*';
const host = String.raw`\d+\.\d+\.\d+\.\d+|[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]`;
const head = new RegExp(`(${host})(?:->(${host}))?(?::([A-Za-z0-9_-]+))?${blank}+(${any})`);
const method = new RegExp(String.raw`(\w+)(${any})`);
const weight = new RegExp(String.raw`${blank}+(\d+)(${any})`);
const pair = new RegExp(`${blank}+"(${any})"[, ]${blank}*"(${any})"(${any})`);
const lower = new RegExp(String.raw`${blank}+l:(\d+)(${any})`);
const upper = new RegExp(String.raw`${blank}+u:(\d+)(${any})`);
const upperAlone = new RegExp(String.raw`^${blank}+u:(\d+)$`);

/** The first match: what stood before it, its groups but the last, and the last, which is what is left. */
function take(pattern: RegExp, text: string) {
  const found = pattern.exec(text);
  if (found === null) return { before: '', groups: [] as readonly string[], left: text };
  const groups = found.slice(1).map((group) => group ?? '');
  return { before: text.slice(0, found.index), groups, left: groups.pop() ?? '' };
}

/** @returns undefined for a line that ldirectord refuses */
export function readRealLine(text: string): RealLine | undefined {
  const address = head.exec(text);
  const forward = take(method, address?.[4] ?? '');
  if (address === null || !isForward(forward.groups[0] ?? '')) return undefined;
  const share = take(weight, forward.left);
  const asked = take(pair, share.left);
  const [request, receive] = asked.groups;
  const atLeast = take(lower, asked.left);
  const atMost = take(upper, atLeast.left);
  const isCutShort = request?.startsWith('/') === true;
  const rest = atMost.left.trim();
  if (rest !== '' && !isCutShort) return undefined;
  const early = upperAlone.exec(atLeast.before)?.[1];
  const between = early === undefined ? atLeast.before : '';
  const [limit = early] = atMost.groups;
  const parts = {
    ...named('forward', forward.groups[0]),
    ...named('weight', share.groups[0]),
    ...named('request', request),
    ...named('receive', receive),
    ...named('lower_threshold', atLeast.groups[0]),
    ...named('upper_threshold', limit),
  };
  const skipped = [forward.before, share.before, asked.before, between, atMost.before, rest];
  return {
    parts,
    host: address[1] ?? '',
    ...named('lastHost', address[2]),
    ...named('port', address[3]),
    before: text.slice(0, address.index),
    passedOver: skipped.map((each) => each.trim()).filter((each) => each !== ''),
    isCutShort,
  };
}

const named = <Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: string });
