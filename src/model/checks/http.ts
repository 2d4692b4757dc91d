// HTTP checks, of a server and of a proxy: their questions, what the answers must be, and how the server is met.
// Source: ldirectord's http, https and http_proxy; keepalived's HTTP_GET and SSL_GET (status, digest, several URLs).
import type { Ip } from '../../net/ip.ts';
import type { HttpCheckConfig, HttpUrlConfig, JsonTest, StatusRange } from '../config/check.ts';
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import type { TlsTarget } from '../tls-target.ts';
import { bareRequestOf, receiveOf, wantedOf } from './asked.ts';
import type { Definitions } from './definition.ts';
import {
  clientKeys,
  noTls,
  type ProxyProtocolVersion,
  placeOf,
  type TcpPlace,
  tlsTargetOf,
} from './place.ts';

/** One request and what its answer must be. */
export type HttpQuestion = {
  readonly path: string;
  readonly method: string;
  readonly body?: string;
  /** Absent: 200 to 299. */
  readonly status?: readonly StatusRange[];
  /** Regular expression (net/pattern/), unanchored; absent: any body. */
  readonly receive?: string;
  readonly json?: JsonTest;
  /** MD5 of the whole body, lower-case hexadecimal. */
  readonly digest?: string;
};

export type HttpTarget = HttpQuestion &
  TlsTarget & {
    readonly kind: 'http';
    readonly scheme: 'http' | 'https';
    readonly address: Ip;
    readonly port: number;
    readonly proxyProtocol?: ProxyProtocolVersion;
    /** Host header, and the TLS server name unless `sni` is set. */
    readonly virtualhost?: string;
    /** Absent: HTTP/1.1. */
    readonly version?: '2';
    readonly headers?: readonly (readonly [name: string, value: string])[];
    /** Basic authentication (RFC 7617). */
    readonly login?: { readonly user: string; readonly password: string };
    /** Asked one after the other, after the first question: every answer must be right. */
    readonly further?: readonly HttpQuestion[];
    /** A response header whose value (50, 50%) is the weight to serve with. */
    readonly weightHeader?: string;
  };

export type HttpProxyTarget = Omit<TcpPlace, 'tls'> & {
  readonly kind: 'http-proxy';
  /** The absolute URL that the proxy is asked for. */
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly receive?: string;
};

export const httpChecks = {
  http: {
    services: { http: { port: 80 }, https: { port: 443, tls: 'at once' } },
    reads: [
      ...[...clientKeys, 'request', 'receive', 'httpmethod', 'virtualhost', 'login', 'passwd'],
      ...['status', 'json', 'digest', 'body', 'urls', 'headers', 'http_version', 'weight_header'],
    ],
    targetOf: httpTargetOf,
    describe: (target) => {
      const { scheme, virtualhost, address, port, path, further, version } = target;
      const url = `${scheme}://${virtualhost ?? address}:${port}${path}`;
      const more = further === undefined ? '' : ` and ${further.length} more`;
      return `${target.method} ${url}${wantedOf(target)}${more}${version === undefined ? '' : ` by HTTP/${version}`}`;
    },
  },
  'http-proxy': {
    services: { http_proxy: { port: 3128 } },
    reads: [...clientKeys, 'request', 'receive', 'httpmethod'],
    targetOf: (virtual, real, port) => ({
      kind: 'http-proxy',
      ...placeOf(virtual, real, port),
      url: bareRequestOf(virtual, real),
      method: virtual.httpmethod === 'HEAD' ? 'HEAD' : 'GET',
      ...receiveOf(virtual, real),
    }),
    describe: (target) => `${target.method} ${target.url} by proxy port ${target.port}${wantedOf(target)}`,
  },
} as const satisfies Definitions<HttpTarget | HttpProxyTarget>;

function httpTargetOf(virtual: VirtualConfig, real: RealConfig, port: number): HttpTarget {
  const { http = {}, login, passwd } = virtual;
  const [first, ...further] = questionsOf(virtual, real, http);
  return {
    kind: 'http',
    scheme: virtual.service === 'https' ? 'https' : 'http',
    ...placeOf(virtual, real, port),
    ...(first ?? questionOf(virtual, {})),
    ...(further.length > 0 && { further }),
    ...(virtual.service === 'https' ? tlsTargetOf(virtual) : noTls),
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
