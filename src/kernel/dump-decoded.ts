// A dump over netlink as values: each of its messages decoded, those that are not of the kind left out.
import { ok, type Result } from '../net/result.ts';
import type { KernelError } from '../ports/kernel.ts';
import type { NetlinkRequest } from './netlink-exchange.ts';
import type { NetlinkRequests } from './netlink-requests.ts';

export async function dumpDecoded<T>(
  requests: NetlinkRequests,
  request: NetlinkRequest,
  decode: (payload: Uint8Array) => T | readonly T[] | undefined,
): Promise<Result<readonly T[], KernelError>> {
  const answer = await requests.dump(request);
  if (!answer.ok) return answer;
  return ok(answer.value.flatMap(({ payload }) => decode(payload) ?? []));
}
