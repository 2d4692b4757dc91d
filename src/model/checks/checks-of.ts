// Which checks a server has: the one that the keys of its service make, or a list of several, its own or its service's.
// Each comes as a service and a server that have that check alone, so that nobody else has to know of lists.
import type { CheckType, HttpCheckConfig, TlsCheckConfig } from '../config/check.ts';
import type { OneOfChecks, RealConfig, VirtualConfig } from '../config/service.ts';

export type CheckedAs = { readonly virtual: VirtualConfig; readonly real: RealConfig };

/** At least one. The agent of a service is asked beside the first. */
export const checksOf = (virtual: VirtualConfig, real: RealConfig): readonly CheckedAs[] => {
  const list = real.checks ?? virtual.checks;
  if (list === undefined) return [{ virtual, real }];
  return list.map((own, index) => ({
    virtual: index === 0 ? checkedBy(virtual, own) : withoutAgent(checkedBy(virtual, own)),
    real: ownWordsOf(own, real),
  }));
};

/** The service as if its check were that one of its list. */
export function checkedBy(virtual: VirtualConfig, own: OneOfChecks): VirtualConfig {
  const { checks: _, http: shared = {}, miscPath, ...service } = virtual;
  const http = { ...httpBeside(shared, own), ...own.http };
  return {
    ...service,
    // It goes before a checkcommand, but not before one of the check's own.
    ...(miscPath !== undefined && own.checkcommand === undefined && { miscPath }),
    ...own,
    ...(Object.keys(http).length > 0 && { http }),
    ...(own.tls !== undefined && { tls: tlsBeside(virtual.tls, own.tls) }),
    ...(own.bind !== undefined && { bind: { ...virtual.bind, ...own.bind } }),
    ...(own.dns !== undefined && { dns: { ...virtual.dns, ...own.dns } }),
    ...(own.udp !== undefined && { udp: { ...virtual.udp, ...own.udp } }),
  };
}

/** A request of its own goes before the URLs of its service. */
function httpBeside(shared: HttpCheckConfig, { request }: OneOfChecks): HttpCheckConfig {
  const { urls: _, ...others } = shared;
  return request === undefined ? shared : others;
}

/** A certificate of its own comes with its own key, in the same file where none is named. */
function tlsBeside({ keyFile, ...shared }: TlsCheckConfig = {}, own: TlsCheckConfig): TlsCheckConfig {
  const fits = keyFile !== undefined && own.certFile === undefined;
  return { ...shared, ...(fits && { keyFile }), ...own };
}

/** The checks of a service, for those of its servers that have none of their own. */
export const checksOfService = (virtual: VirtualConfig): readonly VirtualConfig[] =>
  virtual.checks?.map((own) => checkedBy(virtual, own)) ?? [virtual];

/** What a check asks itself goes before what its server asks for. */
function ownWordsOf({ request, receive, http }: OneOfChecks, real: RealConfig): RealConfig {
  if ((request ?? receive ?? http?.urls) === undefined) return real;
  const { request: _request, receive: _receive, ...rest } = real;
  return rest;
}

function withoutAgent({ agentPort: _, ...virtual }: VirtualConfig): VirtualConfig {
  return virtual;
}

/** What holds of a server without a verdict; off is never in a list. */
export function checktypeOf({ checktype, checks }: VirtualConfig, real: RealConfig): CheckType['kind'] {
  const list = real.checks ?? checks;
  if (list === undefined) return checktype.kind;
  return list.every((own) => (own.checktype ?? checktype).kind === 'on') ? 'on' : 'negotiate';
}
