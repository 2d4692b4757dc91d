// The forms of RFC 5424 and RFC 3164; what a real rsyslogd reads of them is test/lab/daemon/syslog.net.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facilities } from '../../../src/model/config/log.ts';
import type { LogRecord } from '../../../src/model/log-record.ts';
import { encodeSyslog, type SyslogAbout } from '../../../src/wire/log/syslog.ts';
import { someTime } from '../../make/log-ports.ts';

const recordOf = (fields: LogRecord['fields'], message = 'ready'): LogRecord => ({
  ...someTime,
  ...{ event: 'daemon.ready', level: 'error', message, fields },
});
const about = { facility: 'local0', tag: 'lvs-director', hostname: 'lvs1', pid: 42 } as const;
const encode = (record: LogRecord, more: Pick<SyslogAbout, 'format'> & Partial<SyslogAbout>) =>
  Buffer.from(encodeSyslog(record, { ...about, ...more })).toString();

/** RFC 5424 §6, with one element of structured data. */
const rfc5424 =
  /^<(\d{1,3})>1 (\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) \[lvs-director@32473((?: [!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*)\] (.*)$/s;

describe('RFC 5424', () => {
  it('has facility and severity, the event as MSGID, its fields as structured data (§6)', () => {
    expect(encode(recordOf({ instance: 'VI_1', vrid: 51, list: ['a'] }), { format: 'rfc5424' })).toBe(
      '<131>1 2026-11-03T06:04:05.000Z lvs1 lvs-director 42 daemon.ready [lvs-director@32473 event="daemon.ready" instance="VI_1" vrid="51" list="[\\"a\\"\\]"] daemon.ready: ready',
    );
  });

  it('has its form, and at most 8192 bytes, whatever is in a record (§6.3.3)', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 9000, size: 'max' }),
      fc.constantFrom(']', '"', '\\'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 9 }),
        fc.string(),
        (fields, message) => {
          const line = encode(recordOf(fields, message), { format: 'rfc5424' });
          expect(line).toMatch(rfc5424);
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says where a field is cut or left out', () => {
    const line = encode(recordOf({ a: 'x'.repeat(5000), b: 'y' }), { format: 'rfc5424' });
    expect(line).toMatch(/ a="x{1497}\.\.\." b="y" cut="yes"\]/);
    expect(encode(recordOf({ b: 'y' }), { format: 'rfc5424' })).not.toContain('cut=');
  });

  it.each(Object.entries(facilities))('knows facility %s (§6.2.1)', (facility, number) => {
    const line = encode(recordOf({}), { format: 'rfc5424', facility: facility as keyof typeof facilities });
    expect(line.startsWith(`<${number * 8 + 3}>1 `)).toBe(true);
  });
});

describe('RFC 3164', () => {
  const local: SyslogAbout = { facility: 'daemon', format: 'rfc3164', tag: 'lvs-director', pid: 42 };

  it('is a line with time, tag and process for the socket of this host', () => {
    const line = Buffer.from(encodeSyslog(recordOf({ instance: 'VI_1', why: 'a "b"' }), local)).toString();
    expect(line).toBe(
      '<27>Nov  3 07:04:05 lvs-director[42]: daemon.ready: ready {instance=VI_1 why="a \\"b\\""}',
    );
  });

  it('names the host over a network (§4.1.2)', () => {
    expect(encode(recordOf({}), { format: 'rfc3164' })).toBe(
      '<131>Nov  3 07:04:05 lvs1 lvs-director[42]: daemon.ready: ready',
    );
  });

  it('has at most 8192 bytes', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, 'é'.repeat(900)]));
    const line = encode(recordOf(many, 'm'.repeat(4000)), { format: 'rfc3164' });
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
    expect(line).toMatch(/ cut=yes\}$/);
  });
});
