// What journald reads of it, by its own rules; systemd's own reader is asked in test/lab/systemd.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../src/model/log-record.ts';
import { encodeJournal } from '../../../src/wire/log/journal-datagram.ts';
import { someTime } from '../../make/log-ports.ts';

const recordOf = (fields: LogRecord['fields'], message = 'ready'): LogRecord => ({
  ...someTime,
  ...{ event: 'daemon.ready', level: 'warn', message, fields },
});
const about = { identifier: 'lvs-director', messageId: '0123456789abcdef0123456789abcdef' };

/** As journald does it (JOURNAL_NATIVE_PROTOCOL of systemd): throws for what it would refuse. */
function read(bytes: Uint8Array): ReadonlyMap<string, string> {
  let rest = Buffer.from(bytes);
  const fields = new Map<string, string>();
  while (rest.length > 0) {
    const end = rest.indexOf('\n');
    const line = rest.subarray(0, end).toString();
    rest = rest.subarray(end + 1);
    const [, key = '', value] = /^([A-Z][A-Z0-9_]{0,63})(?:=(.*))?$/s.exec(line) ?? [];
    if (key === '' || end < 0) throw new Error(`no field: ${line}`);
    if (value !== undefined) fields.set(key, value);
    else {
      const length = Number(rest.readBigUInt64LE());
      fields.set(key, rest.subarray(8, 8 + length).toString());
      if (rest[8 + length] !== 0x0a) throw new Error(`no end: ${key}`);
      rest = rest.subarray(9 + length);
    }
  }
  return fields;
}
const fieldsOf = (...words: Parameters<typeof recordOf>) =>
  Object.fromEntries(read(encodeJournal(recordOf(...words), about)));

describe('a record for the journal', () => {
  it('has what journald knows, and each field under a name of ours: an own priority is none of journald', () => {
    expect(
      fieldsOf({ priority: 150, instance: 'VI_1', problems: ['a', 'b'], ok: true, message: 'own' }),
    ).toEqual({
      ...{ PRIORITY: '4', SYSLOG_IDENTIFIER: 'lvs-director', MESSAGE_ID: about.messageId },
      ...{ MESSAGE: 'daemon.ready: ready', LVS_EVENT: 'daemon.ready', LVS_TIMESTAMP: someTime.timestamp },
      ...{ LVS_PRIORITY: '150', LVS_INSTANCE: 'VI_1', LVS_PROBLEMS: '["a","b"]', LVS_OK: 'true' },
      LVS_MESSAGE: 'own',
    });
  });

  it('can be read whatever is in it, and is no longer than a datagram', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50_000, size: 'max' }),
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.array(fc.string()),
      fc.constant('a\nb'),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), value, { maxKeys: 8 }),
        fc.string({ unit: 'binary' }),
        (fields, message) => {
          const bytes = encodeJournal(recordOf(fields, message), about);
          expect(bytes.length).toBeLessThan(101_000);
          expect(read(bytes).get('PRIORITY')).toBe('4');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says where something is missing, and cuts within no character', () => {
    const fields = fieldsOf({ a: `x${'é'.repeat(20_000)}`, b: 'short' });
    expect(fields.LVS_CUT).toBe('yes');
    expect(fields.LVS_B).toBe('short');
    expect(fields.LVS_A).toMatch(/^xé{15999}$/);
    expect(fieldsOf({ b: 'short' }).LVS_CUT).toBeUndefined();
  });

  it('leaves out a field that does not fit, and keeps what does', () => {
    const large = 'y'.repeat(32_000);
    const fields = fieldsOf({ a: large, b: large, c: large, d: large, e: 'small' });
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(['LVS_A', 'LVS_E', 'LVS_CUT', 'MESSAGE']));
    expect(fields.LVS_D).toBeUndefined();
  });
});
