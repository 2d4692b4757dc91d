// A `virtual` entry to a service: its identity, its defaults and those of the top level, the timeouts out of each
// other (docs/reference/ldirectord.md §2.1), the service by its port. What parses but cannot work is judged in
// judge.ts.

import { serviceOfPort } from '../../model/checks/services.ts';
import type {
  DnsCheckConfig,
  HttpCheckConfig,
  HttpUrlConfig,
  UdpCheckConfig,
} from '../../model/config/check.ts';
import type { Position } from '../../model/config/problem.ts';
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../../model/config/service.ts';
import type { Protocol, ServiceId } from '../../model/ipvs.ts';
import type { Family } from '../../net/ip.ts';
import type { UrlDraft } from '../checks/http-and-dns.ts';
import { virtualDefaults as defaults, timeoutDefaults } from '../defaults.ts';
import { errorAt } from '../problem.ts';
import { literalFamily, present, type Resolution, resolveAddress, resolvePort } from '../resolution.ts';
import { explainPattern } from '../values/receive-pattern.ts';
import { resolveStay } from './coming-and-going.ts';
import { resolveFallbacks } from './fallbacks.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';
import { resolveMarks } from './marks.ts';
import { resolveQuorum } from './quorum.ts';
import { resolveScheduling } from './scheduling.ts';
import { resolveReal, splitServers, withSlash } from './servers.ts';

type Site = (...path: readonly (string | number)[]) => Position;

/** @returns undefined, with a problem, where the service cannot be told which it is. */
export function resolveVirtual(
  draft: VirtualDraft,
  index: number,
  globals: GlobalDraft,
  resolution: Resolution,
): VirtualConfig | undefined {
  const site: Site = (...path) => resolution.sites('virtual', index, ...path);
  const id = resolveId(draft, site, resolution);
  if (id === undefined) return undefined;
  const servers = (draft.real ?? []).flatMap((real, i) => {
    const realSite = (...keys: string[]) => site('real', i, ...keys);
    return real === undefined ? [] : resolveReal(real, id, realSite, resolution);
  });
  judgePatterns(draft, site, resolution);
  const checktype = draft.checktype ?? defaults.checktype;
  return {
    id,
    ...resolveScheduling(draft, id, site, resolution),
    ...checkOf(draft, id, resolution),
    ...timesOf(draft, globals),
    ...countsOf(draft, globals, site, resolution),
    ...resolveStay(draft, globals, site, resolution),
    quiescent: draft.quiescent ?? globals.quiescent ?? defaults.quiescent,
    readdquiescent: draft.readdquiescent ?? globals.readdquiescent ?? defaults.readdquiescent,
    cleanstop: draft.cleanstop ?? globals.cleanstop ?? defaults.cleanstop,
    ...present({
      marks: resolveMarks(draft.marks, id, site, resolution),
      servicename: draft.servicename,
      comment: draft.comment,
      fallbackcommand: draft.fallbackcommand ?? globals.fallbackcommand,
      // Servers that are never judged neither make nor break one.
      quorum: checktype.kind === 'off' ? undefined : resolveQuorum(draft, globals, site, resolution),
    }),
    ...resolveFallbacks(draft, globals, { service: { id, checktype }, site }, resolution),
    ...serversOf(servers, draft, site),
    at: site(),
  };
}

function serversOf(
  servers: readonly (RealConfig | NamedRealConfig)[],
  { real_file: path }: VirtualDraft,
  site: Site,
): Pick<VirtualConfig, 'reals' | 'namedReals' | 'realFile'> {
  const { reals, namedReals } = splitServers(servers);
  return {
    reals,
    ...(namedReals.length > 0 && { namedReals }),
    ...(path !== undefined && { realFile: { path, at: site('real_file') } }),
  };
}

function resolveId(draft: VirtualDraft, site: Site, resolution: Resolution): ServiceId | undefined {
  const { problems } = resolution;
  const { address: server, fwmark } = draft;
  if ((server === undefined) === (fwmark === undefined)) {
    const got = server === undefined ? 'neither' : 'both';
    problems.push(errorAt(site(), 'name virtual service', 'either address or fwmark', got));
    return undefined;
  }
  const family: Family = draft.family ?? literalFamily(server?.host ?? '') ?? 'inet';
  if (fwmark !== undefined) {
    if (draft.protocol !== undefined) {
      const rule = 'none beside fwmark, which takes packets of any protocol';
      problems.push(errorAt(site('protocol'), 'use protocol', rule, draft.protocol));
    }
    return { kind: 'fwmark', family, fwmark };
  }
  // docs/reference/ldirectord.md §1.3: literally these two, whatever else a service file calls port 53.
  const protocol: Protocol =
    draft.protocol ?? (['53', 'domain'].includes(server?.port ?? '') ? 'udp' : 'tcp');
  const address = resolveAddress(server?.host ?? '', family, resolution);
  const port = resolvePort(server?.port ?? '', protocol, resolution);
  if (address === undefined || (literalFamily(server?.host ?? '') ?? family) !== family) {
    const rule = `an ${family === 'inet' ? 'IPv4' : 'IPv6'} address, or a name that has one`;
    problems.push(errorAt(site('address'), 'use virtual service', rule, server?.host ?? ''));
    return undefined;
  }
  if (port === undefined) {
    const rule = `a port from 0 to 65535 or a service name that ${protocol} has`;
    problems.push(errorAt(site('address'), 'use virtual service', rule, server?.port ?? ''));
    return undefined;
  }
  return { kind: 'address', protocol, address, port };
}

function checkOf(draft: VirtualDraft, id: ServiceId, { environment }: Resolution) {
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
function httpOf(draft: VirtualDraft): HttpCheckConfig | undefined {
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

function dnsOf({ dns_type: type, dns_rcode: rcodes }: VirtualDraft): DnsCheckConfig | undefined {
  return type === undefined && rcodes === undefined ? undefined : present({ type, rcodes });
}

const textChecksOf = (draft: VirtualDraft) => ({
  heloName: draft.helo_name,
  udp: udpOf(draft),
  checkfile: draft.checkfile,
  proxyProtocol: draft.proxy_protocol,
  agentPort: draft.agent_port,
  agentSend: draft.agent_send,
});

function udpOf(draft: VirtualDraft): UdpCheckConfig | undefined {
  const udp = present({
    payload: draft.payload,
    requireReply: draft.require_reply?.pattern,
    replyBytesMin: draft.min_reply_length,
    replyBytesMax: draft.max_reply_length,
  });
  return Object.keys(udp).length === 0 ? undefined : udp;
}

/** docs/reference/ldirectord.md §2.1: the nearest first, the same kind before the other. */
function timesOf(draft: VirtualDraft, globals: GlobalDraft) {
  const check =
    draft.checktimeout ?? draft.negotiatetimeout ?? globals.checktimeout ?? globals.negotiatetimeout;
  const negotiate =
    draft.negotiatetimeout ?? draft.checktimeout ?? globals.negotiatetimeout ?? globals.checktimeout;
  return {
    checktimeoutMs: check ?? timeoutDefaults.checktimeout,
    negotiatetimeoutMs: negotiate ?? timeoutDefaults.negotiatetimeout,
    checkintervalMs: draft.checkinterval ?? globals.checkinterval ?? defaults.checkinterval,
  };
}

function countsOf(draft: VirtualDraft, globals: GlobalDraft, site: Site, { problems }: Resolution) {
  if (draft.fall !== undefined && draft.failurecount !== undefined && draft.fall !== draft.failurecount) {
    const rule = `the same as failurecount (${draft.failurecount}), which it is another name of`;
    problems.push(errorAt(site('fall'), 'use fall', rule, `${draft.fall}`));
  }
  const own = draft.fall ?? draft.failurecount;
  const slowStartMs = draft.slow_start ?? globals.slow_start;
  return {
    checkcount: draft.checkcount ?? globals.checkcount ?? defaults.checkcount,
    fall: own ?? globals.fall ?? globals.failurecount ?? defaults.failurecount,
    rise: draft.rise ?? globals.rise ?? defaults.rise,
    ...(slowStartMs !== undefined && { slowStartMs }),
  };
}

function judgePatterns(draft: VirtualDraft, site: Site, { problems }: Resolution): void {
  const judge = (pattern: string | undefined, at: Position) => {
    const rule = explainPattern(pattern ?? '');
    if (rule !== undefined) problems.push(errorAt(at, 'compile receive', rule, pattern ?? ''));
  };
  judge(draft.receive, site('receive'));
  for (const [index, url] of (draft.urls ?? []).entries())
    judge(url?.receive, site('urls', index, 'receive'));
  for (const [index, real] of (draft.real ?? []).entries())
    judge(real?.receive, site('real', index, 'receive'));
  for (const [index, tier] of (draft.fallback ?? []).entries())
    judge(tier?.receive, site('fallback', index, 'receive'));
}
