// The kernel's IPVS table over generic netlink. Decides nothing about what the table should be.
// An entry that the kernel tells in the very bytes of the last look, counters included, is the very value of the last
// look (seen-entries.ts): a table at rest is not decoded again, and who reads it may tell by `===` what is as it was.

import { formatServiceId, type Operation, serviceFamily, type VirtualService } from '../model/ipvs.ts';
import { ok, type Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { IpvsKernel, KernelError, ObservedDestination, ObservedService } from '../ports/kernel.ts';
import { decodeDestination, decodeService } from '../wire/ipvs/entries.ts';
import { encodeGetDestinations, encodeGetServices, encodeOperation } from '../wire/ipvs/operations.ts';
import { createIpvsRequests, type IpvsPort } from './ipvs-requests.ts';
import { nothingSeen, type SeenEntries, seeEntries } from './seen-entries.ts';

/** One service of the last look. */
type SeenService = {
  readonly destinations: SeenEntries<ObservedDestination>;
  readonly observed: ObservedService;
};

/** @param port closed by `close`. */
export function createIpvsKernel(port: IpvsPort, clock: Clock & EventLoop): IpvsKernel {
  const requests = createIpvsRequests(port, clock);
  let unreadable: readonly string[] = [];
  let seenServices: SeenEntries<VirtualService> = nothingSeen;
  /** By name: where a service is busy, its own bytes differ at each look, and those of most servers do not. */
  let seen: ReadonlyMap<string, SeenService> = new Map();

  async function observeService(
    service: VirtualService,
    before: SeenService | undefined,
  ): Promise<Result<SeenService, KernelError>> {
    const answer = await requests.dump(encodeGetDestinations(service.id));
    if (!answer.ok) return answer;
    const family = serviceFamily(service.id);
    const destinations = seeEntries(answer.value, before?.destinations ?? nothingSeen, (payload) =>
      decodeDestination(payload, family),
    );
    if (destinations === before?.destinations && service === before.observed.service) return ok(before);
    return ok({ destinations, observed: { service, destinations: destinations.values } });
  }

  async function observe(): Promise<Result<readonly ObservedService[], KernelError>> {
    let answer = await requests.dump(encodeGetServices());
    // The family that was known is gone: it may have been given another number since.
    if (!answer.ok && answer.error.code === 'ENOENT') answer = await requests.dump(encodeGetServices());
    if (!answer.ok) return answer;
    const services = seeEntries(answer.value, seenServices, decodeService);
    const now = new Map<string, SeenService>();
    for (const service of services.values) {
      const name = formatServiceId(service.id);
      const entry = await observeService(service, seen.get(name));
      if (!entry.ok) return entry;
      now.set(name, entry.value);
    }
    [seenServices, seen] = [services, now];
    unreadable = unreadableIn(services, now);
    return ok([...now.values()].map(({ observed }) => observed));
  }

  const apply = (operations: readonly Operation[]) =>
    requests.change(operations.map((operation) => () => encodeOperation(operation)));

  return { observe, unreadable: () => unreadable, apply, close: requests.close };
}

/** Of what cannot be read it is told that it is there. */
const unreadableIn = (
  services: SeenEntries<VirtualService>,
  seen: ReadonlyMap<string, SeenService>,
): readonly string[] => [
  ...(services.unreadable > 0 ? ['a service'] : []),
  ...[...seen].flatMap(([name, { destinations }]) =>
    destinations.unreadable > 0 ? [`a server of ${name}`] : [],
  ),
];
