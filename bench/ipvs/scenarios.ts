// What is measured of each contestant, and how each of them does it. Every scenario starts from a running product
// and checks with `ipvsadm -Sn` that the table is right afterwards: a product that did nothing is no fast one.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLab, type Host, type Lab } from '../../test/lab/harness/namespaces.ts';
import {
  type Contestant,
  costOfCommand,
  costOfStop,
  type Product,
  rulesFile,
  startContestant,
} from './contestants.ts';
import type { Limit } from './limit.ts';
import { type Cost, costUntilRest, cpuMsOf, residentKb } from './meter.ts';
import { entriesOf, ipvsadmRules, type Site, serverAddress, siteOf, withOneWeight } from './site.ts';

/** One number of one run. `wall` and `cpu` in milliseconds, `rss` in kB. */
export type Sample = { readonly measure: string; readonly who: Product | 'ipvsadm' | 'limit' } & Cost;

const never = '1h';
const messagesAlone = 'load: messages alone';
const scanned = 'scan of an equal table';

/** As good as empty: keepalived starts the process that keeps the table only where there is a service. */
const almostEmpty = siteOf(1);

/** Load, repeat, change, grow and end: everything that needs no checks. */
export async function measureProduct(product: Product, services: number): Promise<readonly Sample[]> {
  return inLab(async (lab, host) => {
    const site = siteOf(services);
    const contestant = await startContestant(lab, host, product, {
      site: almostEmpty,
      checks: 'none',
      resync: never,
    });
    await costUntilRest(contestant.pids, () => undefined);
    const samples: Sample[] = [];
    const reload = async (measure: string, next: Site) => {
      const cost = await costUntilRest(contestant.pids, () => contestant.reload(next));
      await expectTable(host, next);
      samples.push({ measure, who: product, ...cost });
    };
    await reload('load from empty', site);
    const messagesMs = contestant.messagesMs?.();
    if (messagesMs !== undefined)
      samples.push({ measure: messagesAlone, who: product, wallMs: messagesMs, cpuMs: 0 });
    const kb = residentKb(contestant.pids());
    samples.push({ measure: 'memory, MB', who: product, wallMs: kb / 1024, cpuMs: 0 });
    await reload('reload of the same', site);
    const changed = withOneWeight(site, 5);
    await reload('one weight changed', changed);
    const grown = [...changed, ...siteOf(services + 1).slice(services)];
    await reload('one service added', grown);
    samples.push({ measure: 'stop with clean-up', who: product, ...(await costOfStop(contestant)) });
    const left = (await entriesIn(host)).length;
    samples.push({ measure: 'stop with clean-up: entries left', who: product, wallMs: left, cpuMs: 0 });
    return samples;
  });
}

/** The same by hand. What is one command for an administrator is one command here. */
export async function measureByHand(services: number): Promise<readonly Sample[]> {
  return inLab(async (lab, host) => {
    const site = siteOf(services);
    const rules = rulesFile(lab, site);
    const middle = site[Math.floor(services / 2)]?.address ?? '';
    const added = ipvsadmRules(siteOf(services + 1).slice(services));
    const commands: readonly (readonly [measure: string, command: string])[] = [
      ['load from empty', `ipvsadm -R <${rules}`],
      ['reload of the same', `ipvsadm -C; ipvsadm -R <${rules}`],
      ['one weight changed', `ipvsadm -e -t ${middle}:80 -r ${serverAddress(0)}:80 -m -w 5`],
      ['one service added', `printf '${added.replaceAll('\n', '\\n')}' | ipvsadm -R`],
      [scanned, 'ipvsadm -Sn >/dev/null'],
      ['stop with clean-up', 'ipvsadm -C'],
    ];
    const samples: Sample[] = [];
    for (const [measure, command] of commands)
      samples.push({ measure, who: 'ipvsadm', ...(await costOfCommand(host, command)) });
    return samples;
  });
}

/** One machine that serves every service dies. From the end of its listener to the last change of the table. */
export async function measureFailures(product: Product, services: number): Promise<Sample> {
  return inLab(async (lab, host) => {
    const site = siteOf(services);
    for (const { address } of site[0]?.servers ?? [])
      await host.run('ip', 'address', 'add', `${address}/32`, 'dev', 'lo');
    const dying = listen(host, [serverAddress(0)]);
    const others = listen(
      host,
      (site[0]?.servers ?? []).slice(1).map(({ address }) => address),
    );
    await Promise.all([dying.waitFor(/listening/), others.waitFor(/listening/)]);
    const contestant = await startContestant(lab, host, product, { site, checks: 'connect', resync: never });
    await waitForTable(host, site);
    const left = site.map((service) => ({ ...service, servers: service.servers.slice(1) }));
    const before = cpuMsOf(contestant.pids());
    const startedAt = performance.now();
    dying.signal('SIGKILL');
    await waitForTable(host, left);
    const cost = { wallMs: performance.now() - startedAt, cpuMs: cpuMsOf(contestant.pids()) - before };
    await contestant.stop();
    return { measure: `${services} servers fail at once`, who: product, ...cost };
  });
}

/** Of our daemon alone: the others never look again. Per scan, over ten of them. */
export async function measureScan(services: number): Promise<Sample> {
  return withLoaded(services, async (contestant) => {
    // The first scans of a process cost more: they are compiled.
    await delay(5000);
    const before = cpuMsOf(contestant.pids());
    await delay(10_000);
    const cpuMs = (cpuMsOf(contestant.pids()) - before) / 10;
    return { measure: scanned, who: 'lvs-director', wallMs: cpuMs, cpuMs };
  });
}

/** The whole table is cleared by a stranger: until it is there again. */
export async function measureRepair(services: number): Promise<Sample> {
  return withLoaded(services, async (contestant, host, site) => {
    const before = cpuMsOf(contestant.pids());
    const startedAt = performance.now();
    await host.run('ipvsadm', '-C');
    await waitForTable(host, site);
    const cost = { wallMs: performance.now() - startedAt, cpuMs: cpuMsOf(contestant.pids()) - before };
    return { measure: 'cleared by hand: until repaired', who: 'lvs-director', ...cost };
  });
}

/** The messages alone, by no product (limit.ts). */
export async function measureLimit(services: number): Promise<readonly Sample[]> {
  return inLab(async (_, host) => {
    const program = join(import.meta.dirname, 'limit.js');
    const { load, scan } = JSON.parse(await host.run(process.execPath, program, String(services))) as Limit;
    await expectTable(host, siteOf(services));
    return [
      { measure: messagesAlone, who: 'limit', wallMs: load, cpuMs: load },
      { measure: scanned, who: 'limit', wallMs: scan, cpuMs: scan },
    ];
  });
}

/** Our daemon with the whole table, which it looks at each second. */
async function withLoaded(
  services: number,
  measure: (contestant: Contestant, host: Host, site: Site) => Promise<Sample>,
): Promise<Sample> {
  return inLab(async (lab, host) => {
    const site = siteOf(services);
    const setting = { site: almostEmpty, checks: 'none', resync: '1s' } as const;
    const contestant = await startContestant(lab, host, 'lvs-director', setting);
    contestant.reload(site);
    await waitForTable(host, site);
    const sample = await measure(contestant, host, site);
    await contestant.stop();
    return sample;
  });
}

async function inLab<T>(work: (lab: Lab, host: Host) => Promise<T>): Promise<T> {
  const lab = createLab();
  try {
    return await work(lab, await lab.host('director'));
  } finally {
    await lab.dispose();
  }
}

function listen(host: Host, addresses: readonly string[]) {
  const program = `const net = require('node:net'); const all = ${JSON.stringify(addresses)}; let left = all.length;
for (const address of all) net.createServer((socket) => socket.on('error', () => {}).destroy())
  .listen(80, address, () => { left -= 1; if (left === 0) console.log('listening'); });`;
  return host.start([process.execPath, '-e', program]);
}

const entriesIn = async (host: Host): Promise<readonly string[]> =>
  (await host.run('ipvsadm', '-S', '-n')).split('\n').filter((line) => line !== '');

async function expectTable(host: Host, site: Site): Promise<void> {
  const found = await entriesIn(host);
  const wanted = ipvsadmRules(site)
    .split('\n')
    .filter((line) => line !== '');
  const [held, right] = [new Set(found), wanted.every((line) => found.includes(line))];
  if (found.length !== entriesOf(site) || held.size !== found.length || !right)
    throw new Error(`Cannot measure: expected a table of ${wanted.length} entries, got ${found.length}`);
}

/** Counts only usable servers: keepalived and ldirectord's quiescent ones have another weight. */
async function waitForTable(host: Host, site: Site, limitMs = 300_000): Promise<void> {
  const wanted = entriesOf(site);
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await entriesIn(host);
    if (found.filter((line) => !line.endsWith('-w 0')).length === wanted) return;
    if (performance.now() > end)
      throw new Error(
        `Cannot measure: expected ${wanted} usable entries, got ${found.length} within ${limitMs} ms`,
      );
    await delay(20);
  }
}
