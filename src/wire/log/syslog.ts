// A record as syslog takes it. RFC 5424: the typed fields are structured data, and the event is MSGID. RFC 3164, as /dev/log is
// read by rsyslog and journald alike: one line of text, which has the fields at its end. Both are at most 8192 bytes long, as
// rsyslog takes no more unless told; fields that do not fit are left out, and `cut` says so. Source: RFC 5424 §6; RFC 3164 §4.
import { facilities, type SyslogConfig } from '../../model/config/log.ts';
import { type LogRecord, severities } from '../../model/log-record.ts';

const bytesMax = 8192;
const sentenceBytesMax = 2000;
const valueBytesMax = 1500;
/** Of RFC 5612, for who has no number of a company. */
const structureId = 'lvs-director@32473';

export type SyslogAbout = Pick<SyslogConfig, 'facility' | 'format' | 'tag'> & {
  /** Absent: the reader is on this host. */
  readonly hostname?: string;
  readonly pid: number;
};

export function encodeSyslog(record: LogRecord, about: SyslogAbout): Uint8Array {
  const priority = `<${8 * facilities[about.facility] + severities[record.level]}>`;
  const words = `${record.event}: ${cutText(record.message, sentenceBytesMax)}`;
  return Buffer.from(
    priority + (about.format === 'rfc5424' ? rfc5424(record, about, words) : rfc3164(record, about, words)),
  );
}

function rfc5424({ timestamp, event, fields }: LogRecord, about: SyslogAbout, words: string): string {
  const { hostname = '', tag, pid } = about;
  // VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID
  const head = `1 ${timestamp} ${printable(hostname, 255)} ${printable(tag, 48)} ${pid} ${printable(event, 32)}`;
  const parameters = fitting(fields, bytesMax - sizeOf(head) - sizeOf(words) - 80, (name, value) => {
    const escaped = value.replaceAll(/["\\\]]/g, '\\$&');
    return ` ${printable(name, 32)}="${escaped}"`;
  });
  return `${head} [${structureId} event="${event}"${parameters.join('')}] ${words}`;
}

function rfc3164({ bsdTime, fields }: LogRecord, about: SyslogAbout, words: string): string {
  const { hostname, tag, pid } = about;
  const from = hostname === undefined ? '' : `${printable(hostname, 255)} `;
  const head = `${bsdTime} ${from}${tag}[${pid}]: ${words}`;
  const pairs = fitting(fields, bytesMax - sizeOf(head) - 80, (name, value) =>
    /^[^\s"={}]+$/.test(value) ? ` ${name}=${value}` : ` ${name}=${JSON.stringify(value)}`,
  );
  return pairs.length === 0 ? head : `${head} {${pairs.join('').trimStart()}}`;
}

/** Each as `format` writes it, and `cut` where one is left out or cut. */
function fitting(
  fields: LogRecord['fields'],
  room: number,
  format: (name: string, value: string) => string,
): readonly string[] {
  const written: string[] = [];
  let left = room;
  let isCut = false;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const text = textOf(value);
    const short = cutText(text, valueBytesMax);
    const one = format(name, short);
    isCut ||= short !== text || sizeOf(one) > left;
    if (sizeOf(one) > left) continue;
    left -= sizeOf(one);
    written.push(one);
  }
  return isCut ? [...written, format('cut', 'yes')] : written;
}

/** A text as it is, anything else as JSON. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const sizeOf = (text: string) => Buffer.byteLength(text);

function cutText(text: string, most: number): string {
  if (sizeOf(text) <= most) return text;
  const bytes = Buffer.from(text);
  let end = most - 3;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.subarray(0, end).toString()}...`;
}

/** PRINTUSASCII, and in the name of a parameter neither = nor ] nor " (RFC 5424 §6). */
const printable = (text: string, most: number): string =>
  text.replaceAll(/[^\x21-\x7e]|[=\]"]/g, '_').slice(0, most) || '-';
