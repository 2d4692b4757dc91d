// The listener through the life of the daemon: opened, moved and closed as the configuration says, one step after the
// other. It moves without a gap: the new one answers before the old one ends. One that cannot be opened is told, tried
// again and never in the way of anything else. How it listens is its port's.
import { retryMsAfter } from '../daemon/pace/backoff.ts';
import { createQueue } from '../daemon/pace/pacing.ts';
import type { Journal } from '../journal/event.ts';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import type { Result } from '../net/result.ts';
import type { Clock } from '../ports/clock.ts';

/** An address that comes with a role is waited for no longer than that. */
const retryMsMax = 10_000;

/** @property release of the port, at once; answers that are under way go on. @property close ends these as well. */
export type OpenListener = { readonly release: () => void; readonly close: () => Promise<void> };

/** @property taken whether something listens at that port already. */
export type ListenError = { readonly reason: string; readonly taken: boolean };

export type ListenerPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly open: (where: Endpoint) => Promise<Result<OpenListener, ListenError>>;
};

export type Listener = {
  /** Resolves once it was tried. @param where undefined: nowhere. */
  readonly configure: (where: Endpoint | undefined) => Promise<void>;
  readonly close: () => Promise<void>;
};

type State = {
  wanted: Endpoint | undefined;
  current: { readonly where: Endpoint; readonly listener: OpenListener } | undefined;
  /** In a row. */
  failures: number;
  /** Why it failed last, as it was told. */
  told: string | undefined;
  /** The last word of a run is the daemon's. */
  isEnding: boolean;
  cancelRetry: () => void;
};

export function createListener(ports: ListenerPorts): Listener {
  const inTurn = createQueue();
  const state: State = {
    ...{ wanted: undefined, current: undefined, failures: 0, told: undefined, isEnding: false },
    cancelRetry: () => {},
  };
  const settle = () => inTurn(() => follow(state, ports, settle));
  const configure = (where: Endpoint | undefined): Promise<void> => {
    if (keyOf(where) !== keyOf(state.wanted)) [state.failures, state.told] = [0, undefined];
    state.wanted = where;
    return settle();
  };
  return {
    configure,
    close: () => {
      state.isEnding = true;
      return configure(undefined);
    },
  };
}

const keyOf = (where: Endpoint | undefined): string => (where === undefined ? '' : formatEndpoint(where));

async function follow(state: State, ports: ListenerPorts, again: () => Promise<void>): Promise<void> {
  const { wanted } = state;
  state.cancelRetry();
  if (keyOf(wanted) === keyOf(state.current?.where)) return;
  if (wanted === undefined) {
    await leave(state, ports);
    return;
  }
  const opened = await openBeside(state, ports, wanted);
  if (!opened.ok) {
    state.failures += 1;
    tellFailure(state, ports, opened.error.reason);
    const retryMs = Math.min(retryMsMax, retryMsAfter(state.failures));
    state.cancelRetry = ports.clock.after(retryMs, () => void again());
    return;
  }
  const before = state.current;
  state.current = { where: wanted, listener: opened.value };
  [state.failures, state.told] = [0, undefined];
  ports.journal({ event: 'listener.opened', listen: formatEndpoint(wanted) });
  before?.listener.release();
}

/** Two addresses of one port may stand in each other's way: then the old one lets go first, and is back where that was for nothing. */
async function openBeside(
  state: State,
  { open }: ListenerPorts,
  wanted: Endpoint,
): Promise<Result<OpenListener, ListenError>> {
  const opened = await open(wanted);
  const { current } = state;
  if (opened.ok || !opened.error.taken || current?.where.port !== wanted.port) return opened;
  current.listener.release();
  state.current = undefined;
  const again = await open(wanted);
  if (again.ok) return again;
  const back = await open(current.where);
  if (back.ok) state.current = { where: current.where, listener: back.value };
  return again;
}

/** Once for each reason, however often it is tried. */
function tellFailure(state: State, { journal }: ListenerPorts, reason: string): void {
  if (state.told === reason) return;
  state.told = reason;
  journal({ event: 'listener.failed', listen: keyOf(state.wanted), reason });
}

async function leave(state: State, { journal }: ListenerPorts): Promise<void> {
  const { current } = state;
  state.current = undefined;
  if (current === undefined) return;
  await current.listener.close();
  if (!state.isEnding) journal({ event: 'listener.closed', listen: formatEndpoint(current.where) });
}
