// One run: a fresh site, one product, one load. First every server is checked for a while, and the wire, the
// processors and the memory are watched; then some servers die, and it is timed how long each stays in.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { CheckActivity } from '../../src/daemon/health/check-starter.ts';
import { withLab } from '../../test/lab/harness/namespaces.ts';
import { type Running, waitUntil } from '../../test/lab/harness/process.ts';
import { gapsBeyond, type Lateness, latenessOf, summarise } from './lateness.ts';
import { addressesOf, type Load } from './load.ts';
import { usageIn } from './processes.ts';
import {
  advertMs,
  hasIpvs,
  intervalMs,
  type Product,
  type Started,
  startProduct,
  timeoutMs,
} from './products.ts';
import { type Recorded, record } from './recording.ts';
import { createSite, type Site } from './site.ts';

export type Measured = {
  readonly checksPerSec: number;
  /** Of one check a second and server, how many were made. */
  readonly madePart: number;
  readonly checksPerCpuSec: number;
  readonly late: Lateness;
  /** As the product itself says: lvs-director alone does. */
  readonly ownLate?: Lateness;
  readonly residentMb: number;
  readonly processes: number;
  /** From the start until each server had been asked once. */
  readonly firstRoundSec: number;
  readonly advertsLate?: Lateness;
  /** From the death of each server until it was out; infinite: it was not. */
  readonly removalMs: readonly number[];
  /** Servers that the product said were out while all of them lived. */
  readonly wronglyOut: number;
  /** Ports of the director in TIME_WAIT after all that. */
  readonly portsWaiting: number;
  /** What the listener took of one processor, and what it or the recorder had to let go: not to be the limit. */
  readonly listenerPart: number;
  readonly lost: number;
  readonly loadAverage: number;
};

export type RunOptions = {
  readonly product: Product;
  readonly load: Load;
  readonly seconds: number;
  /** How many servers die. */
  readonly deaths: number;
};

const startLimitMs = 180_000;

export const measure = (options: RunOptions): Promise<Measured> =>
  withLab(async (lab) => {
    const site = await createSite(lab);
    const begun = performance.now();
    const started = await startProduct(options.product, { lab, host: site.director, load: options.load });
    const addresses = addressesOf(options.load);
    const firstRoundSec = await warmUp(site, started, { servers: addresses.length, begun });
    const watched = await watch(site, started, { addresses, seconds: options.seconds });
    const wronglyOut = started.downs.size;
    const own = options.product === 'lvs-director' && addresses.length > 0 ? await ownLateness(started) : {};
    const removalMs = await removals(site, started, addresses, options.deaths);
    return { ...watched, ...own, firstRoundSec, wronglyOut, removalMs };
  });

/** Twice round, so that what is special about a first check is over. */
async function warmUp(
  { connectsBegun }: Site,
  { running }: Started,
  { servers, begun }: { servers: number; begun: number },
): Promise<number> {
  const rounds = (count: number) =>
    waitUntil(
      async () => {
        if (running.ended())
          throw new Error(`Cannot run: it ended\n${running.lines().slice(-20).join('\n')}`);
        return (await connectsBegun()) >= count * servers;
      },
      { timeoutMs: startLimitMs, everyMs: 100, what: `${count} rounds of ${servers} checks` },
    );
  await rounds(1);
  const firstRoundSec = (performance.now() - begun) / 1000;
  await rounds(2);
  await delay(3000);
  if (running.ended()) throw new Error(endedEarly(running));
  return firstRoundSec;
}

const endedEarly = (running: Running): string =>
  `Cannot run: it ended; its last lines:\n${running.lines().slice(-20).join('\n')}`;

async function watch(
  site: Site,
  { program }: Started,
  { addresses, seconds }: { addresses: readonly string[]; seconds: number },
) {
  const recording = await record(site.lab, site.servers);
  const usage = () => ({
    own: usageIn(site.director, program),
    listener: usageIn(site.servers, /^nginx/),
    at: performance.now(),
  });
  const overflowsBefore = await site.refusedByQueue();
  const before = usage();
  const begunBefore = await site.connectsBegun();
  await delay(seconds * 1000);
  const after = usage();
  const checks = (await site.connectsBegun()) - begunBefore;
  const recorded = await recording.end();
  const lastedSec = (after.at - before.at) / 1000;
  const cpuSec = after.own.cpuSec - before.own.cpuSec;
  return {
    checksPerSec: checks / lastedSec,
    madePart: (checks * intervalMs) / 1000 / addresses.length / lastedSec,
    checksPerCpuSec: checks / cpuSec,
    ...latenessIn(recorded),
    residentMb: after.own.residentMb,
    processes: after.own.processes,
    listenerPart: (after.listener.cpuSec - before.listener.cpuSec) / lastedSec,
    lost: recorded.lost + (await site.refusedByQueue()) - overflowsBefore,
    portsWaiting: await site.portsWaiting(),
    loadAverage: loadavg()[0] ?? Number.NaN,
  };
}

function latenessIn({ connects, adverts }: Recorded): Pick<Measured, 'late' | 'advertsLate'> {
  const late = [...connects.values()].flatMap((times) => latenessOf(times, intervalMs * 1000));
  return {
    late: summarise(late),
    ...(adverts.length > 1 && { advertsLate: summarise(gapsBeyond(adverts, advertMs * 1000)) }),
  };
}

async function ownLateness({ cli }: Started): Promise<Pick<Measured, 'ownLate'>> {
  if (cli === undefined) return {};
  const { checks } = JSON.parse(await cli('status', '--json')) as { readonly checks: CheckActivity };
  return { ownLate: checks.lateness };
}

/** Spread over an interval, and over all servers. */
async function removals(
  site: Site,
  { running, downs }: Started,
  addresses: readonly string[],
  deaths: number,
): Promise<readonly number[]> {
  const count = Math.min(deaths, addresses.length);
  const victims = Array.from({ length: count }, (_, i) =>
    String(addresses[Math.floor((i * addresses.length) / count)]),
  );
  if (victims.length === 0) return [];
  const table = hasIpvs() ? watchTable(running.pid, new Set(victims)) : undefined;
  const died = await site.kill(victims, intervalMs / count);
  await delay(2 * (intervalMs + timeoutMs));
  table?.end();
  const out = table?.gone ?? downs;
  return victims.map(
    (victim) => ((out.get(victim) ?? Number.POSITIVE_INFINITY) - (died.get(victim) ?? 0)) / 1000,
  );
}

/** Looks into the kernel's table (its file in /proc) until each of these servers is out, or its weight is 0. */
function watchTable(pid: number, victims: ReadonlySet<string>) {
  const gone = new Map<string, number>();
  const entryOf = new Map([...victims].map((address) => [address, hexOf(address)]));
  const timer = setInterval(() => {
    const text = readFileSync(`/proc/${pid}/net/ip_vs`, 'latin1');
    const now = (performance.timeOrigin + performance.now()) * 1000;
    for (const [address, hex] of entryOf) {
      const weight = new RegExp(`-> ${hex}:\\w+ +\\w+ +(\\d+)`).exec(text)?.[1] ?? '0';
      if (weight === '0' && !gone.has(address)) gone.set(address, now);
    }
  }, 10);
  return { gone, end: () => clearInterval(timer) };
}

const hexOf = (address: string): string =>
  address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
