// What the VRRP process has said of itself last, when that was, and what it means once it is gone. Pure.
import type { JournalEvent } from '../../journal/event.ts';
import type { Micros } from '../../ports/clock.ts';
import type { VrrpInstanceStatus, VrrpProcessStatus, VrrpSnapshot } from './messages.ts';

export type Reported = {
  readonly instances: readonly VrrpInstanceStatus[];
  /** Of the process that runs now. */
  readonly process?: VrrpProcessStatus;
  /** Where it would go on after a crash. */
  readonly snapshot?: VrrpSnapshot;
  /** When it said its last word, by its own clock: what waits to be read is no news. */
  readonly heardAt?: Micros;
  /** Why routers do not run, or not as configured. */
  readonly problems: readonly string[];
};

export const nothingReported: Reported = { instances: [], problems: [] };

/** A heartbeat tells that what was reported still holds; of a new process not before it has reported itself. */
export const withHeartbeat = (reported: Reported, at: Micros | undefined): Reported =>
  reported.process === undefined || at === undefined ? reported : { ...reported, heardAt: at };

export const withSnapshot = (reported: Reported, snapshot: VrrpSnapshot): Reported => ({
  ...reported,
  snapshot,
  heardAt: snapshot.takenAt,
});

/** What is known of the routers, and how old that is. */
export type LastWord = {
  /** Absent: nothing was said of the routers yet, or of none that are left. */
  readonly at?: Micros;
  /** When each of them sent its last advert. */
  readonly lastAdvertAt: ReadonlyMap<string, Micros>;
};

export const lastWordOf = ({ heardAt, snapshot }: Reported): LastWord => ({
  ...(heardAt !== undefined && { at: heardAt }),
  lastAdvertAt: new Map((snapshot?.instances ?? []).map(({ name, lastAdvertAt }) => [name, lastAdvertAt])),
});

/** Whether its addresses are in the kernel, as far as is known. */
export const isServing = ({ instances }: Reported, instance: string): boolean =>
  instances.some(({ name, phase }) => name === instance && (phase === 'active' || phase === 'leaving'));

/** Active, and of that name or its sync group; without a name, all that are active. */
export function activeOf({ instances }: Reported, instance?: string): readonly string[] {
  const group = instances.find(({ name }) => name === instance)?.syncGroup;
  return instances
    .filter(({ phase }) => phase === 'active')
    .filter(({ name, syncGroup }) => {
      const isNamed = instance === undefined || name === instance;
      return isNamed || (group !== undefined && syncGroup === group);
    })
    .map(({ name }) => name);
}

const lost = 'vrrp_process_lost';

/** Its addresses are taken away in its place: nobody holds anything any more, and nothing is resumed. */
export const withoutRoles = ({ instances, problems }: Reported): Reported => ({
  instances: instances.map((entry) => ({ ...entry, phase: 'initialize', addresses: [], reason: lost })),
  problems,
});

/** What {@link withoutRoles} is to whoever follows the transitions. */
export const transitionsToNone = ({ instances }: Reported): readonly JournalEvent[] =>
  instances
    .filter(({ phase }) => phase !== 'initialize')
    .map(({ name: instance, vrid, interface: device, phase: from, priority }) => ({
      event: 'vrrp.transition',
      ...{ instance, vrid, interface: device, from, to: 'initialize', reason: lost, priority },
    }));
