// One VRRP router of the lab: the real child process in a host's namespace, with this test as its main process.
import { openVrrpPorts } from '../../../src/compose/vrrp-ports.ts';
import type { FromVrrpProcess, ToVrrpProcess } from '../../../src/daemon/vrrp/messages.ts';
import { resignFor } from '../../../src/daemon/vrrp/resign-for.ts';
import { createVrrpSupervisor, type VrrpSupervisor } from '../../../src/daemon/vrrp/supervisor.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { forkSelf } from '../../../src/system/programs/vrrp-child.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { patience } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';
import { inside } from './inside.ts';

/** As logged, with the monotonic milliseconds at which the main process heard of it. */
export type Told<E extends JournalEvent['event'] = JournalEvent['event']> = Extract<
  JournalEvent,
  { event: E }
> & { readonly atMs: number };

export type Station = {
  readonly host: Host;
  readonly supervisor: VrrpSupervisor;
  readonly events: () => readonly Told[];
  /** The first event, past (after `after` events) or future, of that name that fits. */
  readonly waitFor: <E extends JournalEvent['event']>(
    event: E,
    fits?: (event: Told<E>) => boolean,
    after?: number,
  ) => Promise<Told<E>>;
  /** Of the child that runs now. */
  readonly pid: () => number;
  /** From now on the main process says nothing more, and takes no notice of the child. */
  readonly playDead: () => void;
};

const waitMsMax = 15_000 * patience;

export function createStation(lab: Lab, host: Host): Station {
  const told: Told[] = [];
  const listeners = new Set<() => void>();
  const pids: number[] = [];
  let dead = false;
  const supervisor = createVrrpSupervisor({
    clock: systemClock,
    journal: (event) => {
      told.push({ ...event, atMs: performance.now() });
      for (const listener of [...listeners]) listener();
    },
    fork: () => {
      const child = inside(host, () => forkSelf<ToVrrpProcess, FromVrrpProcess>(daemonMain, 'vrrp-process'));
      pids.push(child.pid);
      return {
        ...child,
        send: (message) => dead || child.send(message),
        onExit: (listener) => child.onExit((reason) => dead || listener(reason)),
        kill: () => dead || child.kill(),
      };
    },
    cleanUp: async (lost, kept) => {
      const ports = inside(host, openVrrpPorts);
      // Sockets are opened in the namespace that the thread is in when the view has been read.
      const openVrrpSocket: typeof ports.openVrrpSocket = (...request) =>
        inside(host, () => ports.openVrrpSocket(...request));
      await resignFor(lost, kept, {
        ...ports,
        openVrrpSocket,
        emit: (event) => told.push({ ...event, atMs: performance.now() }),
      });
      ports.network.close();
    },
  });
  lab.defer(async () => {
    dead = true;
    for (const pid of pids) end(pid);
  });
  const waitFor: Station['waitFor'] = (name, fits = () => true, after = 0) => {
    type Wanted = Told<typeof name>;
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      const timer = setTimeout(() => {
        finish();
        const last = told.slice(-20).map((event) => JSON.stringify(event));
        reject(new Error(`${host.name}: no ${name} that fits; the last events:\n${last.join('\n')}`));
      }, waitMsMax);
      const look = () => {
        const found = told.slice(after).find((event) => event.event === name && fits(event as Wanted));
        if (found === undefined) return;
        finish();
        resolve(found as Wanted);
      };
      listeners.add(look);
      look();
    });
  };
  return {
    host,
    supervisor,
    events: () => told,
    waitFor,
    pid: () => pids.at(-1) ?? -1,
    playDead: () => {
      dead = true;
    },
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Whether the address is on eth0 now, and with how much of a lease. */
export const hasAddress = async (host: Host, address: string): Promise<boolean> =>
  (await host.run('ip', '-o', 'address', 'show', 'dev', 'eth0')).includes(` ${address}/`);

/** A number that the run has found, for whoever reads its output. */
export const measured = (what: string, value: number): void =>
  console.log(`measured: ${what}: ${value.toFixed(1)}`);
