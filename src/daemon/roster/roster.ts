// Who the servers and peers are at present: between the config, which may name them or point to a file, and all that
// works with addresses. Joins what the resolver and the files say (roster/), tells what that changed, and keeps it for
// the next start, which may fall into an outage of DNS. It sends nothing to the kernel and checks no server.

import type { Config } from '../../model/config/config.ts';
import { changesBetween } from '../../roster/changes.ts';
import { createBoundedWait } from '../pace/bounded-wait.ts';
import { createRosterSources, type RosterSourcesPorts, type RosterStatus } from './roster-sources.ts';

/** Answers that come close together make one change. */
const gatherMs = 50;

export type RosterPorts = RosterSourcesPorts & {
  /** effective() is another one. */
  readonly onChanged: () => void;
};

export type Roster = {
  /**
   * From now on this configuration. @returns it with the servers and peers of the moment, when something is known of
   * each name and file, or after `limitMs`: what comes later is a change.
   */
  readonly take: (config: Config, limitMs: number) => Promise<Config>;
  /** The same object while nothing changes. */
  readonly effective: () => Config;
  readonly status: () => RosterStatus;
  readonly stop: () => void;
};

export function createRoster(ports: RosterPorts, initial: Config): Roster {
  const { clock, journal } = ports;
  const known = createRosterSources(ports, gather);
  const settled = createBoundedWait(clock);
  let config = initial;
  let effective = initial;
  let cancelGather: (() => void) | undefined;

  function gather(): void {
    cancelGather ??= clock.after(gatherMs, () => {
      cancelGather = undefined;
      look();
    });
  }

  function look(): void {
    const before = effective;
    const next = known.effective(config);
    const isSame = sameEach(next.virtuals, before.virtuals) && sameEach(next.vrrp, before.vrrp);
    if (!isSame) effective = next;
    if (!settled.isWaiting() && !isSame) {
      for (const event of changesBetween(before, effective)) journal(event);
      ports.onChanged();
    }
    known.keep();
    if (known.isSettled()) settled.end();
  }

  return {
    take: async (next, limitMs) => {
      config = next;
      known.configure(next);
      effective = known.effective(config);
      if (!known.isSettled()) {
        await settled.within(limitMs);
        effective = known.effective(config);
      }
      known.keep();
      return effective;
    },
    effective: () => effective,
    status: known.status,
    stop: () => {
      cancelGather?.();
      known.stop();
      settled.end();
    },
  };
}

/** What no name or file bears on is the very same; of ten thousand servers, few are to be compared. */
const sameEach = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length &&
  a.every((each, index) => each === b[index] || JSON.stringify(each) === JSON.stringify(b[index]));
