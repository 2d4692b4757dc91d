// The kernel's IPVS table over generic netlink. Decides nothing about what the table should be.
import { ok, type Result } from '../net/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { IpvsKernel, KernelError, ObservedService } from '../ports/kernel.ts';
import { formatServiceId, type Operation, serviceFamily, type VirtualService } from '../reconcile/model.ts';
import { encodeGetDestinations, encodeGetServices, encodeOperation } from '../wire/ipvs.ts';
import { decodeDestination, decodeService } from '../wire/ipvs-entries.ts';
import { createIpvsRequests } from './ipvs-requests.ts';

/** @param port a generic netlink socket of its own; closed by `close`. */
export function createIpvsKernel(port: NetlinkPort, clock: Clock): IpvsKernel {
  const requests = createIpvsRequests(port, clock);
  let unreadable = new Set<string>();

  /** What can be read of a dump; of the rest it is kept that it is there. */
  function readEach<T>(
    payloads: readonly Uint8Array[],
    what: string,
    decode: (payload: Uint8Array) => T | undefined,
  ): readonly T[] {
    return payloads.flatMap((payload) => {
      const value = decode(payload);
      if (value === undefined) unreadable.add(what);
      return value ?? [];
    });
  }

  async function observeService(service: VirtualService): Promise<Result<ObservedService, KernelError>> {
    const answer = await requests.dump(encodeGetDestinations(service.id));
    if (!answer.ok) return answer;
    const family = serviceFamily(service.id);
    const what = `a server of ${formatServiceId(service.id)}`;
    const destinations = readEach(answer.value, what, (payload) => decodeDestination(payload, family));
    return ok({ service, destinations });
  }

  async function observe(): Promise<Result<readonly ObservedService[], KernelError>> {
    let answer = await requests.dump(encodeGetServices());
    // The family that was known is gone: it may have been given another number since.
    if (!answer.ok && answer.error.code === 'ENOENT') answer = await requests.dump(encodeGetServices());
    if (!answer.ok) return answer;
    unreadable = new Set();
    const observed: ObservedService[] = [];
    for (const service of readEach(answer.value, 'a service', decodeService)) {
      const entry = await observeService(service);
      if (!entry.ok) return entry;
      observed.push(entry.value);
    }
    return ok(observed);
  }

  const apply = (operations: readonly Operation[]) =>
    requests.change(operations.map((operation) => () => encodeOperation(operation)));

  return { observe, unreadable: () => [...unreadable], apply, close: requests.close };
}
