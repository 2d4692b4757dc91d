// Servers as one line of text, in ldirectord's spelling: ADDR[->ADDR][:PORT] METHOD [WEIGHT] ... for a real server,
// ADDR[:PORT] [METHOD] for a fallback (docs/reference/ldirectord.md §1.4, §1.5). Names stay names here; resolve.ts
// asks for their addresses.
import type { Forward } from '../../model/ipvs.ts';

/** An address (without brackets) or name, the end of a range, the port as written: a number or a service name. */
export type HostPort = { readonly host: string; readonly lastHost?: string; readonly port?: string };

const host = String.raw`\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z._+-]+?)`;
const hostPortPattern = new RegExp(`^(?:${host})(?:->([0-9A-Za-z._+-]+?))?(?::([0-9A-Za-z_-]+))?$`);

/** "192.168.6.2:80", "www.example.org:http", "[fd00::2]:80", "10.0.0.2->10.0.0.9:80", "fd00::2". */
export function parseHostPort(value: string): HostPort | undefined {
  if (/^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(value)) return { host: value };
  const match = hostPortPattern.exec(value);
  if (match === null) return undefined;
  const [, inet6, name, lastHost, port] = match;
  return {
    host: inet6 ?? name ?? '',
    ...(lastHost === undefined ? {} : { lastHost }),
    ...(port === undefined ? {} : { port }),
  };
}

export const forwards: readonly Forward[] = ['gate', 'masq', 'ipip'];
export const isForward = (word: string): word is Forward => forwards.some((forward) => forward === word);

/** The parts of a fallback's line, each as text. */
export type FallbackText = { readonly address: string; readonly forward: Forward };

/** "127.0.0.1:80 gate"; the method is gate where none is named. A weight is refused: it is always 1. */
export function parseFallbackText(value: string): FallbackText | undefined {
  const [address = '', forward = 'gate', ...rest] = value.trim().split(/\s+/);
  const server = parseHostPort(address);
  if (server === undefined || server.lastHost !== undefined) return undefined;
  return rest.length === 0 && isForward(forward) ? { address, forward } : undefined;
}

/** The parts of a real server's line, each as text; `ignored` is what stock ldirectord drops without a word. */
export type RealText = {
  readonly address: string;
  readonly forward: string;
  readonly weight?: string;
  readonly request?: string;
  readonly receive?: string;
  readonly lower_threshold?: string;
  readonly upper_threshold?: string;
  readonly ignored?: string;
};

/** l: before u:, or the other way round (stock ldirectord then drops u: without a word). */
const thresholdsPattern = /^(?:(?:\s+l:(\d+))?(?:\s+u:(\d+))?|\s+u:(\d+)\s+l:(\d+))\s*$/;

/** @returns the parts, or the text around which the line stops making sense. */
export function parseRealText(value: string): RealText | { readonly leftover: string } {
  const head = /^(\S+)\s+(gate|masq|ipip)(?![\w-])/.exec(value.trim());
  if (head === null) return { leftover: value };
  const tail = value.trim().slice(head[0].length);
  const weight = /^(.*?)\s(\d+)(?!\S)/.exec(tail.split('"')[0] ?? '');
  const afterWeight = weight === null ? tail : tail.slice(weight[0].length);
  const pair = /^\s+"([^"]*)"(?:,|\s)\s*"([^"]*)"/.exec(afterWeight);
  const afterPair = afterWeight.slice(pair?.[0].length ?? 0);
  const thresholds = thresholdsPattern.exec(afterPair);
  if (thresholds === null) return { leftover: afterPair };
  const lower = thresholds[1] ?? thresholds[4];
  const upper = thresholds[2] ?? thresholds[3];
  const ignored = weight?.[1]?.trim() ?? '';
  return {
    address: head[1] ?? '',
    forward: head[2] ?? '',
    ...(weight === null ? {} : { weight: weight[2] ?? '' }),
    ...(pair === null ? {} : { request: pair[1] ?? '', receive: pair[2] ?? '' }),
    ...(lower === undefined ? {} : { lower_threshold: lower }),
    ...(upper === undefined ? {} : { upper_threshold: upper }),
    ...(ignored === '' ? {} : { ignored }),
  };
}
