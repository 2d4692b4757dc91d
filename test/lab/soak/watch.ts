// Watches a site while a soak run torments it, and makes samples of what it sees: who holds the virtual address, by the
// kernels' own words; what a client's pings and requests find; the tables; and times for which the machine stood
// still. Judges nothing. All times are of this process' monotonic clock, when the line came: other clocks are stepped.
import type { Sample, TableService } from '../../soak/stream.ts';
import { checkoutRoot } from '../harness/checkout.ts';
import type { Host } from '../harness/namespaces.ts';
import { run } from '../harness/process.ts';
import { hasIpvs, lateMs, pingMs, requestMs, type Site, vip } from './site.ts';
import { startWitnesses, type Witnesses } from './witnesses.ts';

export type Watch = {
  readonly samples: () => readonly Sample[];
  readonly record: (sample: Sample) => void;
  readonly witnesses: Witnesses;
  /** Who holds the address now. */
  readonly holders: () => readonly string[];
  /** Whether the last requests, so many of them, were all served. */
  readonly served: (last: number) => boolean;
  /** Drops what is older: a run of an hour has a million samples. */
  readonly forget: (before: number) => void;
  readonly stop: () => void;
};

const requestLimitMs = 1500;

export function watch(site: Site): Watch {
  let samples: Sample[] = [];
  const holding = new Set<string>();
  const record = (sample: Sample) => void samples.push(sample);
  for (const host of site.directors) watchHolder(host, holding, record);
  watchClient(site.client, record);
  const witnesses = startWitnesses(site.lab, record);
  const timers = [watchClock(record), watchTables(site, record)];
  return {
    samples: () => [...samples].sort((one, other) => one.at - other.at),
    record,
    witnesses,
    holders: () => [...holding],
    served: (last) => {
      const answers = samples.flatMap((sample) => (sample.kind === 'answer' ? [sample] : [])).slice(-last);
      return answers.length === last && answers.every(({ served }) => served);
    },
    forget: (before) => {
      samples = samples.filter((sample) => sample.at >= before || isState(sample));
    },
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** What goes on to be true until it is said otherwise; few of them. */
const isState = ({ kind }: Sample) => kind === 'holder' || kind === 'serves' || kind === 'disturbed';

/** A renewal of the lease is told like an addition: only a change counts. */
function watchHolder(host: Host, holding: Set<string>, record: (sample: Sample) => void): void {
  const onLine = (line: string) => {
    if (!line.includes(` ${vip}/`)) return;
    const holds = !line.startsWith('Deleted');
    if (holding.has(host.name) === holds) return;
    if (holds) holding.add(host.name);
    else holding.delete(host.name);
    record({ at: performance.now(), kind: 'holder', host: host.name, holds });
  };
  host.start(['ip', '-o', 'monitor', 'address'], { onLine });
}

function watchClient(client: Host, record: (sample: Sample) => void): void {
  const program = `${checkoutRoot}/test/lab/soak/client.mjs`;
  client.start([process.execPath, program, vip, String(requestMs), String(requestLimitMs)], {
    onLine: (line) => {
      const [word, ms] = line.split(' ');
      const at = performance.now() - Number(ms);
      if (word === 'served' || word === 'lost') record({ at, kind: 'answer', served: word === 'served' });
    },
  });
  client.start(['ping', '-n', '-i', String(pingMs / 1000), vip], {
    onLine: (line) => {
      const [, sequence] = /bytes from .*icmp_seq=(\d+)/.exec(line) ?? [];
      if (sequence !== undefined)
        record({ at: performance.now(), kind: 'reply', sequence: Number(sequence) });
    },
  });
}

/** Where this process is called late, so is what it records: the others may have been in time. */
function watchClock(record: (sample: Sample) => void): NodeJS.Timeout {
  const everyMs = 20;
  let last = performance.now();
  return setInterval(() => {
    const at = performance.now();
    const ms = at - last - everyMs;
    last = at;
    if (ms > lateMs) record({ at, kind: 'stall', ms });
  }, everyMs);
}

function watchTables(site: Site, record: (sample: Sample) => void): NodeJS.Timeout {
  let looking = false;
  return setInterval(async () => {
    if (looking || !hasIpvs) return;
    looking = true;
    for (const host of site.directors) {
      const text = await run(['ip', 'netns', 'exec', host.netns, 'ipvsadm', '-S', '-n']).catch(
        () => undefined,
      );
      if (text !== undefined)
        record({ at: performance.now(), kind: 'table', host: host.name, services: readTable(text) });
    }
    looking = false;
  }, 500);
}

/** As ipvsadm(8) saves it: `-A -t SERVICE ...`, `-a -t SERVICE -r SERVER ... -w WEIGHT`. */
export function readTable(text: string): readonly TableService[] {
  const services = new Map<string, { server: string; weight: number }[]>();
  for (const line of text.split('\n')) {
    const [, act, service = ''] = /^-([Aa]) -[tu] (\S+)/.exec(line) ?? [];
    if (act === 'A') services.set(service, []);
    const [, server] = / -r (\S+)/.exec(line) ?? [];
    const [, weight] = / -w (\d+)/.exec(line) ?? [];
    if (act === 'a' && server !== undefined)
      services.get(service)?.push({ server, weight: Number(weight ?? 1) });
  }
  return [...services].map(([service, reals]) => ({ service, reals }));
}
