// One host in memory with the real supervisor and the real VRRP processes that it starts, in one virtual time: they
// speak over the channel alone, and each process can be frozen, thawed and killed. Nothing stands in for either.

import type { FromVrrpProcess, ToVrrpProcess } from '../../src/daemon/vrrp/messages.ts';
import { runInstances } from '../../src/daemon/vrrp/process.ts';
import { resignFor } from '../../src/daemon/vrrp/resign-for.ts';
import { createVrrpSupervisor, type VrrpSupervisor } from '../../src/daemon/vrrp/supervisor.ts';
import type { VrrpPorts } from '../../src/daemon/vrrp/vrrp-ports.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import { err } from '../../src/net/result.ts';
import { createVirtualHost, type HostOptions, type VirtualHost } from './vrrp-host.ts';

export type VirtualProcess = {
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Nothing of it happens any more, and its supervisor is told. */
  readonly kill: () => void;
  readonly lives: () => boolean;
};

export type SupervisedHost = VirtualHost & {
  readonly supervisor: VrrpSupervisor;
  /** In the order in which they were started. */
  readonly processes: () => readonly VirtualProcess[];
  /** What the main process had to log. */
  readonly journal: () => readonly JournalEvent[];
};

export function createSupervisedHost(options: HostOptions = {}): SupervisedHost {
  const host = createVirtualHost({ ...options, unattended: true });
  const journal: JournalEvent[] = [];
  const processes: VirtualProcess[] = [];

  function fork() {
    const life = createLife();
    let hearMain = (_: FromVrrpProcess) => {};
    let hearChild = (_: ToVrrpProcess) => {};
    let onExit = (_: string) => {};
    const toMain = host.time.socket<FromVrrpProcess>((message) => hearMain(message));
    const toChild = host.time.socket<ToVrrpProcess>((message) => life.act(() => hearChild(message)));
    const ends = host.time.socket<string>((reason) => onExit(reason));
    const end = (reason: string) => {
      if (!life.lives()) return;
      life.end();
      ends.push(reason);
    };
    runInstances(
      portsOf(host.ports, life),
      {
        send: (message) => life.lives() && toMain.push(copy(message)),
        onMessage: (listener) => {
          hearChild = listener;
        },
        onClosed: () => {},
      },
      { exit: (status) => end(`exit status ${status}`), pid: 1, realtime: true, memoryLocked: true },
    );
    const kill = () => end('signal SIGKILL');
    processes.push({ freeze: life.freeze, thaw: life.thaw, lives: life.lives, kill });
    return {
      pid: processes.length,
      send: (message: ToVrrpProcess) => toChild.push(copy(message)),
      onMessage: (listener: typeof hearMain) => {
        hearMain = listener;
      },
      onExit: (listener: typeof onExit) => {
        onExit = listener;
      },
      kill,
    };
  }

  const supervisor = createVrrpSupervisor({
    clock: host.time,
    journal: (event) => void journal.push(event),
    fork,
    cleanUp: (lost, kept) =>
      resignFor(lost, kept, { ...host.ports, emit: (event) => void journal.push(event) }),
  });
  return { ...host, supervisor, processes: () => processes, journal: () => journal };
}

/** As JSON carries it. */
const copy = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T;

type Life = {
  /** Now, when it is thawed, or never. */
  readonly act: (what: () => void) => void;
  readonly lives: () => boolean;
  readonly end: () => void;
  readonly freeze: () => void;
  readonly thaw: () => void;
};

function createLife(): Life {
  let state: 'runs' | 'frozen' | 'ended' = 'runs';
  let waiting: (() => void)[] = [];
  return {
    act: (what) => {
      if (state === 'runs') what();
      else if (state === 'frozen') waiting.push(what);
    },
    lives: () => state !== 'ended',
    end: () => {
      state = 'ended';
      waiting = [];
    },
    freeze: () => {
      if (state === 'runs') state = 'frozen';
    },
    thaw: () => {
      if (state !== 'frozen') return;
      state = 'runs';
      const late = waiting;
      waiting = [];
      for (const what of late) what();
    },
  };
}

/** The host's, for as long as the process runs: answers come to nobody who is gone. */
function portsOf(host: VrrpPorts, life: Life): VrrpPorts {
  const answered = <T>(answer: Promise<T>): Promise<T> =>
    new Promise((resolve) => void answer.then((value) => life.act(() => resolve(value))));
  const asked = <A extends readonly unknown[], T>(ask: (...given: A) => Promise<T>) => {
    return (...given: A): Promise<T> => (life.lives() ? answered(ask(...given)) : new Promise(() => {}));
  };
  const allAsked = <P extends object>(port: P): P =>
    Object.fromEntries(Object.entries(port).map(([name, ask]) => [name, asked(ask)])) as P;
  const { clock, network, filter } = host;
  return {
    ...host,
    clock: {
      now: clock.now,
      after: (ms, callback) => clock.after(ms, () => life.act(callback)),
      afterPoll: (callback) => clock.afterPoll(() => life.act(callback)),
    },
    network: {
      ...allAsked(network),
      watch: (listener) => network.watch((change) => life.act(() => listener(change))),
      close: () => {},
    },
    filter: allAsked(filter),
    openVrrpSocket: (...where) => {
      const opened = host.openVrrpSocket(...where);
      if (!opened.ok) return err(opened.error);
      const { send, onReceived, close } = opened.value;
      return {
        ok: true,
        value: {
          ...opened.value,
          send: (...packet) => life.act(() => send(...packet)),
          onReceived: (listener) => onReceived((datagram) => life.act(() => listener(datagram))),
          close: () => life.act(close),
        },
      };
    },
  };
}
