// All that the kernel's IPVS has to show, read over generic netlink for commands that list it: the table with its
// traffic, the timeouts, the sync daemons, and how large it is. Changes nothing.

import type { SyncDaemon, Timeouts } from '../model/director.ts';
import { serviceFamily } from '../model/ipvs.ts';
import { err, ok, type Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { KernelError } from '../ports/kernel.ts';
import {
  decodeSyncDaemon,
  decodeTimeouts,
  encodeGetSyncDaemons,
  encodeGetTimeouts,
} from '../wire/ipvs/director.ts';
import {
  decodeInfo,
  decodeListedDestination,
  decodeListedService,
  encodeGetInfo,
  type IpvsInfo,
  type ListedDestination,
  type ListedService,
} from '../wire/ipvs/listing.ts';
import { encodeGetDestinations, encodeGetServices } from '../wire/ipvs/operations.ts';
import { kernelError } from './errno.ts';
import { createIpvsRequests } from './ipvs-requests.ts';

export type ListedEntry = {
  readonly service: ListedService;
  /** As the kernel holds them: the one added last stands first. */
  readonly destinations: readonly ListedDestination[];
};

export type IpvsListing = {
  readonly info: () => Promise<Result<IpvsInfo, KernelError>>;
  /** In the kernel's order. */
  readonly table: () => Promise<Result<readonly ListedEntry[], KernelError>>;
  readonly timeouts: () => Promise<Result<Timeouts, KernelError>>;
  readonly syncDaemons: () => Promise<Result<readonly SyncDaemon[], KernelError>>;
  readonly close: () => void;
};

/** @param port a generic netlink socket of its own; closed by `close`. */
export function createIpvsListing(port: NetlinkPort, clock: Clock & EventLoop): IpvsListing {
  const requests = createIpvsRequests(port, clock);

  async function one<T>(
    question: Uint8Array,
    decode: (payload: Uint8Array) => T | undefined,
  ): Promise<Result<T, KernelError>> {
    const answer = await requests.ask(question);
    if (!answer.ok) return answer;
    const value = answer.value.map(decode).find((decoded) => decoded !== undefined);
    return value === undefined ? err(kernelError(74)) : ok(value);
  }

  async function table(): Promise<Result<readonly ListedEntry[], KernelError>> {
    const answer = await requests.dump(encodeGetServices());
    if (!answer.ok) return answer;
    const entries: ListedEntry[] = [];
    for (const service of answer.value.flatMap((payload) => decodeListedService(payload) ?? [])) {
      const held = await requests.dump(encodeGetDestinations(service.id));
      if (!held.ok) return held;
      const family = serviceFamily(service.id);
      const destinations = held.value.flatMap((payload) => decodeListedDestination(payload, family) ?? []);
      entries.push({ service, destinations });
    }
    return ok(entries);
  }

  async function syncDaemons(): Promise<Result<readonly SyncDaemon[], KernelError>> {
    const answer = await requests.dump(encodeGetSyncDaemons());
    return answer.ok ? ok(answer.value.flatMap((payload) => decodeSyncDaemon(payload) ?? [])) : answer;
  }

  return {
    info: () => one(encodeGetInfo(), decodeInfo),
    table,
    timeouts: () => one(encodeGetTimeouts(), decodeTimeouts),
    syncDaemons,
    close: requests.close,
  };
}
