// gRPC health: one call of grpc.health.v1.Health/Check over HTTP/2, in clear or TLS; up when the answer is SERVING.
// Source: doc/health-checking.md of grpc/grpc, doc/PROTOCOL-HTTP2.md of grpc/grpc.
import type { GrpcTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { familyOf } from '../net/ip.ts';
import { decodeHealthResponse, encodeHealthRequest } from '../wire/grpc-health.ts';
import type { HttpAnswer } from './http/http-answer.ts';
import { http2Protocol, requestHttp2 } from './http/http2-request.ts';
import { converse } from './talk/conversation.ts';
import { dial } from './talk/dial.ts';
import { failure, success } from './talk/judge-error.ts';

/** doc/statuscodes.md of grpc/grpc: those that a health check may well end with. */
const statusNames: Readonly<Record<string, string>> = {
  '5': 'NOT_FOUND (it does not know the service)',
  '7': 'PERMISSION_DENIED',
  '12': 'UNIMPLEMENTED (it has no health service)',
  '14': 'UNAVAILABLE',
  '16': 'UNAUTHENTICATED',
};

export function probeGrpc(target: GrpcTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const { scheme, address, virtualhost, service } = target;
    const secure = scheme === 'grpcs';
    const host = virtualhost ?? (familyOf(address) === 'inet6' ? `[${address}]` : address);
    const socket = await dial(conversation, target, {
      ...(secure && { encryption: { tls: target, host, protocols: [http2Protocol] } }),
    });
    conversation.doing = `ask for the health of ${service === '' ? 'the server' : service}`;
    const request = {
      method: 'POST',
      path: '/grpc.health.v1.Health/Check',
      authority: host,
      scheme: secure ? 'https' : 'http',
      headers: [
        ['content-type', 'application/grpc'],
        ['te', 'trailers'],
        ['user-agent', 'lvs-director'],
      ],
      body: encodeHealthRequest(service),
    } as const;
    return judge(await requestHttp2(conversation, socket, request, () => ({ wish: 'start' })));
  });
}

function judge({ status, headers, trailers, body }: HttpAnswer): ProbeResult {
  if (status !== 200) return failure(`HTTP ${status}`);
  // A call that fails at once has its status among the headers (doc/PROTOCOL-HTTP2.md of grpc/grpc, Trailers-Only).
  const code = trailers?.get('grpc-status') ?? headers.get('grpc-status');
  if (code === undefined) return failure('no gRPC: HTTP 200 without a grpc-status');
  if (code !== '0') return failure(`gRPC status ${statusNames[code] ?? code.slice(0, 20)}`);
  const health = decodeHealthResponse(body);
  if (health === undefined) return failure('the answer is no health message');
  return health === 'SERVING' ? success(health) : failure(health);
}
