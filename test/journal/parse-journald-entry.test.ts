// That an event comes back from the journal as it was: each of the catalogue, by way of the datagram that journald gets and
// of what `journalctl -o json` makes of its fields (the real one is asked in test/lab/systemd/life.systemd.test.ts).
import { describe, expect, it } from 'vitest';
import { recordOf } from '../../src/daemon/log/event-line.ts';
import { journalEntry } from '../../src/daemon/log/journal-sink.ts';
import { parseJournaldEntry } from '../../src/journal/parse-journald-entry.ts';
import { flatRecord } from '../../src/journal/record.ts';
import { someTime } from '../make/log-ports.ts';
import { readJournalDatagram } from '../make/read-journal-datagram.ts';
import { declaredEvents, samplesOf } from '../make/sample-events.ts';

const ofJournald = { __REALTIME_TIMESTAMP: '1793685845000000', _HOSTNAME: 'lvs1', _PID: '42' };
const entryOf = (bytes: Uint8Array) => ({ ...ofJournald, ...Object.fromEntries(readJournalDatagram(bytes)) });
const ready = {
  ...{ MESSAGE: 'daemon.ready: ready', PRIORITY: '6', LVS_EVENT: 'daemon.ready' },
  LVS_TIMESTAMP: someTime.timestamp,
};

describe('an event of the journal', () => {
  it.each([...declaredEvents.keys()])('%s is what it was', (event) => {
    for (const sample of samplesOf(event)) {
      const record = recordOf(sample, someTime);
      expect(parseJournaldEntry(entryOf(journalEntry(record)))).toEqual({
        ...{ host: 'lvs1', record: JSON.parse(JSON.stringify(flatRecord(record))) },
      });
    }
  });

  it('keeps a text that looks like a number, a list or a word of JSON', () => {
    for (const text of ['5', '[1]', 'true', 'null', '"x"', '']) {
      const record = { ...someTime, event: 'a.b', level: 'info', message: 'm', fields: { text } } as const;
      expect(parseJournaldEntry(entryOf(journalEntry(record)))?.record).toMatchObject({ text });
    }
  });

  it('is read where journalctl shows bytes, or a field that is there twice, and without what it does not show', () => {
    const entry = {
      ...{ ...ofJournald, ...ready, LVS_JSON: 'LVS_LONG LVS_CUT_SHORT' },
      ...{ LVS_DETAIL: [195, 188, 7], LVS_REAL: ['a', 'b'], LVS_LONG: null, LVS_CUT_SHORT: '["a' },
    };
    const { record } = parseJournaldEntry(entry) ?? {};
    expect(record).toEqual({
      ...{ event: 'daemon.ready', level: 'info', message: 'ready', timestamp: someTime.timestamp },
      ...{ detail: 'ü\x07', real: 'a', cut_short: '["a' },
    });
  });

  it('is also the line of JSON that came by standard output', () => {
    const MESSAGE =
      '{"event":"daemon.ready","level":"info","message":"ready","timestamp":"2026-11-03T06:04:05.000Z"}';
    expect(parseJournaldEntry({ ...ofJournald, MESSAGE })?.record).toEqual(JSON.parse(MESSAGE));
  });

  it.each([
    ['of somebody else', { MESSAGE: 'Started lvs-director.service' }],
    ['of a level that we do not have', { ...ready, PRIORITY: '5' }],
    ['without a time of ours', { ...ready, LVS_TIMESTAMP: 'noon' }],
    ['without an event', { ...ready, LVS_EVENT: undefined }],
  ])('is none %s', (_, fields) => {
    expect(parseJournaldEntry({ ...ofJournald, ...fields })).toEqual({ host: 'lvs1' });
  });

  it('has none of the names that the entry itself needs', () => {
    const names = [...declaredEvents.values()].flatMap((fields) => fields.map(({ name }) => name));
    expect(names.filter((name) => ['event', 'timestamp', 'level', 'json', 'cut'].includes(name))).toEqual([]);
  });

  it('is of the journal alone', () => {
    expect(parseJournaldEntry(ready)).toBeUndefined();
    expect(parseJournaldEntry([])).toBeUndefined();
  });
});
