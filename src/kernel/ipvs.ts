// The kernel's IPVS table over generic netlink. Finds the family when it is first needed and again after it
// was gone (module unloaded), so that a daemon may start before `modprobe ip_vs`. Decides nothing about what
// the table should be.
import { err, ok, type Result } from '../net/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { IpvsKernel, KernelError, ObservedService } from '../ports/kernel.ts';
import type { Operation, VirtualService } from '../reconcile/model.ts';
import { decodeFamily, encodeGetFamily, GENL_ID_CTRL } from '../wire/genetlink.ts';
import {
  encodeGetDestinations,
  encodeGetServices,
  encodeOperation,
  IPVS_GENL_NAME,
  serviceFamilyOf,
} from '../wire/ipvs.ts';
import { decodeDestination, decodeService } from '../wire/ipvs-entries.ts';
import { kernelError } from './errno.ts';
import { createNetlinkRequests } from './netlink-requests.ts';

const NO_IPVS: KernelError = { code: 'ENOSYS', message: 'the kernel has no IPVS (modprobe ip_vs)' };

/** @param port a generic netlink socket of its own; closed by `close`. */
export function createIpvsKernel(port: NetlinkPort, clock: Clock): IpvsKernel {
  const requests = createNetlinkRequests(port, clock);
  let knownFamily: number | undefined;

  async function resolveFamily(): Promise<Result<number, KernelError>> {
    if (knownFamily !== undefined) return ok(knownFamily);
    const answer = await requests.ask({ type: GENL_ID_CTRL, payload: encodeGetFamily(IPVS_GENL_NAME) });
    if (!answer.ok) return err(answer.error.code === 'ENOENT' ? NO_IPVS : answer.error);
    knownFamily = answer.value.map(({ payload }) => decodeFamily(payload)?.id).find((id) => id !== undefined);
    return knownFamily === undefined ? err(kernelError(74)) : ok(knownFamily);
  }

  /** The kernel answers ENOENT to a message type it no longer knows, and to much else: ask again next time. */
  const forgetFamilyOn = (error: KernelError): void => {
    if (error.code === 'ENOENT') knownFamily = undefined;
  };

  async function dump(payload: Uint8Array): Promise<Result<readonly Uint8Array[], KernelError>> {
    const family = await resolveFamily();
    if (!family.ok) return family;
    const answer = await requests.dump({ type: family.value, payload });
    if (answer.ok) return ok(answer.value.map((message) => message.payload));
    forgetFamilyOn(answer.error);
    return answer;
  }

  async function observeService(service: VirtualService): Promise<Result<ObservedService, KernelError>> {
    const answer = await dump(encodeGetDestinations(service.id));
    if (!answer.ok) return answer;
    const family = serviceFamilyOf(service.id);
    const destinations = answer.value.flatMap((payload) => decodeDestination(payload, family) ?? []);
    return ok({ service, destinations });
  }

  async function observe(): Promise<Result<readonly ObservedService[], KernelError>> {
    let answer = await dump(encodeGetServices());
    // The family that was known is gone: it may have been given another number since.
    if (!answer.ok && answer.error.code === 'ENOENT') answer = await dump(encodeGetServices());
    if (!answer.ok) return answer;
    const observed: ObservedService[] = [];
    for (const service of answer.value.flatMap((payload) => decodeService(payload) ?? [])) {
      const entry = await observeService(service);
      if (!entry.ok) return entry;
      observed.push(entry.value);
    }
    return ok(observed);
  }

  async function apply(operations: readonly Operation[]): Promise<readonly (KernelError | undefined)[]> {
    if (operations.length === 0) return [];
    const family = await resolveFamily();
    if (!family.ok) return operations.map(() => family.error);
    const errors = await requests.change(
      operations.map((operation) => () => ({ type: family.value, payload: encodeOperation(operation) })),
    );
    for (const error of errors) if (error !== undefined) forgetFamilyOn(error);
    return errors;
  }

  return { observe, apply, close: requests.close };
}
