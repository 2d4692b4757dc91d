// Accept_Mode of one instance: unless it is on, or the instance owns its addresses, what is addressed to them is
// dropped, by an nftables table of our own that is there for as long as the instance is, and is put back when somebody
// takes it or a part of it. It stands behind IPVS, so that services on the addresses work, and lets neighbour
// discovery pass. RFC 9568 §6.1, §6.4.3 (650).

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FilterKernel, KernelError } from '../../../ports/kernel.ts';
import { createPace } from '../../pace/pace.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import { floatingAddresses } from '../router-config.ts';
import type { Missing } from './floating-routes.ts';

export type AcceptFilter = {
  /** Follows the configuration. */
  readonly apply: () => Promise<void>;
  readonly remove: () => Promise<void>;
  /** What should be dropped and is not. */
  readonly missing: () => readonly Missing[];
};

export type AcceptPorts = {
  readonly filter: FilterKernel;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limit: RateLimit;
};

const families = ['inet', 'inet6'] as const;

export const filterTableOf = (instance: string): string => `lvs-director/${instance}`;

/** For who is not there any more. @returns why the kernel refused. */
export async function dropNothingOf(instance: string, filter: FilterKernel): Promise<readonly KernelError[]> {
  const errors: KernelError[] = [];
  for (const family of families) {
    const error = await filter.dropNothing(family, filterTableOf(instance));
    if (error !== undefined) errors.push(error);
  }
  return errors;
}

/** Many changes at once are one for us: a firewall is loaded rule by rule. */
const gatherMs = 50;

export function createAcceptFilter(config: () => VrrpInstanceConfig, ports: AcceptPorts): AcceptFilter {
  const { filter, emit } = ports;
  const pace = createPace(ports.clock, { gatherMs });
  let isThere = false;
  let failure: string | undefined;
  let unwatch: (() => void) | undefined;
  /** One change after the other. */
  let last: Promise<void> = Promise.resolve();
  const table = () => filterTableOf(config().name);
  const addresses = () => floatingAddresses(config()).map(({ address }) => address);

  function tell(error: KernelError | undefined): void {
    if (error === undefined) return;
    failure = error.message;
    emit({ event: 'vrrp.accept_failed', instance: config().name, reason: error.message });
  }

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    // A kernel without nf_tables refuses the socket, by an exception.
    last = last.then(work).catch((error: NodeJS.ErrnoException) => {
      tell({ code: error.code ?? 'EIO', message: error.message });
    });
    return last;
  };

  async function removeNow(): Promise<void> {
    if (!isThere) return;
    isThere = false;
    failure = undefined;
    unwatch?.();
    unwatch = undefined;
    pace.cancel();
    for (const error of await dropNothingOf(config().name, filter)) tell(error);
  }

  async function applyNow(): Promise<void> {
    const { acceptMode, priority } = config();
    if (acceptMode || priority === 255) return removeNow();
    isThere = true;
    failure = undefined;
    for (const family of families) tell(await filter.dropTo(family, table(), addresses()));
    unwatch ??= filter.watch((changed) => {
      if (changed === undefined || changed === table()) pace.soon(() => void inTurn(check));
    });
  }

  async function check(): Promise<void> {
    for (const family of families) {
      if (!isThere) return;
      const found = await filter.isDropping(family, table(), addresses());
      if (!found.ok || found.value || !isThere) continue;
      failure = undefined;
      tell(await filter.dropTo(family, table(), addresses()));
      if (failure === undefined) tellRestored();
    }
  }

  function tellRestored(): void {
    const [instance, what] = [config().name, `nftables table ${table()}`];
    ports.limit.note(`${instance} restored ${what}`, (count) =>
      emit({ event: 'vrrp.restored', instance, what, from: 'altered', to: 'as configured', count }),
    );
  }

  return {
    apply: () => inTurn(applyNow),
    remove: () => inTurn(removeNow),
    missing: () => (isThere && failure !== undefined ? [{ what: 'accept: no', reason: failure }] : []),
  };
}
