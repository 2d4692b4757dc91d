import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalSinks } from '../../../src/daemon/log/log.ts';
import { createJournal } from '../../../src/daemon/log/log.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { SinkTroubles } from '../../../src/ports/log-sink.ts';
import { openLogFile } from '../../../src/system/files/log-file.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

let folder: string;
let printed: string[];
let troubles: SinkTroubles;
let clock: VirtualTime;
const sinks: JournalSinks = {
  openOutput: (each) => {
    troubles = each;
    return { write: (line) => void printed.push(line), close: () => Promise.resolve() };
  },
  openFile: openLogFile,
};
const drift: JournalEvent = { event: 'ipvs.drift', operations: 1, changes: ['add real 10.0.0.2:80'] };
const ready: JournalEvent = { event: 'daemon.ready', instances: 1, services: 2, servers: 3 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  printed = [];
  clock = createVirtualTime();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('createJournal', () => {
  it('writes one JSON object a line with event, level, message and every field', async () => {
    const file = join(folder, 'a.log');
    const shell = createJournal({ level: 'info', format: 'json', file }, clock, sinks);
    shell.journal(drift);
    await shell.close();
    const line = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(line).toMatchObject({
      event: 'ipvs.drift',
      level: 'warn',
      operations: 1,
      changes: ['add real 10.0.0.2:80'],
    });
    expect(line.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(JSON.parse(printed[0] ?? '')).toEqual(line);
  });

  it('writes text that greps: time, level, event, sentence, fields', async () => {
    const shell = createJournal({ level: 'info', format: 'text' }, clock, sinks);
    shell.journal(ready);
    await shell.close();
    expect(printed[0]).toMatch(
      /^\S+Z INFO {2}daemon\.ready: ready: 1 virtual router.* \{instances=1 services=2 servers=3\}\n$/,
    );
  });

  it('tells its outputs the level of each line', async () => {
    const levels: string[] = [];
    const output = {
      write: (_: string, level: string) => void levels.push(level),
      close: () => Promise.resolve(),
    };
    const shell = createJournal({ level: 'info', format: 'text' }, clock, {
      ...sinks,
      openOutput: () => output,
    });
    shell.journal(drift);
    shell.journal(ready);
    shell.journal({ event: 'daemon.reload_rejected', config: 'a.yaml', problems: ['one'] });
    await shell.close();
    expect(levels).toEqual(['warn', 'info', 'error']);
  });

  it('leaves out what lies below its level, and takes on another one', async () => {
    const shell = createJournal({ level: 'warn', format: 'text' }, clock, sinks);
    shell.journal(ready);
    shell.configure({ level: 'info', format: 'text' });
    shell.journal(ready);
    await shell.close();
    expect(printed).toHaveLength(1);
  });

  it.each([
    ['a folder that is a file', () => join(folder, 'file', 'a.log')],
    ['a disk that is full', () => '/dev/full'],
  ])('reports %s on standard output, goes on without it and tries again', async (_name, path) => {
    writeFileSync(join(folder, 'file'), '');
    const shell = createJournal({ level: 'info', format: 'json', file: path() }, clock, sinks);
    shell.journal(ready);
    await vi.waitFor(() => expect(printed.join('')).toContain('"event":"log.failed"'), 60_000);
    shell.journal(drift);
    expect(printed.join('')).toContain('"event":"ipvs.drift"');
    expect(clock.waiting()).toBe(1);
    await clock.advance(clock.nextInMs() ?? 0);
    shell.journal(ready);
    await vi.waitFor(
      () => expect(printed.filter((line) => line.includes('log.failed'))).toHaveLength(2),
      60_000,
    );
    await shell.close();
  });

  it('tells of an output that lost lines or is gone, in the file as well', async () => {
    const file = join(folder, 'a.log');
    const shell = createJournal({ level: 'info', format: 'json', file }, clock, sinks);
    troubles.onLost(7);
    troubles.onFailed(new Error('write EPIPE'));
    await shell.close();
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'log.lost', sink: 'standard output', lines: 7 },
      { event: 'log.failed', sink: 'standard output', reason: 'write EPIPE' },
    ]);
  });
});

describe('what an event quotes', () => {
  it('forges no line, drives no terminal and gives no secret of a command away, in either format', async () => {
    const wild = 'a\n2026-11-30T00:00:00.000Z INFO  real.up: forged\x1b]0;x\x07\u009b31m\u202e\u2028\u200b';
    for (const format of ['json', 'text'] as const) {
      const shell = createJournal({ level: 'debug', format }, clock, sinks);
      const command = `/bin/tell --password Mk7RhQ2z ${wild}`;
      shell.journal({ event: 'real.down', service: wild, real: wild, detail: wild, failures: 1 });
      shell.journal({ event: 'vrrp.notified', instance: wild, state: 'MASTER', command, exit: wild });
      shell.journal({ event: 'config.warning', at: wild, message: wild });
      shell.journal({
        event: 'daemon.reload_rejected',
        config: wild,
        problems: [wild, `passwd: "Mk7RhQ2z"`],
      });
      await shell.close();
      expect(printed.splice(0)).toEqual(
        Array.from({ length: 4 }, () => expect.not.stringMatching(/\n.|Mk7Rh|[^\n\P{C}]|\p{Zl}|\p{DI}/u)),
      );
    }
  });
});
