// Accept_Mode of one instance: unless it is on, or the instance owns its addresses, what is addressed to them is
// dropped, by an nftables table of our own that is there for as long as the instance is, and is put back when somebody
// takes it or a part of it. It stands behind IPVS, so that services on the addresses work, and lets neighbour
// discovery pass. RFC 9568 §6.1, §6.4.3 (650).

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FilterKernel, KernelError } from '../../../ports/kernel.ts';
import { createPace, type Pace } from '../../pace/pace.ts';
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

type Filtering = AcceptPorts & {
  readonly config: () => VrrpInstanceConfig;
  readonly pace: Pace;
  isThere: boolean;
  failure?: string | undefined;
  unwatch?: (() => void) | undefined;
  /** One change after the other. */
  last: Promise<void>;
};

export function createAcceptFilter(config: () => VrrpInstanceConfig, ports: AcceptPorts): AcceptFilter {
  const pace = createPace(ports.clock, { gatherMs });
  const filtering: Filtering = { ...ports, config, pace, isThere: false, last: Promise.resolve() };
  return {
    apply: () => inTurn(filtering, () => applyNow(filtering)),
    remove: () => inTurn(filtering, () => removeNow(filtering)),
    missing: () => {
      const { isThere, failure } = filtering;
      return isThere && failure !== undefined ? [{ what: 'accept: no', reason: failure }] : [];
    },
  };
}

function inTurn(filtering: Filtering, work: () => Promise<void>): Promise<void> {
  // A kernel without nf_tables refuses the socket, by an exception.
  filtering.last = filtering.last.then(work).catch((error: NodeJS.ErrnoException) => {
    tell(filtering, { code: error.code ?? 'EIO', message: error.message });
  });
  return filtering.last;
}

function tell(filtering: Filtering, error: KernelError | undefined): void {
  if (error === undefined) return;
  filtering.failure = error.message;
  const instance = filtering.config().name;
  filtering.emit({ event: 'vrrp.accept_failed', instance, reason: error.message });
}

async function removeNow(filtering: Filtering): Promise<void> {
  if (!filtering.isThere) return;
  filtering.isThere = false;
  filtering.failure = undefined;
  filtering.unwatch?.();
  filtering.unwatch = undefined;
  filtering.pace.cancel();
  for (const error of await dropNothingOf(filtering.config().name, filtering.filter)) tell(filtering, error);
}

const addressesOf = ({ config }: Filtering) => floatingAddresses(config()).map(({ address }) => address);

async function applyNow(filtering: Filtering): Promise<void> {
  const { filter, config, pace } = filtering;
  const { acceptMode, priority } = config();
  if (acceptMode || priority === 255) return removeNow(filtering);
  const table = () => filterTableOf(config().name);
  filtering.isThere = true;
  filtering.failure = undefined;
  for (const family of families)
    tell(filtering, await filter.dropTo(family, table(), addressesOf(filtering)));
  filtering.unwatch ??= filter.watch((changed) => {
    if (changed === undefined || changed === table())
      pace.soon(() => void inTurn(filtering, () => check(filtering)));
  });
}

async function check(filtering: Filtering): Promise<void> {
  const { filter, config } = filtering;
  const table = filterTableOf(config().name);
  for (const family of families) {
    if (!filtering.isThere) return;
    const found = await filter.isDropping(family, table, addressesOf(filtering));
    if (!found.ok || found.value || !filtering.isThere) continue;
    filtering.failure = undefined;
    tell(filtering, await filter.dropTo(family, table, addressesOf(filtering)));
    if (filtering.failure === undefined) tellRestored(filtering, table);
  }
}

function tellRestored({ config, limit, emit }: Filtering, table: string): void {
  const [instance, what] = [config().name, `nftables table ${table}`];
  limit.note(`${instance} restored ${what}`, (count) =>
    emit({ event: 'vrrp.restored', instance, what, from: 'altered', to: 'as configured', count }),
  );
}
