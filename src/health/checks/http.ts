// The HTTP check that a service means: its questions, what their answers must be, and how the server is met.

import type { HttpQuestion, HttpTarget } from '../../model/check.ts';
import type { HttpCheckConfig, HttpUrlConfig } from '../../model/config/check.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import type { TlsTarget } from '../../model/tls-target.ts';

export function httpTargetOf(
  virtual: VirtualConfig,
  real: RealConfig,
  scheme: 'http' | 'https',
  port: number,
): HttpTarget {
  const { http = {}, login, passwd } = virtual;
  const [first, ...further] = questionsOf(virtual, real, http);
  return {
    kind: 'http',
    scheme,
    address: real.address,
    port,
    ...(first ?? questionOf(virtual, {})),
    ...(further.length > 0 && { further }),
    ...(virtual.proxyProtocol !== undefined && { proxyProtocol: virtual.proxyProtocol }),
    ...tlsTargetOf(virtual),
    ...(virtual.virtualhost !== undefined && { virtualhost: virtual.virtualhost }),
    ...(http.version !== undefined && http.version !== '1.1' && { version: http.version }),
    ...(http.headers !== undefined && { headers: http.headers }),
    ...(login !== '' && { login: { user: login, password: passwd } }),
    ...(http.weightHeader !== undefined && { weightHeader: http.weightHeader }),
  };
}

/** A server with a request of its own is asked for that alone. */
function questionsOf(
  virtual: VirtualConfig,
  { request, receive }: RealConfig,
  { urls = [] }: HttpCheckConfig,
): readonly HttpQuestion[] {
  if (request !== undefined || receive !== undefined || urls.length === 0) {
    return [
      questionOf(virtual, {
        ...(request !== undefined && { request }),
        ...(receive !== undefined && { receive }),
      }),
    ];
  }
  return urls.map((url) => questionOf(virtual, url));
}

/** What a URL leaves out is the service's. */
function questionOf(virtual: VirtualConfig, url: HttpUrlConfig): HttpQuestion {
  const { http = {} } = virtual;
  const { body, status, json, digest } = { ...http, ...url };
  const receive = url.receive ?? virtual.receive;
  return {
    path: url.request ?? virtual.request,
    method: url.method ?? virtual.httpmethod,
    ...(body !== undefined && { body }),
    ...(status !== undefined && { status }),
    ...(receive !== '' && { receive }),
    ...(json !== undefined && { json }),
    ...(digest !== undefined && { digest }),
  };
}

/** How a server is met by any check over TLS. */
export const tlsTargetOf = ({ sni, verify, caFile, certificateExpiryDays }: VirtualConfig): TlsTarget => ({
  ...(sni !== undefined && { sni }),
  verify,
  ...(caFile !== undefined && { caFile }),
  ...(certificateExpiryDays !== undefined && { expiryDays: certificateExpiryDays }),
});
