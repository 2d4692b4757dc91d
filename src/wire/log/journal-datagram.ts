// A record as journald takes it over its own socket: "KEY=value\n", or "KEY\n", the length in 64 bits, the bytes and "\n" where
// the value has line ends. Fields of ours are LVS_NAME, as PRIORITY, UNIT and others have a meaning of their own there.
// Those whose value is JSON and no text are named in LVS_JSON, so that `journalctl -o json` gives them back as they were
// (journal/parse-journald-entry.ts). Bounded, as a datagram is: what does not fit is cut or left out, and LVS_CUT says so.
// Source: docs/JOURNAL_NATIVE_PROTOCOL.md of systemd/systemd; systemd.journal-fields(7).
import { type LogRecord, severities } from '../../model/log-record.ts';

/** The kernel takes at most net.core.wmem_default (212,992 bytes) of one; a lowered one still has room for half of that. */
const datagramBytesMax = 100_000;
const valueBytesMax = 32_000;

export type JournalAbout = {
  /** 32 hexadecimal digits (sd-id128(3)). */
  readonly messageId?: string;
  readonly identifier: string;
};

export function encodeJournal(
  { timestamp, event, level, message, fields }: LogRecord,
  { messageId, identifier }: JournalAbout,
): Uint8Array {
  const own = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[keyOf(name), textOf(value)] as const],
  );
  const typed = Object.keys(fields).filter((name) => !['string', 'undefined'].includes(typeof fields[name]));
  const pairs = [
    ['PRIORITY', `${severities[level]}`],
    ['SYSLOG_IDENTIFIER', identifier],
    ...(messageId === undefined ? [] : [['MESSAGE_ID', messageId] as const]),
    ['MESSAGE', `${event}: ${message}`],
    ['LVS_EVENT', event],
    ['LVS_TIMESTAMP', timestamp],
    ...(typed.length === 0 ? [] : [['LVS_JSON', typed.map(keyOf).join(' ')] as const]),
    ...own,
  ] as const;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let isCut = false;
  for (const [key, text] of pairs) {
    const value = cut(Buffer.from(text));
    const part = encodeField(key, value);
    const fits = bytes + part.length <= datagramBytesMax;
    isCut ||= !fits || value.length < Buffer.byteLength(text);
    if (!fits) continue;
    parts.push(part);
    bytes += part.length;
  }
  if (isCut) parts.push(encodeField('LVS_CUT', Buffer.from('yes')));
  return Buffer.concat(parts);
}

/** Letters, digits and _, 64 of them at most, and none of ours begins with one that journald keeps for itself. */
const keyOf = (name: string) =>
  `LVS_${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .slice(0, 60)}`;

/** A text as it is, anything else as JSON. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Not within a character. */
function cut(value: Buffer): Buffer {
  if (value.length <= valueBytesMax) return value;
  let end = valueBytesMax;
  while (((value[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return value.subarray(0, end);
}

function encodeField(key: string, value: Buffer): Buffer {
  if (!value.includes('\n')) return Buffer.concat([Buffer.from(`${key}=`), value, Buffer.from('\n')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${key}\n`), length, value, Buffer.from('\n')]);
}
