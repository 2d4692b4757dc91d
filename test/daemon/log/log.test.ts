import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createJournal, type LogPorts } from '../../../src/daemon/log/log.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { LogConfig, SyslogConfig } from '../../../src/model/config/log.ts';
import { ip } from '../../../src/net/ip.ts';
import type { LogTransport, SinkTroubles } from '../../../src/ports/log-sink.ts';
import { openLogFile } from '../../../src/system/files/log-file.ts';
import { logPorts } from '../../make/log-ports.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

let folder: string;
let printed: string[];
let troubles: SinkTroubles;
let clock: VirtualTime;
/** What came to each place. */
let sent: Record<string, string[]>;
let broken: ReadonlySet<string>;

const transport = (name: string): LogTransport => ({
  send: async (lines) => {
    if (broken.has(name)) throw new Error('ECONNREFUSED');
    sent[name] = [...(sent[name] ?? []), ...lines.map((line) => Buffer.from(line).toString())];
    return lines.length;
  },
  close: () => {},
});

const open = (log: LogConfig, more: Partial<LogPorts> = {}) =>
  createJournal(
    log,
    logPorts(printed, {
      ...{ clock, openFile: openLogFile },
      openOutput: (each) => {
        troubles = each;
        return { write: (line) => void printed.push(line), close: () => Promise.resolve() };
      },
      openJournal: () => transport('journal'),
      openSyslog: (to) => transport(JSON.stringify(to)),
      ...more,
    }),
  );
const drift: JournalEvent = { event: 'ipvs.drift', operations: 1, changes: ['add real 10.0.0.2:80'] };
const ready: JournalEvent = { event: 'daemon.ready', instances: 1, services: 2, servers: 3 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  printed = [];
  clock = createVirtualTime();
  sent = {};
  broken = new Set();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('createJournal', () => {
  it('writes one JSON object a line with event, level, message and every field', async () => {
    const file = join(folder, 'a.log');
    const shell = open({ level: 'info', format: 'json', file });
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
    const shell = open({ level: 'info', format: 'text' });
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
    const shell = open({ level: 'info', format: 'text' }, { openOutput: () => output });
    shell.journal(drift);
    shell.journal(ready);
    shell.journal({ event: 'daemon.reload_rejected', config: 'a.yaml', problems: ['one'] });
    await shell.close();
    expect(levels).toEqual(['warn', 'info', 'error']);
  });

  it('leaves out what lies below its level, and takes on another one', async () => {
    const shell = open({ level: 'warn', format: 'text' });
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
    const shell = open({ level: 'info', format: 'json', file: path() });
    shell.journal(ready);
    await vi.waitFor(() => expect(printed.join('')).toContain('"event":"log.failed"'), 60_000);
    shell.journal(drift);
    expect(printed.join('')).toContain('"event":"ipvs.drift"');
    expect(clock.waiting()).toBe(1);
    await shell.close();
    // What the file never took is counted.
    expect(printed.join('')).toContain('"event":"log.lost"');
  });

  it('tells of an output that lost lines or is gone, in the file as well', async () => {
    const file = join(folder, 'a.log');
    const shell = open({ level: 'info', format: 'json', file });
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

describe('what a place loses', () => {
  it('is told elsewhere as that begins, counted at once, and told where it is missing', async () => {
    const file = join(folder, 'a.log');
    const shell = open({ level: 'info', format: 'json', file });
    const lost = () => shell.lost().get('standard output');
    for (let n = 0; n < 3; n++) troubles.onLeftOut();
    expect(lost()).toBe(3);
    // One that it never takes is no part of the gap.
    troubles.onLost(1);
    expect(lost()).toBe(3);
    troubles.onLost(3);
    expect(lost()).toBe(4);
    troubles.onLeftOut();
    expect(lost()).toBe(5);
    await shell.close();
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const failed = { event: 'log.failed', reason: expect.stringContaining('left out') };
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      failed,
      { event: 'log.lost', lines: 1 },
      { event: 'log.lost', lines: 3 },
      failed,
    ]);
  });
});

describe('the places', () => {
  const syslog: SyslogConfig = {
    to: { kind: 'socket', path: '/dev/log' },
    ...{ facility: 'local0', format: 'rfc3164', tag: 'lvs' },
  };
  const local = JSON.stringify(syslog.to);

  it.each([
    ['text on a terminal', 'terminal', undefined, /daemon\.ready: ready: 1/],
    ['JSON elsewhere', 'other', undefined, /^\{"timestamp"/],
    ['JSON on a terminal that asks for it', 'terminal', 'json', /^\{"timestamp"/],
    ['text elsewhere that asks for it', 'other', 'text', /daemon\.ready: ready: 1/],
  ] as const)('has %s', async (_, output, format, line) => {
    const shell = open({ level: 'info', ...(format !== undefined && { format }) }, { output });
    shell.journal(ready);
    await shell.close();
    expect(printed[0]).toMatch(line);
  });

  it.each([
    ['auto', 'journal', ['journal']],
    [undefined, 'journal', ['journal']],
    ['yes', 'journal', ['journal']],
    ['no', 'journal', ['output']],
    ['auto', 'other', ['output']],
    ['yes', 'other', ['output', 'journal']],
    ['yes', 'terminal', ['output', 'journal']],
  ] as const)('with journal: %s and output to %s, are told once: %j', async (journal, output, places) => {
    const shell = open({ level: 'info', ...(journal !== undefined && { journal }) }, { output });
    shell.journal(ready);
    await shell.close();
    const told = [
      ...(printed.length === 1 ? ['output'] : []),
      ...(sent.journal?.length === 1 ? ['journal'] : []),
    ];
    expect(told).toEqual(places);
  });

  it('are the stream to journald where its socket is dead, with all that was said, until it is back', async () => {
    broken = new Set(['journal']);
    const shell = open({ level: 'info' }, { output: 'journal' });
    shell.journal(ready);
    shell.journal(drift);
    await clock.advance(0);
    shell.journal(ready);
    const events = printed.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(['daemon.ready', 'ipvs.drift', 'log.failed', 'daemon.ready']);
    broken = new Set();
    await clock.advance(60_000);
    shell.journal(ready);
    await shell.close();
    expect(printed).toHaveLength(4);
    expect(sent.journal).toHaveLength(1);
  });

  it('change by a reload without losing an event, and one that stays as it is goes on', async () => {
    const shell = open({ level: 'info', syslog: [syslog] });
    broken = new Set([local]);
    shell.journal(ready);
    await clock.advance(0);
    broken = new Set();
    shell.configure({ level: 'info', syslog: [syslog], format: 'text' });
    shell.journal(drift);
    const other: SyslogConfig = { ...syslog, to: { kind: 'udp', address: ip('192.0.2.9'), port: 514 } };
    shell.configure({ level: 'info', syslog: [other] });
    shell.journal(ready);
    await shell.close();
    expect(sent[local]?.map((line) => /: ([a-z.]+):/.exec(line)?.[1])).toEqual([
      'daemon.ready',
      'log.failed',
      'ipvs.drift',
    ]);
    expect(sent[JSON.stringify(other.to)]).toHaveLength(1);
  });

  it('each hear of the other that cannot be written', async () => {
    broken = new Set([local]);
    const shell = open({ level: 'info', syslog: [syslog], journal: 'yes' });
    shell.journal(ready);
    await clock.advance(0);
    await shell.close();
    for (const text of [printed.join(), sent.journal?.join()])
      expect(text).toMatch(/cannot write to syslog \/dev\/log: ECONNREFUSED/);
  });
});

describe('what an event quotes', () => {
  it('forges no line, drives no terminal and gives no secret of a command away, in either format', async () => {
    const wild = 'a\n2026-11-30T00:00:00.000Z INFO  real.up: forged\x1b]0;x\x07\u009b31m\u202e\u2028\u200b';
    for (const format of ['json', 'text'] as const) {
      const shell = open({ level: 'debug', format });
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
