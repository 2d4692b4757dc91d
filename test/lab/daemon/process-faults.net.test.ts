// An exception that nobody catches, in either process of an active director, is in its log and does what is decided
// (docs/architecture.md). It is planted by a module that Node loads before the program; the program has no door for it.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { routerConfig, withAdverts } from '../vrrp/router-config.ts';

let lab: Lab;
let a: Host;
let b: Host;
let prefix: readonly string[];
let first: Director;
let second: Director;
let folder: string;

const limit = { timeoutMs: 60_000 };

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  a = await lab.host('a');
  b = await lab.host('b');
  await lab.attach(a, lan, { addresses: ['10.9.0.1/24'] });
  await lab.attach(b, lan, { addresses: ['10.9.0.2/24'] });
  folder = lab.directory('plant');
  const plant = join(folder, 'plant.mjs');
  writeFileSync(plant, planted);
  prefix = ['env', `NODE_OPTIONS=--import=file://${plant}`, `PLANT=${folder}`];
});
afterEach(() => lab.dispose());

/** Both up, the first as active. @param interval so long that a crashed VRRP process is back in time, where that is the matter. */
async function startBoth(interval: string): Promise<void> {
  const config = (priority: number) => withAdverts(routerConfig(priority, '10.9.0.9/24'), interval);
  first = startDirector(lab, a, { config: config(200), prefix });
  await first.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
  second = startDirector(lab, b, { config: config(100) });
  await second.waitFor('vrrp.transition', ({ to }) => to === 'backup', limit);
}

const planted = `
import { existsSync, readFileSync, rmSync } from 'node:fs';
const file = process.env.PLANT + '/' + process.argv[2];
setInterval(() => {
  if (!existsSync(file)) return;
  const what = readFileSync(file, 'utf8');
  rmSync(file);
  if (what === 'rejection') void Promise.reject(new RangeError('planted'));
  else if (what === 'value') throw 'planted';
  else if (what === 'check') throw Object.assign(new Error('planted'), { stack: 'Error: planted\\n    at parse (file:///x/dist/probes/dns.js:1:2)\\n    at Socket.emit (node:events:1:1)' });
  else throw new TypeError('planted');
}, 20).unref();
`;
function plantIn(process: 'run' | 'vrrp-process', what: string): void {
  writeFileSync(join(folder, 'new'), what);
  renameSync(join(folder, 'new'), join(folder, process));
}
const roles = (of: Director) =>
  of
    .events()
    .filter(({ event }) => event === 'vrrp.transition')
    .map(({ to }) => to);

describe('a fault in the main process', () => {
  it.each([
    ['exception', { kind: 'uncaughtException', error: 'TypeError', reason: 'planted' }],
    ['rejection', { kind: 'unhandledRejection', error: 'RangeError', reason: 'planted' }],
    ['value', { kind: 'uncaughtException', error: 'string' }],
  ])('(%s) is logged, the role is handed over, and the status has it started again', async (what, facts) => {
    await startBoth('100ms');
    plantIn('run', what);
    expect(await first.waitFor('daemon.fault', undefined, limit)).toMatchObject({
      ...{ level: 'error', process: 'main', ends: true },
      ...facts,
      stack: expect.any(Array),
    });
    await second.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
    expect(await first.running.exited).toBe(70);
    // No bare stack, nothing but lines of the log.
    for (const line of first.running.lines()) expect(() => JSON.parse(line)).not.toThrow();
    expect(await a.run('ip', '-br', 'addr', 'show', 'dev', 'eth0')).not.toContain('10.9.0.9');
  });

  it('that came about in a check is logged, and all goes on', async () => {
    await startBoth('1s');
    plantIn('run', 'check');
    expect(await first.waitFor('daemon.fault', undefined, limit)).toMatchObject({
      ...{ process: 'main', ends: false },
      stack: ['parse (dist/probes/dns.js:1:2)', 'Socket.emit (node:events:1:1)'],
    });
    expect((await first.cli('status')).status).toBe(0);
    expect([roles(first), roles(second)]).toEqual([['backup', 'active'], ['backup']]);
  });
});

describe('a fault in the VRRP process', () => {
  it('is logged, and it goes on from its snapshot: the role and the address stay', async () => {
    await startBoth('3s');
    plantIn('vrrp-process', 'exception');
    expect(await first.waitFor('daemon.fault', undefined, limit)).toMatchObject({
      ...{ level: 'error', process: 'vrrp', error: 'TypeError', ends: true },
    });
    await first.waitFor('vrrp.process_lost', ({ reason }) => reason === 'exit status 70', limit);
    await first.waitFor('vrrp.process_started', undefined, {
      ...limit,
      after: first.running.lineCount() - 1,
    });
    expect(await a.run('ip', '-br', 'addr', 'show', 'dev', 'eth0')).toContain('10.9.0.9');
    expect((await first.cli('status')).stdout).toMatch(/VI_1 .*active/);
    expect(roles(second)).toEqual(['backup']);
  });
});
