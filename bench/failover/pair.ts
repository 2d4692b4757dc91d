// One pair of directors under observation: a client, two directors and the switch between them, each in a
// namespace of its own, fresh for every run. Says what is so; what is done to the pair is scenarios.ts.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Host, Lab, Lan } from '../../test/lab/harness/namespaces.ts';
import type { Observation } from './observation.ts';
import type { Glance, ObserverOptions, ToObserver } from './observer.ts';
import { type Product, type Router, startRouter } from './products.ts';

export const address = '10.9.0.100';
/** Address of each director's own interface: adverts come from it. */
export const sources = { a: '10.9.0.1', b: '10.9.0.2' } as const;
const clientAddress = '10.9.0.3';
export const priorities = { a: 150, b: 100 } as const;

export type Pair = {
  readonly lab: Lab;
  readonly lan: Lan;
  readonly intervalMs: number;
  readonly start: (which: 'a' | 'b') => Promise<Router>;
  readonly hosts: { readonly a: Host; readonly b: Host };
  readonly glance: () => Promise<Glance>;
  /** Looks every few milliseconds until it is so. @returns false at the limit. */
  readonly until: (isSo: (glance: Glance) => boolean, limitMs: number) => Promise<boolean>;
  readonly observed: () => Promise<Observation>;
};

export type PairOptions = {
  /** Of the director with the higher priority, and of its peer. */
  readonly products: { readonly a: Product; readonly b: Product };
  readonly intervalMs: number;
  /** The directors have a network of their own beside, for adverts only. */
  readonly twoPaths: boolean;
};

const observerFile = fileURLToPath(new URL('./observer.js', import.meta.url));

export async function createPair(lab: Lab, { products, intervalMs, twoPaths }: PairOptions): Promise<Pair> {
  const lan = await lab.lan('lan');
  const hostAt = async (name: string, own: string) => {
    const host = await lab.host(name);
    await lab.attach(host, lan, { addresses: [`${own}/24`] });
    return host;
  };
  const client = await hostAt('c', clientAddress);
  const hosts = { a: await hostAt('a', sources.a), b: await hostAt('b', sources.b) };
  if (twoPaths) {
    const between = await lab.lan('sync');
    for (const [index, host] of [hosts.a, hosts.b].entries()) {
      await lab.attach(host, between, { interface: 'sync0', addresses: [`10.8.0.${index + 1}/24`] });
    }
  }
  const observer = startObserver(lab, {
    address,
    ...{ client: client.netns, clientAddress },
    directors: [hosts.a, hosts.b].map(({ name, netns }) => ({ name, netns })),
  });
  const ask = async <T>(message: ToObserver): Promise<T> => {
    const answered = once(observer, 'message', { signal: AbortSignal.timeout(10_000) });
    observer.send(message);
    return ((await answered) as [T])[0];
  };
  const glance = () => ask<Glance>('now');
  // Only once it answers is anything that happens observed.
  await glance();
  const until: Pair['until'] = async (isSo, limitMs) => {
    const end = performance.now() + limitMs;
    for (;;) {
      if (isSo(await glance())) return true;
      if (performance.now() > end) return false;
      await delay(5);
    }
  };
  return {
    lab,
    lan,
    intervalMs,
    hosts,
    start: async (which) => {
      const settings = { intervalMs, priority: priorities[which], address, twoPaths };
      const router = startRouter(lab, hosts[which], products[which], settings);
      await router.ready();
      return router;
    },
    glance,
    until,
    observed: () => ask<Observation>('end'),
  };
}

function startObserver(lab: Lab, options: ObserverOptions): ChildProcess {
  // V8's other threads are not in the real-time class: waiting for one of them would be waiting for the machine.
  const execArgv = ['--single-threaded', '--no-opt', '--max-semi-space-size=64'];
  const observer = fork(observerFile, [JSON.stringify(options)], { execArgv, serialization: 'json' });
  lab.defer(() => void observer.kill('SIGKILL'));
  return observer;
}
