// What goes wrong with the table of a real kernel: entries that no tool can make, schedulers without a module, and
// somebody who flushes the table again and again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReconcileLoop } from '../../../src/daemon/reconcile/reconcile-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { createIpvsRequests } from '../../../src/kernel/ipvs-requests.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { Destination, Operation, ServiceId, Table } from '../../../src/model/ipvs.ts';
import { ip } from '../../../src/net/ip.ts';
import type { IpvsKernel } from '../../../src/ports/kernel.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { encodeGeneric } from '../../../src/wire/netlink/genetlink.ts';
import { aDestination } from '../../make/a-destination.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';
import { inside } from '../vrrp/inside.ts';
import { openDirectorKernel, tableIn } from './director-kernel.ts';

const vip = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 } as const;
const one = realOf('192.168.6.2', 80, { weight: 5 });
const web = virtualOf(vip, { reals: [one], checktype: { kind: 'on' } });

let lab: Lab;
let director: Host;
let kernel: IpvsKernel;

beforeEach(async () => {
  ({ lab, director, kernel } = await openDirectorKernel());
});
afterEach(() => lab.dispose());

const read = () => tableIn(kernel);

/** A daemon's reconciler whose servers need no check. */
function startLoop(resyncIntervalMs = 100) {
  const events: JournalEvent[] = [];
  let passes = 0;
  const counted: IpvsKernel = {
    ...kernel,
    observe: () => {
      passes += 1;
      return kernel.observe();
    },
  };
  const loop = createReconcileLoop({
    ...{ kernel: counted, clock: systemClock, verdictOf: () => 'unverified' },
    journal: (event) => void events.push(event),
  });
  lab.defer(() => loop.stop({ clean: false }));
  const configure = (...virtuals: readonly VirtualConfig[]) =>
    loop.configure(virtuals, { resyncIntervalMs, foreign: 'remove' });
  const told = (name: JournalEvent['event']) => events.filter(({ event }) => event === name);
  return { loop, events, told, configure, passes: () => passes };
}

describe('entries that no tool can make', () => {
  const esp: ServiceId = { ...vip, protocol: 'protocol-50' };
  const plain = { scheduler: 'rr', schedFlags: [], persistencePrefix: 32, ops: false };
  const server = (last: number, changes: Partial<Destination>): Destination =>
    aDestination({ address: ip(`192.168.6.${last}`), forward: 'ipip', weight: 1, ...changes });
  const tunnel = { type: 'gue', port: 6080, checksum: 'nocsum' } as const;
  const strange: readonly Operation[] = [
    { type: 'addService', service: { id: vip, ...plain, scheduler: 'wrr' } },
    { type: 'addService', service: { id: esp, ...plain } },
    ...[
      server(3, { forward: 'method-4' }),
      server(4, { tunnel: { ...tunnel, type: 'type-9' } }),
      server(5, { tunnel: { ...tunnel, checksum: 'flags-3' } }),
    ].map((destination): Operation => ({ type: 'addDestination', service: vip, destination })),
  ];

  it('are read, told, and left as they are, whatever is done to the entries around them', async () => {
    expect(await kernel.apply(strange)).toEqual(strange.map(() => undefined));
    const before = await read();
    const { configure, told, loop } = startLoop();
    await configure(web);
    await configure({ ...web, scheduler: 'mh', reals: [{ ...one, weight: 9 }] });
    await waitUntil(
      async () => (await read()).some(({ service }) => service.scheduler === 'mh') || undefined,
      {
        what: 'the edit',
      },
    );
    const after = await read();
    const strangersOf = (table: Table) =>
      table.flatMap(({ destinations }) => destinations.filter(({ address }) => address !== one.address));
    expect(strangersOf(after)).toEqual(strangersOf(before));
    expect(after.map(({ service }) => service.id)).toEqual(before.map(({ service }) => service.id));
    expect(told('ipvs.unknown')).toEqual([
      {
        event: 'ipvs.unknown',
        entries: [
          'protocol-50 192.168.6.240:80',
          'tcp 192.168.6.240:80 -> 192.168.6.3:80 (method-4)',
          'tcp 192.168.6.240:80 -> 192.168.6.4:80 (type-9)',
          'tcp 192.168.6.240:80 -> 192.168.6.5:80 (flags-3)',
        ],
      },
    ]);
    expect(loop.status().unknown).toHaveLength(4);
    expect(told('ipvs.failed')).toEqual([]);
  });
});

describe('a scheduler whose module', () => {
  const loaded = async (module: string) => (await run(['cat', '/proc/modules'])).includes(`${module} `);

  it('is not loaded is loaded by the kernel', async () => {
    await run(['rmmod', 'ip_vs_lblcr']);
    expect(await loaded('ip_vs_lblcr')).toBe(false);
    const { configure, told } = startLoop();
    await configure({ ...web, scheduler: 'lblcr' });
    expect(await loaded('ip_vs_lblcr')).toBe(true);
    expect((await read()).map(({ service }) => service.scheduler)).toEqual(['lblcr']);
    expect(told('ipvs.failed')).toEqual([]);
  });

  it('is not there is an error of check and of the service; the others run', async () => {
    const { configure, told } = startLoop();
    const dns = virtualOf(
      { ...vip, port: 53 },
      { scheduler: 'twos', reals: [one], checktype: { kind: 'on' } },
    );
    await configure(dns, web);
    expect((await read()).map(({ service }) => service.scheduler)).toEqual(['wrr']);
    expect(told('ipvs.failed')).toEqual([
      {
        event: 'ipvs.failed',
        operation: '-A -t 192.168.6.240:53 -s twos',
        code: 'ENOENT',
        reason: 'no such entry: the kernel has no scheduler twos (module ip_vs_twos)',
        retry_s: 1,
      },
    ]);
    const file = join(lab.directory('config'), 'lvs.yaml');
    writeFileSync(
      file,
      'virtual:\n  - {address: 192.168.6.240:53, scheduler: twos, real: 192.168.6.2 gate}\n',
    );
    const { status, stderr } = await director.attempt(process.execPath, daemonMain, 'check', '-c', file);
    expect(stderr).toContain(
      `${file}:2:5: Cannot schedule: expected a kernel with module ip_vs_twos, got twos\n`,
    );
    expect(status).toBe(2);
  });
});

describe('somebody who flushes the table again and again', () => {
  /** What `ipvsadm -C` says (IPVS_CMD_FLUSH), a hundred times a second as far as this machine can. */
  async function flushFor(ms: number): Promise<number> {
    const stranger = inside(director, () => createIpvsRequests(openNetlinkSocket('generic'), systemClock));
    const end = performance.now() + ms;
    let flushes = 0;
    for (; performance.now() < end; flushes += 1) {
      await stranger.change([() => encodeGeneric(17, 1)]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stranger.close();
    return flushes;
  }

  it('neither floods the log nor keeps us busy, and the table is there soon after the end', async () => {
    const reals = Array.from({ length: 50 }, (_, n) => realOf(`192.168.7.${n + 1}`, 80));
    const { configure, told, events, passes, loop } = startLoop(1000);
    await configure({ ...web, reals });
    const [at, busy, passed, lines] = [performance.now(), process.cpuUsage(), passes(), events.length];
    const flushes = await flushFor(5000);
    const seconds = (performance.now() - at) / 1000;
    const { user, system } = process.cpuUsage(busy);
    console.log(
      `${flushes} flushes in ${seconds.toFixed(1)} s: ${passes() - passed} passes, ${events.length - lines} lines, ${Math.round((user + system) / 1000)} ms of CPU`,
    );
    expect(flushes).toBeGreaterThan(5);
    expect(told('ipvs.drift').length).toBeGreaterThan(1);
    // One pass a second and one soon after the first race, whatever a pass costs here; it says drift and repair.
    expect(passes() - passed).toBeLessThan(2 * seconds + 2);
    expect(events.length - lines).toBeLessThan(4 * seconds + 4);
    expect(told('ipvs.failed')).toEqual([]);
    await waitUntil(async () => (await read())[0]?.destinations.length === 50 || undefined, {
      what: 'the table',
    });
    expect(loop.status().refused).toEqual([]);
  });
});
