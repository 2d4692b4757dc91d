// Many virtual addresses in one virtual router, or in a router each: how long a take-over is, whether an advert is
// missing meanwhile, and what holding them costs, beside a keepalived with the same addresses in the same run.
//   node addresses.js [--addresses 250,1000,4000 | --routers 100,255] [--seconds N] [--json]
// keepalived gives its addresses no lease, so that it has nothing to renew: the ratio says what the lease costs. Needs
// root, and keepalived for the comparison.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { FromVrrpProcess, ToVrrpProcess } from '../../src/daemon/vrrp/messages.ts';
import type { VrrpInstanceConfig } from '../../src/model/config/router.ts';
import { ip } from '../../src/net/ip.ts';
import type { Prefix } from '../../src/net/prefix.ts';
import { systemClock } from '../../src/system/clock.ts';
import { openVrrpSocket } from '../../src/system/sockets/raw-socket.ts';
import { type Host, type Lab, withLab } from '../../test/lab/harness/namespaces.ts';
import { waitUntil } from '../../test/lab/harness/process.ts';
import { daemonMain, startKeepalived } from '../../test/lab/harness/programs.ts';
import { inside } from '../../test/lab/vrrp/inside.ts';

const { values } = parseArgs({
  options: {
    addresses: { type: 'string', default: '250,1000,2000,4000' },
    routers: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const counts = (values.routers ?? values.addresses).split(',').map(Number);
const seconds = Number(values.seconds);
/** Adverts hold no more (RFC 9568 §5.2.5). */
const advertisedMax = 255;
/** /proc counts processor time in hundredths of a second (USER_HZ). */
const ticksPerSecond = 100;
const waitMs = 120_000;

const vips = (count: number): readonly Prefix[] =>
  Array.from({ length: count }, (_, i) => ({ address: ip(`10.10.${i >> 8}.${i & 255}`), length: 32 }));

/** The addresses of each virtual router; its virtual router ID is its place, from 1. */
const sharedOut = (addresses: readonly Prefix[]): readonly (readonly Prefix[])[] =>
  values.routers === undefined ? [addresses] : addresses.map((address) => [address]);

const instanceWith = (addresses: readonly Prefix[], index: number): VrrpInstanceConfig => ({
  ...{ name: `VI_${index + 1}`, interface: 'eth0', family: 'inet', virtualRouterId: index + 1 },
  ...{ version: 3, priority: 150 },
  ...{ advertIntervalMs: 1000, preempt: true, preemptDelayMs: 0, acceptMode: true, unicastPeers: [] },
  virtualAddresses: addresses.slice(0, advertisedMax),
  excludedAddresses: addresses.slice(advertisedMax),
  ...{ checksum: 'rfc5798', vipLeaseSec: 4, garpRepeat: 1, garpDelayMs: 0, garpRefreshMs: 0 },
  at: { file: 'bench', line: 1, column: 1 },
});

const keepalivedConfig = (addresses: readonly Prefix[]): string => `
global_defs {
  vrrp_version 3
  vrrp_garp_master_repeat 1
  vrrp_garp_master_delay 0
}
${sharedOut(addresses).map(keepalivedInstance).join('')}`;

const keepalivedInstance = (addresses: readonly Prefix[], index: number): string => `
vrrp_instance VI_${index + 1} {
  state BACKUP
  interface eth0
  virtual_router_id ${index + 1}
  priority 150
  advert_int 1
  virtual_ipaddress {
    ${addresses
      .slice(0, advertisedMax)
      .map(({ address }) => `${address}/32`)
      .join('\n    ')}
  }
  virtual_ipaddress_excluded {
    ${addresses
      .slice(advertisedMax)
      .map(({ address }) => `${address}/32`)
      .join('\n    ')}
  }
}
`;

const cpuTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
};

const heldOn = async (host: Host): Promise<number> =>
  (await host.run('ip', '-o', '-4', 'address', 'show', 'dev', 'eth0')).match(/ 10\.10\./g)?.length ?? 0;

/** When each advert with a priority above zero arrived, in milliseconds, by virtual router. */
type Arrivals = ReadonlyMap<number, readonly number[]>;

function listen(lab: Lab, host: Host, index: number): Arrivals {
  const opened = inside(host, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(`Cannot listen: ${opened.error.step}: ${opened.error.code}`);
  const arrivals = new Map<number, number[]>();
  opened.value.onReceived(({ bytes, at }) => {
    const [vrid = 0, priority = 0] = bytes.subarray(21, 23);
    if (priority === 0) return;
    const before = arrivals.get(vrid) ?? [];
    arrivals.set(vrid, before);
    before.push(at / 1000);
  });
  lab.defer(() => opened.value.close());
  return arrivals;
}

/** A host on a LAN of its own, with a listener beside it. */
async function site(lab: Lab, name: string): Promise<{ host: Host; arrivals: Arrivals }> {
  const lan = await lab.lan(`${name}lan`);
  const [host, listener] = [await lab.host(name), await lab.host(`${name}l`)];
  await lab.attach(host, lan, { addresses: ['10.9.0.1/16'] });
  await lab.attach(listener, lan, { addresses: ['10.9.0.2/16'] });
  const index = Number.parseInt(await listener.run('ip', '-o', 'link', 'show', 'eth0'), 10);
  return { host, arrivals: listen(lab, listener, index) };
}

/** @param pids of the program that holds them. */
async function observe(
  host: Host,
  arrivals: Arrivals,
  count: number,
  pids: () => Promise<readonly number[]>,
) {
  const startedAt = systemClock.now() / 1000;
  await waitUntil(async () => (await heldOn(host)) === count, {
    what: `${count} addresses`,
    timeoutMs: waitMs,
  });
  const heldAt = systemClock.now() / 1000;
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const ticks = async () => (await pids()).reduce((sum, pid) => sum + cpuTicks(pid), 0);
  const [before, from] = [await ticks(), systemClock.now()];
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const lastedSec = (systemClock.now() - from) / 1_000_000;
  const cpuMs = (1000 * ((await ticks()) - before)) / ticksPerSecond / lastedSec;
  const all = [...arrivals.values()];
  const gaps = all.flatMap((times) => times.slice(1).map((at, i) => at - (times[i] ?? at)));
  return {
    held_after_ms: Math.round(heldAt - startedAt),
    cpu_ms_per_s: Math.round(10 * cpuMs) / 10,
    adverts: all.flat().length,
    longest_gap_ms: Math.round(Math.max(0, ...gaps)),
    still_held: await heldOn(host),
  };
}

async function measureOurs(lab: Lab, addresses: readonly Prefix[]) {
  const { host, arrivals } = await site(lab, 'd');
  const child = inside(host, () => fork(daemonMain, ['vrrp-process'], { serialization: 'json' }));
  lab.defer(() => void child.kill('SIGKILL'));
  child.on('message', (_: FromVrrpProcess) => {});
  const say = (message: ToVrrpProcess) => void child.send(message);
  const beat = setInterval(() => say({ type: 'heartbeat' }), 500);
  lab.defer(() => clearInterval(beat));
  say({ type: 'configure', instances: sharedOut(addresses).map(instanceWith) });
  return observe(host, arrivals, addresses.length, async () => [child.pid ?? 0]);
}

async function measureTheirs(lab: Lab, addresses: readonly Prefix[]) {
  const { host, arrivals } = await site(lab, 'k');
  startKeepalived(lab, host, keepalivedConfig(addresses));
  return observe(host, arrivals, addresses.length, async () => {
    const pids = (await host.run('ip', 'netns', 'pids', host.netns)).trim().split('\n').map(Number);
    return pids.filter((pid) => /keepalived/.test(commandOf(pid)));
  });
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1');
  } catch {
    return '';
  }
};

for (const count of counts) {
  const addresses = vips(count);
  const ours = await withLab((lab) => measureOurs(lab, addresses));
  const theirs = await withLab((lab) => measureTheirs(lab, addresses));
  const ratio = {
    held_after: Math.round((100 * ours.held_after_ms) / Math.max(1, theirs.held_after_ms)) / 100,
    cpu_ms_per_s_more: Math.round(10 * (ours.cpu_ms_per_s - theirs.cpu_ms_per_s)) / 10,
  };
  const perAddress = Math.round((1000 * ours.cpu_ms_per_s) / count);
  const what = values.routers === undefined ? { addresses: count } : { routers: count };
  const result = { ...what, ours, keepalived: theirs, ratio, cpu_us_per_s_and_address: perAddress };
  process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`);
}
