// What a VRRP process says when its main process hears no more, and that it is what the journal would have said.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openOrphanLog } from '../../src/compose/orphan-log.ts';
import { createJournal } from '../../src/daemon/log/log.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import { logPorts } from '../make/log-ports.ts';

const lost: JournalEvent = { event: 'vrrp.supervisor_lost', reason: 'silent for 5500 ms' };
const transition = (to: 'leaving' | 'active'): JournalEvent => ({
  event: 'vrrp.transition',
  ...{ instance: 'VI_1', vrid: 51, interface: 'eth0', from: 'backup', to, reason: 'shutdown', priority: 0 },
});

function open() {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const log = openOrphanLog(Object.assign(stream, { fd: -1 }) as never);
  const lines = () => text.split('\n').filter((line) => line !== '');
  return { log, lines, events: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** What the journal makes of it, in JSON. */
async function journalled(event: JournalEvent): Promise<Record<string, unknown>> {
  const printed: string[] = [];
  const shell = createJournal({ level: 'info', format: 'json' }, logPorts(printed));
  shell.journal(event);
  await shell.close();
  return JSON.parse(printed[0] ?? '') as Record<string, unknown>;
}

describe('the log of an orphan', () => {
  it('has whole events: level, message and time, as in the journal', async () => {
    const { log, events } = open();
    log.write(lost);
    await log.close();
    const { timestamp, ...rest } = events()[0] ?? {};
    const { timestamp: _, ...expected } = await journalled(lost);
    expect(rest).toEqual(expected);
    expect(rest).toMatchObject({ level: 'error', message: expect.stringContaining('handing over') });
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('begins with what was sent since the main process was last heard, in order and once', async () => {
    const { log, events } = open();
    log.sent({ event: 'vrrp.stall', instance: 'heard of', late_ms: 1, action: 'stepped down' } as never);
    log.heard();
    log.sent(transition('active'));
    log.write(lost);
    log.write(transition('leaving'));
    await log.close();
    expect(events().map(({ event, to }) => [event, to])).toEqual([
      ['vrrp.transition', 'active'],
      ['vrrp.supervisor_lost', undefined],
      ['vrrp.transition', 'leaving'],
    ]);
  });

  it('keeps a bounded number of them', async () => {
    const { log, lines } = open();
    for (let count = 0; count < 5000; count += 1) log.sent(transition('active'));
    log.write(lost);
    await log.close();
    expect(lines()).toHaveLength(1001);
  });

  it('says nothing while the main process listens', async () => {
    const { log, lines } = open();
    log.sent(transition('active'));
    await log.close();
    expect(lines()).toEqual([]);
  });
});
