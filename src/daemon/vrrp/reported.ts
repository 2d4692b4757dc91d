// What the VRRP process has said of itself last, and what that means once it is gone. Pure.
import type { JournalEvent } from '../../journal/event.ts';
import type { VrrpInstanceStatus, VrrpProcessStatus, VrrpSnapshot } from './messages.ts';

export type Reported = {
  readonly instances: readonly VrrpInstanceStatus[];
  /** Of the process that runs now. */
  readonly process?: VrrpProcessStatus;
  /** Where it would go on after a crash. */
  readonly snapshot?: VrrpSnapshot;
  /** Why routers do not run, or not as configured. */
  readonly problems: readonly string[];
};

export const nothingReported: Reported = { instances: [], problems: [] };

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
