// Which director held an address, and when, as their kernels tell it (`ip monitor`), not as our daemons do.
import type { Host } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';

type Holding = { readonly host: string; readonly from: number; readonly to: number };

export type Holders = {
  /** Names of the hosts that hold the address now. */
  readonly now: () => readonly string[];
  /** Resolves once exactly this one holds it. @returns when it began to, in milliseconds since 1970. */
  readonly only: (host: string, timeoutMs: number) => Promise<number>;
  /** Milliseconds after `from` in which two hosts held it. */
  readonly bothMs: (from: number) => number;
};

/** Watches from the start: no host may hold the address yet. */
export function watchHolders(hosts: readonly Host[], address: string): Holders {
  const monitors = hosts.map((host) => ({ host, running: host.start(['ip', '-ts', 'monitor', 'address']) }));
  const holdings = () => monitors.flatMap(({ host, running }) => holdingsOf(host.name, running, address));
  const now = () =>
    holdings()
      .filter(({ to }) => to === Number.POSITIVE_INFINITY)
      .map(({ host }) => host);
  return {
    now,
    only: async (host, timeoutMs) => {
      await waitUntil(() => now().join() === host, {
        timeoutMs,
        everyMs: 20,
        what: `${address} on ${host} alone`,
      });
      return (
        holdings()
          .filter((holding) => holding.host === host)
          .at(-1)?.from ?? 0
      );
    },
    bothMs: (from) => {
      const all = holdings();
      const overlaps = all.flatMap((one, index) =>
        all
          .slice(index + 1)
          .filter((other) => other.host !== one.host)
          .map((other) => Math.min(one.to, other.to) - Math.max(one.from, other.from, from)),
      );
      return overlaps.filter((ms) => ms > 0).reduce((sum, ms) => sum + ms, 0);
    },
  };
}

/** A renewal is told like an addition: only the first counts. */
function holdingsOf(host: string, monitor: Running, address: string): readonly Holding[] {
  const found: Holding[] = [];
  let from: number | undefined;
  for (const line of monitor.lines()) {
    if (!line.includes(` ${address}/`)) continue;
    const at = timeOf(line);
    if (line.includes('Deleted')) {
      if (from !== undefined) found.push({ host, from, to: at });
      from = undefined;
    } else {
      from ??= at;
    }
  }
  return from === undefined ? found : [...found, { host, from, to: Number.POSITIVE_INFINITY }];
}

/** "[2026-11-21T02:36:00.123456] 2: eth0 inet …", local time. */
function timeOf(line: string): number {
  const [, seconds = '', fraction = ''] = /^\[([^.\]]+)\.(\d+)\]/.exec(line) ?? [];
  return Date.parse(seconds) + Number(`0.${fraction}`) * 1000;
}
