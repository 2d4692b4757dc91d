// The events of late over restarts, on a real disk: what was kept, what a VRRP process told when nobody heard, what is broken.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEvents } from '../../src/compose/open-events.ts';
import { openOrphanLog } from '../../src/compose/orphan-log.ts';
import { unheardFile } from '../../src/compose/unheard-file.ts';
import { recordOf } from '../../src/daemon/log/event-line.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import { wallTime } from '../../src/system/wall-clock.ts';

let stateDir: string;
let told: JournalEvent[];
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'events-'));
  told = [];
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const open = () => openEvents(stateDir, (event) => void told.push(event));
const record = (event: JournalEvent) => recordOf(event, wallTime());
const stopped = (uptime_s: number): JournalEvent => ({ event: 'daemon.stopped', uptime_s });
const names = (events: ReturnType<typeof open>) => events.all().map(({ event }) => event);

async function run(...events: readonly JournalEvent[]) {
  const kept = open();
  for (const event of events) kept.keep(record(event));
  await kept.close(5000);
  return kept;
}

describe('the events of late', () => {
  it('are there after any number of restarts, for nobody else to read', async () => {
    for (let n = 0; n < 12; n += 1) await run(stopped(n), { event: 'service.empty', service: 's' });
    expect(
      open()
        .all()
        .map(({ message }) => message)
        .filter((each) => each.startsWith('stopped')),
    ).toEqual(Array.from({ length: 12 }, (_, n) => `stopped after ${n} s`));
    const folder = join(stateDir, 'events');
    // A crash loop does not push the past out.
    expect(readdirSync(folder).sort()).toEqual(['routers-0.json', 'servers-0.json']);
    expect(statSync(join(folder, 'routers-0.json')).mode & 0o777).toBe(0o600);
    expect(told).toEqual([]);
  });

  it('have what the VRRP process told when its main process was gone, once', async () => {
    await run({ event: 'vrrp.supervisor_lost', reason: 'told by both' });
    const stream = Object.assign(new PassThrough().resume(), { fd: -1 });
    const orphan = openOrphanLog(stream as never, unheardFile(stateDir));
    orphan.write({ event: 'vrrp.supervisor_lost', reason: 'told by both' });
    orphan.write({ event: 'vrrp.handover_failed', instance: 'VI_1', vrid: 51, reason: 'no_successor' });
    await orphan.close();
    await run({ event: 'service.empty', service: 's' });
    expect(existsSync(unheardFile(stateDir))).toBe(false);
    await run(stopped(1));
    expect(names(open())).toEqual([
      'vrrp.supervisor_lost',
      'vrrp.handover_failed',
      'service.empty',
      'daemon.stopped',
    ]);
  });

  it.each([
    ['no JSON', '{"number":0,"kept":['],
    ['something else', '{"hello":1}'],
    ['an event that is none', '{"number":0,"kept":[{"seq":0,"record":{"event":"x"}}]}'],
    ['nothing', ''],
  ])('of a file with %s are told of and left aside, the others are there', async (_, text) => {
    await run({ event: 'service.empty', service: 's' }, stopped(1));
    const bad = join(stateDir, 'events', 'routers-0.json');
    writeFileSync(bad, text);
    const kept = await run(stopped(2));
    expect(names(kept)).toEqual(['service.empty', 'daemon.stopped']);
    expect(told).toEqual([
      expect.objectContaining({ event: 'state.unreadable', file: bad, kept_as: `${bad}.bad` }),
    ]);
    expect(readFileSync(`${bad}.bad`, 'utf8')).toBe(text);
  });

  it('of a folder that cannot be written are told of, and held in memory', async () => {
    writeFileSync(join(stateDir, 'events'), 'in the way');
    const kept = await run(stopped(1));
    expect(names(kept)).toEqual(['daemon.stopped']);
    expect(told.map(({ event }) => event)).toContain('state.failed');
  });
});
