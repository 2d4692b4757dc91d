// Sends operations to the kernel and says of each what became of it. One refusal holds nothing else back and
// is never taken for success, an ENOENT of a delete neither: the next comparison shows what is left to do.
// What a refusal means is explain-refusal.ts's. It neither retries nor logs: daemon/reconcile/reconcile-loop.ts.

import { formatServiceId, type Operation, type ServiceId, type ServiceName } from '../model/ipvs.ts';
import type { IpvsKernel, KernelError } from '../ports/kernel.ts';

export type Outcome =
  | { readonly result: 'applied'; readonly operation: Operation }
  | { readonly result: 'failed'; readonly operation: Operation; readonly error: KernelError }
  /** Refused only because its service could not be added; that failure says why. */
  | { readonly result: 'impossible'; readonly operation: Operation; readonly error: KernelError }
  /** What it is about was gone: somebody changed the table after it was read. */
  | { readonly result: 'overtaken'; readonly operation: Operation; readonly error: KernelError };

/** @param operations in the order of diff. @returns one outcome an operation, in that order. */
export async function applyOperations(
  kernel: IpvsKernel,
  operations: readonly Operation[],
): Promise<readonly Outcome[]> {
  if (operations.length === 0) return [];
  const errors = await kernel.apply(operations);
  const missing = new Set(
    operations
      .filter(({ type }, index) => type === 'addService' && errors[index] !== undefined)
      .map(serviceOf),
  );
  return operations.map((operation, index): Outcome => {
    const error = errors[index];
    if (error === undefined) return { result: 'applied', operation };
    const isConsequence = operation.type !== 'addService' && missing.has(serviceOf(operation));
    if (isConsequence) return { result: 'impossible', operation, error };
    return { result: isGone(operation, error) ? 'overtaken' : 'failed', operation, error };
  });
}

/** ip_vs_genl_set_cmd: ESRCH for a service that is not there; ENOENT for a server, and for unknown schedulers too. */
function isGone({ type }: Operation, { code }: KernelError): boolean {
  if (code === 'ESRCH') return type !== 'addService';
  return code === 'ENOENT' && (type === 'editDestination' || type === 'deleteDestination');
}

/** The service that an operation is about. */
export const serviceOf = (operation: Operation): ServiceName => formatServiceId(idOf(operation));

function idOf({ service }: Operation): ServiceId {
  return 'kind' in service ? service : service.id;
}
