// The numeric IPv4 addresses that inet_aton(3) takes, and with it every program that asks getaddrinfo: one to four numbers, each
// decimal, octal (0...) or hexadecimal (0x...), the last of which fills what is left. ip.ts takes none but the dotted four.
import { type Ip, ipFromBytes, parseIp } from './ip.ts';

const number = /^(?:0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i;

/** "10.1" is 10.0.0.1, "24" is 0.0.0.24 and "010.0.0.1" is 8.0.0.1. */
export function parseInetAton(text: string): Ip | undefined {
  const words = text.split('.');
  if (words.length > 4 || !words.every((word) => number.test(word))) return undefined;
  const numbers = words.map((word) => (/^0\d/.test(word) ? Number.parseInt(word, 8) : Number(word)));
  const last = numbers.pop() ?? 0;
  const width = 4 - numbers.length;
  if (numbers.some((each) => each > 255) || last >= 256 ** width) return undefined;
  const rest = Array.from({ length: width }, (_, i) => Math.floor(last / 256 ** (width - 1 - i)) % 256);
  return ipFromBytes(Uint8Array.from([...numbers, ...rest]));
}

/** What `text` spells beside the dotted four, as its address. */
export const oddInetAddress = (text: string): Ip | undefined =>
  parseIp(text) === undefined ? parseInetAton(text) : undefined;
