// The keys of a check to what the daemon asks: its defaults, the service by the port, one part for each protocol.
import { serviceOfPort } from '../../model/checks/services.ts';
import type {
  DnsCheckConfig,
  HttpCheckConfig,
  HttpUrlConfig,
  UdpCheckConfig,
} from '../../model/config/check.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { present, type Resolution } from '../resolution.ts';
import { withSlash } from '../values/request.ts';
import type { UrlDraft } from './http-and-dns.ts';
import type { CheckDraft } from './keys.ts';

/** How the servers of that service are checked. */
export function resolveCheck(draft: CheckDraft, id: ServiceId, { environment }: Resolution) {
  const service = draft.service ?? (id.kind === 'address' ? serviceOfPort(id.port) : 'none');
  const us = `ldirectord@${environment.hostname}`;
  // docs/reference/ldirectord.md §2.3: a service that is named has these; one that follows from the port has not.
  const login = draft.service === 'ftp' ? 'anonymous' : draft.service === 'sip' ? us : '';
  return {
    service,
    checktype: draft.checktype ?? defaults.checktype,
    checkcommand: draft.checkcommand ?? defaults.checkcommand,
    request: withSlash(draft.request ?? defaults.request),
    receive: draft.receive ?? defaults.receive,
    httpmethod: draft.httpmethod ?? defaults.httpmethod,
    verify: draft.verify ?? defaults.verify,
    login: draft.login || login,
    passwd: draft.passwd || (draft.service === 'ftp' ? us : ''),
    database: draft.database ?? '',
    secret: draft.secret ?? '',
    ...(draft.misc_dynamic === true && { miscDynamic: true as const }),
    ...present({
      checkport: draft.checkport,
      checkuser: draft.checkuser,
      // An empty virtualhost is none: the Host header is the server's address.
      virtualhost: draft.virtualhost || undefined,
      http: httpOf(draft),
      dns: dnsOf(draft),
      ...textChecksOf(draft),
      certificateExpiryDays:
        draft.certificate_expiry === undefined ? undefined : draft.certificate_expiry / 86_400_000,
      sni: draft.sni,
      caFile: draft.ca,
    }),
  };
}

/** Absent where nothing of it is said. */
function httpOf(draft: CheckDraft): HttpCheckConfig | undefined {
  const http: HttpCheckConfig = {
    ...answerOf(draft),
    ...present({
      version: draft.http_version,
      headers: draft.headers,
      urls: draft.urls?.flatMap((url) => (url === undefined ? [] : [urlOf(url)])),
      weightHeader: draft.weight_header,
    }),
  };
  return Object.keys(http).length === 0 ? undefined : http;
}

const urlOf = (url: UrlDraft): HttpUrlConfig => ({
  ...answerOf(url),
  ...present({
    request: url.request === undefined ? undefined : withSlash(url.request),
    method: url.httpmethod,
    receive: url.receive,
  }),
});

const answerOf = ({ body, status, json, digest }: Pick<UrlDraft, 'body' | 'status' | 'json' | 'digest'>) =>
  present({ body, status, json, digest });

function dnsOf({ dns_type: type, dns_rcode: rcodes }: CheckDraft): DnsCheckConfig | undefined {
  return type === undefined && rcodes === undefined ? undefined : present({ type, rcodes });
}

const textChecksOf = (draft: CheckDraft) => ({
  heloName: draft.helo_name,
  udp: udpOf(draft),
  checkfile: draft.checkfile,
  proxyProtocol: draft.proxy_protocol,
  agentPort: draft.agent_port,
  agentSend: draft.agent_send,
});

function udpOf(draft: CheckDraft): UdpCheckConfig | undefined {
  const udp = present({
    payload: draft.payload,
    requireReply: draft.require_reply?.pattern,
    replyBytesMin: draft.min_reply_length,
    replyBytesMax: draft.max_reply_length,
  });
  return Object.keys(udp).length === 0 ? undefined : udp;
}
