// Accept_Mode of one instance: unless it is on, or the instance owns its addresses, what is addressed to them is
// dropped, by an nftables table of our own that is there for as long as the instance is. It stands behind IPVS, so
// that services on the addresses work, and lets neighbour discovery pass. RFC 9568 §6.1, §6.4.3 (650).
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { FilterKernel, KernelError } from '../ports/kernel.ts';
import type { Emit } from './vrrp-ports.ts';
import { floatingAddresses } from './vrrp-router-config.ts';

export type AcceptFilter = {
  /** Follows the configuration. */
  readonly apply: () => Promise<void>;
  readonly remove: () => Promise<void>;
};

const families = ['inet', 'inet6'] as const;

const tableOf = (instance: string): string => `lvs-director/${instance}`;

/** For who is not there any more. @returns why the kernel refused. */
export async function dropNothingOf(instance: string, filter: FilterKernel): Promise<readonly KernelError[]> {
  const errors: KernelError[] = [];
  for (const family of families) {
    const error = await filter.dropNothing(family, tableOf(instance));
    if (error !== undefined) errors.push(error);
  }
  return errors;
}

export function createAcceptFilter(
  config: () => VrrpInstanceConfig,
  { filter, emit }: { readonly filter: FilterKernel; readonly emit: Emit },
): AcceptFilter {
  let isThere = false;
  const table = () => tableOf(config().name);

  function tell(error: KernelError | undefined): void {
    if (error === undefined) return;
    emit({ event: 'vrrp.accept_failed', instance: config().name, reason: error.message });
  }

  async function remove(): Promise<void> {
    if (!isThere) return;
    isThere = false;
    for (const error of await dropNothingOf(config().name, filter)) tell(error);
  }

  return {
    apply: async () => {
      const { acceptMode, priority } = config();
      if (acceptMode || priority === 255) return remove();
      isThere = true;
      const addresses = floatingAddresses(config()).map(({ address }) => address);
      for (const family of families) tell(await filter.dropTo(family, table(), addresses));
    },
    remove,
  };
}
