// Names and files as the kernel's table shows them: what stays is not touched, an outage of DNS changes nothing, and
// a restart in one adopts the table as it is.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import type { Director } from '../harness/programs.ts';
import { hasUnbound, head, openSite, type Site, startReady, web } from './site.ts';

let lab: Lab;
let site: Site;
let path: string;

beforeEach(async () => {
  lab = createLab();
  path = join(lab.directory('fleet'), 'fleet.yaml');
  if (hasUnbound) site = await openSite(lab, web('10.0.0.1', '10.0.0.2'));
});
afterEach(() => lab?.dispose());

const config = (reals: string) => `${head}drain_timeout: 0
virtual:
  - address: 10.9.9.9:80
    scheduler: rr
    checktype: on
    real: [${reals}]
    real_file: ${path}
`;
const writeFleet = (text: string) => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};
const table = async () =>
  (await site.host.run('ipvsadm', '-S', '-n'))
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('-a'))
    .sort();
const entry = (address: string, weight = 1) => `-a -t 10.9.9.9:80 -r ${address} -g -w ${weight}`;
const holds = (...lines: readonly string[]) =>
  waitUntil(async () => JSON.stringify(await table()) === JSON.stringify([...lines].sort()), {
    what: `the table holds ${lines.join(' / ')}`,
    timeoutMs: 40_000,
  }).catch(async (error: Error) => {
    throw new Error(`${error.message}, but ${(await table()).join(' / ')}`);
  });
/** What was sent to the kernel after so many lines of the log. */
const changesAfter = (director: Director, lines: number) =>
  director
    .events()
    .slice(lines)
    .filter(({ event }) => event === 'ipvs.applied')
    .flatMap(({ adds, edits, deletes }) => [[adds, edits, deletes]]);

describe.skipIf(!hasUnbound)('the table of a service with names and a file (unbound)', () => {
  it('follows both, and only what differs is sent', async () => {
    writeFleet('[10.0.0.5:80 gate 3]');
    const director = await startReady(site, config('web gate, 10.0.0.9:80 gate'));
    await holds(entry('10.0.0.1:80'), entry('10.0.0.2:80'), entry('10.0.0.5:80', 3), entry('10.0.0.9:80'));
    const seen = director.events().length;
    await site.dns.answer(web('10.0.0.2', '10.0.0.3'));
    await holds(entry('10.0.0.2:80'), entry('10.0.0.3:80'), entry('10.0.0.5:80', 3), entry('10.0.0.9:80'));
    writeFleet('[10.0.0.5:80 gate 4, 10.0.0.6:80 gate 3]');
    await holds(
      ...[entry('10.0.0.2:80'), entry('10.0.0.3:80'), entry('10.0.0.9:80')],
      ...[entry('10.0.0.5:80', 4), entry('10.0.0.6:80', 3)],
    );
    const sums = [0, 1, 2].map((i) =>
      changesAfter(director, seen).reduce((sum, counts) => sum + Number(counts[i]), 0),
    );
    expect(sums).toEqual([2, 1, 1]);
    expect(director.events().filter(({ event }) => event === 'real.down')).toEqual([]);
  });

  it('stays as it is while DNS is dead and the file is broken, through a restart in that', async () => {
    writeFleet('[10.0.0.5:80 gate 3]');
    const first = await startReady(site, config('web gate'));
    const all = [entry('10.0.0.1:80'), entry('10.0.0.2:80'), entry('10.0.0.5:80', 3)];
    await holds(...all);
    site.dns.running().signal('SIGKILL');
    writeFleet('{');
    await first.waitFor('names.failed', undefined, { timeoutMs: 40_000 });
    await first.waitFor('roster.file_rejected');
    expect(await table()).toEqual(all);
    first.running.signal('SIGKILL');
    await first.running.exited;
    const second = await startReady(site, config('web gate'), first);
    expect(await second.waitFor('ipvs.adopted')).toMatchObject({ destinations: 3, operations: 0 });
    await second.waitFor('names.failed', undefined, { timeoutMs: 40_000 });
    expect([await table(), changesAfter(second, 0)]).toEqual([all, []]);
  });

  it('may have a hundred servers by name, and loses none while DNS is gone', async () => {
    const addresses = (third: number) => Array.from({ length: 100 }, (_, i) => `10.0.${third}.${i + 1}`);
    const lines = (third: number) => addresses(third).map((address) => entry(`${address}:80`));
    writeFleet('[]');
    await site.dns.answer(web(...addresses(1)));
    const director = await startReady(site, config('web gate'));
    await holds(...lines(1));
    await site.dns.answer(web(...addresses(2).slice(0, 50), ...addresses(1).slice(50)));
    await holds(...lines(2).slice(0, 50), ...lines(1).slice(50));
    site.dns.running().signal('SIGKILL');
    await director.waitFor('names.failed', undefined, { timeoutMs: 40_000 });
    expect(await table()).toHaveLength(100);
  });
});
