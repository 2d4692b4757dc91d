// The reconciler against the table of a real kernel, with ipvsadm as the stranger who meddles with it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReconcileLoop } from '../../../src/daemon/reconcile/reconcile-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { ServiceId } from '../../../src/model/ipvs.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { ip } from '../../../src/net/ip.ts';
import type { IpvsKernel } from '../../../src/ports/kernel.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { realOf, tierOf, virtualOf } from '../../make/arbitrary-table.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { openDirectorKernel, tableIn } from './director-kernel.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const one = realOf('192.168.6.2', 80, { weight: 5 });
const two = realOf('192.168.6.3', 80, { weight: 3 });
const web = virtualOf(vip, { reals: [one, two] });

let lab: Lab;
let director: Host;
let kernel: IpvsKernel;

beforeEach(async () => {
  ({ lab, director, kernel } = await openDirectorKernel());
});

afterEach(async () => {
  await lab.dispose();
});

const read = () => tableIn(kernel);

/** Sorted: the kernel lists the newest server first. */
const saved = async () => (await director.run('ipvsadm', '-S', '-n')).trim().split('\n').sort();

/** A daemon's reconciler, with verdicts that the test gives; a short resync interval, so that drift shows soon. */
function startLoop(resyncIntervalMs = 100) {
  const events: JournalEvent[] = [];
  const verdicts = new Map<string, Verdict>();
  const loop = createReconcileLoop({
    kernel,
    clock: systemClock,
    journal: (event) => void events.push(event),
    verdictOf: (_service, real) => verdicts.get(real) ?? 'unverified',
  });
  lab.defer(() => loop.stop({ clean: false }));
  const configure = (...virtuals: readonly VirtualConfig[]) =>
    loop.configure(virtuals, { resyncIntervalMs, foreign: 'keep' });
  const judge = (verdict: Verdict, ...reals: VirtualConfig['reals']) => {
    for (const real of reals) verdicts.set(formatEndpoint(real), verdict);
    loop.request();
  };
  const hears = (name: JournalEvent['event']) =>
    waitUntil(async () => events.find(({ event }) => event === name), { what: name });
  return { loop, events, configure, judge, hears };
}

describe('the reconcile loop on a kernel', () => {
  it('needs no operation where ipvsadm made the table already, and the counters live on', async () => {
    const dns: ServiceId = { kind: 'address', protocol: 'udp', address: ip('10.9.9.9'), port: 53 };
    const local = realOf('10.9.0.1', 53, { forward: 'masq', upperThreshold: 200, lowerThreshold: 100 });
    const persistent = { persistentSec: 120, netmaskPrefix: 24, persistenceEngine: 'sip' };
    const scheduler = { scheduler: 'mh', schedFlags: ['mh-fallback', 'mh-port'] };
    const marked = { ...persistent, ...scheduler, reals: [{ ...one, port: 8080 }] };
    await director.run('ip', 'address', 'add', '10.9.9.9/32', 'dev', 'lo');
    await director.run('ip', 'address', 'add', '10.9.0.1/32', 'dev', 'lo');
    await director.run('ipvsadm', '-A', '-u', '10.9.9.9:53', '-s', 'wrr', '-o');
    await director.run(
      'ipvsadm',
      '-a',
      '-u',
      '10.9.9.9:53',
      '-r',
      '10.9.0.1:53',
      '-m',
      '-w',
      '1',
      '-x',
      '200',
      '-y',
      '100',
    );
    const options = '-s mh -b mh-fallback,mh-port -p 120 -M 255.255.255.0 --pe sip'.split(' ');
    await director.run('ipvsadm', '-A', '-f', '7', ...options);
    await director.run('ipvsadm', '-a', '-f', '7', '-r', '192.168.6.2:8080', '-g', '-w', '5');
    await director.run('ipvsadm', '-A', '-t', '[fd09::f0]:80', '-s', 'rr');
    await director.run('ipvsadm', '-a', '-t', '[fd09::f0]:80', '-r', '[fd09::2]:80', '-i', '-w', '2');
    await director.run('bash', '-c', 'for n in 1 2 3; do echo x >/dev/udp/10.9.9.9/53; done');
    const { loop, events, configure, judge } = startLoop(50);
    const destinations = () => loop.status().observed.flatMap((entry) => entry.destinations);
    const totals = () =>
      destinations()
        .map(({ counters }) => counters.connections)
        .sort();
    const six = realOf('fd09::2', 80, { forward: 'ipip', weight: 2 });
    judge('up', local, { ...one, port: 8080 }, six);
    await configure(
      virtualOf(dns, { ops: true, reals: [local] }),
      virtualOf({ kind: 'fwmark', family: 'inet', fwmark: 7 }, marked),
      virtualOf({ ...vip, address: ip('fd09::f0') }, { scheduler: 'rr', reals: [six] }),
    );
    // The kernel sums its counters up every two seconds (ip_vs_est.c).
    await waitUntil(async () => totals().includes(3) || undefined, { what: 'three datagrams counted' });
    const firstRead = loop.status().observedAt;
    await waitUntil(async () => loop.status().observedAt !== firstRead || undefined, {
      what: 'another pass',
    });
    expect(totals()).toEqual([0, 0, 3]);
    expect(events).toEqual([{ event: 'ipvs.adopted', services: 3, destinations: 3, operations: 0 }]);
    await configure(virtualOf(dns, { scheduler: 'wlc', ops: true, reals: [{ ...local, weight: 9 }] }));
    await loop.refresh();
    expect(totals()).toEqual([3]);
  });

  it('repairs a flush, an edited weight, a changed scheduler and a removed service', async () => {
    const { loop, configure, judge, events } = startLoop();
    judge('up', one, two);
    await configure(web);
    const good = await saved();
    expect(good).toEqual([
      '-A -t 192.168.6.240:80 -s wrr',
      '-a -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 5',
      '-a -t 192.168.6.240:80 -r 192.168.6.3:80 -g -w 3',
    ]);
    const meddling = [
      ['-C'],
      ['-e', '-t', '192.168.6.240:80', '-r', '192.168.6.2:80', '-g', '-w', '77'],
      ['-E', '-t', '192.168.6.240:80', '-s', 'lc', '-p', '9'],
      ['-D', '-t', '192.168.6.240:80'],
      ['-d', '-t', '192.168.6.240:80', '-r', '192.168.6.3:80'],
      ['-a', '-t', '192.168.6.240:80', '-r', '192.168.6.99:80', '-m'],
    ];
    for (const [index, command] of meddling.entries()) {
      await director.run('ipvsadm', ...command);
      await waitUntil(async () => loop.status().driftRepairs > index || undefined, {
        what: command.join(' '),
      });
      // It is told before it is put right.
      await waitUntil(async () => String(await saved()) === String(good) || undefined, { what: 'the table' });
    }
    // A look in the middle of a command sees a part of what it does, and the next one the rest.
    const drifts = events.filter(({ event }) => event === 'ipvs.drift').length;
    expect(drifts).toBeGreaterThanOrEqual(meddling.length);
    expect(drifts).toBeLessThan(2 * meddling.length);
    expect(events.filter(({ event }) => event === 'ipvs.failed')).toEqual([]);
  });

  it('calls nothing drift that it did itself: verdicts, fallback, a reload', async () => {
    const { configure, judge, events, loop } = startLoop(20);
    const sorry: VirtualConfig = {
      ...web,
      quiescent: true,
      fallbacks: [tierOf('127.0.0.1', 80)],
    };
    judge('up', one, two);
    await configure(sorry);
    judge('down', one, two);
    await configure(sorry);
    expect(await saved()).toEqual([
      '-A -t 192.168.6.240:80 -s wrr',
      '-a -t 192.168.6.240:80 -r 127.0.0.1:80 -g -w 1',
      '-a -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 0',
      '-a -t 192.168.6.240:80 -r 192.168.6.3:80 -g -w 0',
    ]);
    judge('up', two);
    await configure({ ...sorry, scheduler: 'mh', schedFlags: ['mh-port'] });
    await loop.refresh();
    await loop.refresh();
    expect(events.map(({ event }) => event)).not.toContain('ipvs.drift');
    expect(await read()).toEqual(loop.status().desired);
  });

  it('leaves the services of others alone, and cleans up only its own when it stops', async () => {
    await director.run('ipvsadm', '-A', '-t', '192.168.6.250:80', '-s', 'rr');
    const { loop, configure, judge, hears } = startLoop();
    judge('up', one);
    await configure(web);
    expect(await hears('ipvs.foreign')).toEqual({
      event: 'ipvs.foreign',
      services: ['tcp 192.168.6.250:80'],
    });
    expect(await saved()).toHaveLength(3);
    await loop.stop({ clean: true });
    expect(await saved()).toEqual(['-A -t 192.168.6.250:80 -s rr']);
  });

  it('tells what the kernel refuses, in its words, and does the rest', async () => {
    const { configure, judge, hears } = startLoop();
    const impossible = { ...two, lowerThreshold: 9, upperThreshold: 3 };
    judge('up', one, two);
    await configure({ ...web, reals: [one, impossible] });
    expect(await hears('ipvs.failed')).toMatchObject({
      operation: '-a -t 192.168.6.240:80 -r 192.168.6.3:80 -g -w 3 -x 3 -y 9',
      code: 'ERANGE',
      retry_s: 1,
    });
    expect(await saved()).toEqual([
      '-A -t 192.168.6.240:80 -s wrr',
      '-a -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 5',
    ]);
  });
});
