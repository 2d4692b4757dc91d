// The three that put a table into the kernel: our daemon and keepalived, both running and told to reload, and
// ipvsadm, which is told everything by hand.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../../test/lab/harness/namespaces.ts';
import { startDirector, startKeepalived } from '../../test/lab/harness/programs.ts';
import { withChildren } from '../process-tree.ts';
import { type Cost, cpuMsOf } from './meter.ts';
import { type Checks, directorConfig, ipvsadmRules, keepalivedConfig, type Site } from './site.ts';

export type Product = 'lvs-director' | 'keepalived';

export type Contestant = {
  readonly product: Product;
  readonly pids: () => readonly number[];
  /** The running product is given this table; does not wait for anything. */
  readonly reload: (site: Site) => void;
  /** What our own log says of the last change: from the first message to the last answer. */
  readonly messagesMs?: () => number | undefined;
  /** As an administrator stops it: its services are gone afterwards. */
  readonly stop: () => Promise<unknown>;
};

export type Setting = { readonly site: Site; readonly checks: Checks; readonly resync: string };

const stopMs = 300_000;

export function startContestant(
  lab: Lab,
  host: Host,
  product: Product,
  setting: Setting,
): Promise<Contestant> {
  return product === 'keepalived' ? keepalived(lab, host, setting) : director(lab, host, setting);
}

async function director(lab: Lab, host: Host, { site, checks, resync }: Setting): Promise<Contestant> {
  const ours = startDirector(lab, host, { config: directorConfig(site, checks, resync) });
  const { running } = ours;
  await ours.waitFor('daemon.ready', undefined, { timeoutMs: 120_000 });
  return {
    product: 'lvs-director',
    pids: () => withChildren(running.pid),
    reload: (next) => {
      ours.writeConfig(directorConfig(next, checks, resync));
      running.signal('SIGHUP');
    },
    messagesMs: () => {
      const applied = ours.events().findLast(({ event }) => event === 'ipvs.applied');
      return typeof applied?.ms === 'number' ? applied.ms : undefined;
    },
    stop: () => running.stop(stopMs),
  };
}

async function keepalived(lab: Lab, host: Host, { site, checks }: Setting): Promise<Contestant> {
  const running = startKeepalived(lab, host, keepalivedConfig(site, checks));
  await running.waitFor(/Startup complete/, { timeoutMs: 120_000 });
  return {
    product: 'keepalived',
    pids: () => withChildren(running.pid),
    reload: (next) => running.reload(keepalivedConfig(next, checks)),
    stop: () => running.stop(stopMs),
  };
}

/** Until all of it has ended. */
export async function costOfStop({ pids, stop }: Contestant): Promise<Cost> {
  const watched = pids();
  const before = cpuMsOf(watched);
  let last = before;
  const look = setInterval(() => {
    last = Math.max(last, cpuMsOf(watched));
  }, 10);
  const startedAt = performance.now();
  await stop();
  clearInterval(look);
  return { wallMs: performance.now() - startedAt, cpuMs: last - before };
}

/** A shell command of the administrator: its own and its children's time, as the shell's `times` counts it. */
export async function costOfCommand(host: Host, command: string): Promise<Cost> {
  const startedAt = performance.now();
  const said = await host.run('sh', '-c', `${command}; times`);
  const wallMs = performance.now() - startedAt;
  const children = said.trim().split('\n').at(-1) ?? '';
  const cpuMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60_000 * Number(minutes) + 1000 * Number(seconds),
    0,
  );
  return { wallMs, cpuMs };
}

/** @returns the file of rules for `ipvsadm -R`. */
export function rulesFile(lab: Lab, site: Site): string {
  const file = join(lab.directory('ipvsadm'), 'rules');
  writeFileSync(file, ipvsadmRules(site));
  return file;
}
