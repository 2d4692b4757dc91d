// What journald reads of it, by its own rules; systemd's own reader is asked in test/lab/systemd.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../src/model/log-record.ts';
import { encodeJournal } from '../../../src/wire/log/journal-datagram.ts';
import { someTime } from '../../make/log-ports.ts';
import { readJournalDatagram } from '../../make/read-journal-datagram.ts';

const recordOf = (fields: LogRecord['fields'], message = 'ready'): LogRecord => ({
  ...someTime,
  ...{ event: 'daemon.ready', level: 'warn', message, fields },
});
const about = { identifier: 'lvs-director', messageId: '0123456789abcdef0123456789abcdef' };

const fieldsOf = (...words: Parameters<typeof recordOf>) =>
  Object.fromEntries(readJournalDatagram(encodeJournal(recordOf(...words), about)));

describe('a record for the journal', () => {
  it('has what journald knows, and each field under a name of ours: an own priority is none of journald', () => {
    expect(
      fieldsOf({ priority: 150, instance: 'VI_1', problems: ['a', 'b'], ok: true, message: 'own' }),
    ).toEqual({
      ...{ PRIORITY: '4', SYSLOG_IDENTIFIER: 'lvs-director', MESSAGE_ID: about.messageId },
      ...{ MESSAGE: 'daemon.ready: ready', LVS_EVENT: 'daemon.ready', LVS_TIMESTAMP: someTime.timestamp },
      ...{ LVS_PRIORITY: '150', LVS_INSTANCE: 'VI_1', LVS_PROBLEMS: '["a","b"]', LVS_OK: 'true' },
      ...{ LVS_MESSAGE: 'own', LVS_JSON: 'LVS_PRIORITY LVS_PROBLEMS LVS_OK' },
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
          expect(readJournalDatagram(bytes).get('PRIORITY')).toBe('4');
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
