// Requests to the kernel's IPVS over generic netlink. Finds the family when it is first needed and again after it
// was gone (module unloaded), so that a daemon may start before `modprobe ip_vs`. Knows no command.
import { err, ok, type Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { KernelError } from '../ports/kernel.ts';
import { IPVS_GENL_NAME } from '../wire/ipvs/operations.ts';
import { decodeFamily, encodeGetFamily, GENL_ID_CTRL } from '../wire/netlink/genetlink.ts';
import { kernelError } from './errno.ts';
import { createNetlinkRequests, type NetlinkRequests } from './netlink-requests.ts';

const NO_IPVS: KernelError = { code: 'ENOSYS', message: 'the kernel has no IPVS (modprobe ip_vs)' };

export type Payloads = Result<readonly Uint8Array[], KernelError>;

export type IpvsRequests = {
  /** The payload of every entry of a dump. */
  readonly dump: (payload: Uint8Array) => Promise<Payloads>;
  /** The payloads of what the kernel answers to one question. */
  readonly ask: (payload: Uint8Array) => Promise<Payloads>;
  /** @param encoders as in NetlinkRequests. @returns one entry each: undefined where it succeeded. */
  readonly change: (encoders: readonly (() => Uint8Array)[]) => Promise<readonly (KernelError | undefined)[]>;
  readonly close: () => void;
};

/** A generic netlink socket of its own, or how to open one: with the first request, as most may never be made. */
export type IpvsPort = NetlinkPort | (() => NetlinkPort);

/** @param port closed by `close`. */
export function createIpvsRequests(port: IpvsPort, clock: Clock & EventLoop): IpvsRequests {
  let opened = typeof port === 'function' ? undefined : createNetlinkRequests(port, clock);
  const requests = (): NetlinkRequests => {
    opened ??= createNetlinkRequests(typeof port === 'function' ? port() : port, clock);
    return opened;
  };
  let knownFamily: number | undefined;

  async function resolveFamily(): Promise<Result<number, KernelError>> {
    if (knownFamily !== undefined) return ok(knownFamily);
    const answer = await requests().ask({ type: GENL_ID_CTRL, payload: encodeGetFamily(IPVS_GENL_NAME) });
    if (!answer.ok) return err(answer.error.code === 'ENOENT' ? NO_IPVS : answer.error);
    knownFamily = answer.value.map(({ payload }) => decodeFamily(payload)?.id).find((id) => id !== undefined);
    return knownFamily === undefined ? err(kernelError(74)) : ok(knownFamily);
  }

  /** The kernel answers ENOENT to a message type it no longer knows, and to much else: ask again next time. */
  const forgetFamilyOn = (error: KernelError): void => {
    if (error.code === 'ENOENT') knownFamily = undefined;
  };

  async function read(how: 'dump' | 'ask', payload: Uint8Array): Promise<Payloads> {
    const family = await resolveFamily();
    if (!family.ok) return family;
    const answer = await requests()[how]({ type: family.value, payload });
    if (answer.ok) return ok(answer.value.map((message) => message.payload));
    forgetFamilyOn(answer.error);
    return answer;
  }

  async function change(
    encoders: readonly (() => Uint8Array)[],
  ): Promise<readonly (KernelError | undefined)[]> {
    if (encoders.length === 0) return [];
    const family = await resolveFamily();
    if (!family.ok) return encoders.map(() => family.error);
    const errors = await requests().change(
      encoders.map((encode) => () => ({ type: family.value, payload: encode() })),
    );
    for (const error of errors) if (error !== undefined) forgetFamilyOn(error);
    return errors;
  }

  return {
    dump: (payload) => read('dump', payload),
    ask: (payload) => read('ask', payload),
    change,
    close: () => opened?.close(),
  };
}
