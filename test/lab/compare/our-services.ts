// What our config says of services, their servers and their checks, in the form of their-services.ts and their-checks.ts.
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { LoneTarget } from '../../../src/model/checks/checks.ts';
import { type CheckedAs, checksOf } from '../../../src/model/checks/checks-of.ts';
import type { CheckBinding } from '../../../src/model/config/check.ts';
import type { Config } from '../../../src/model/config/config.ts';
import type { FallbackConfig, RealConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { familyOf } from '../../../src/net/ip.ts';
import { formatNetmask } from '../../../src/net/prefix.ts';
import { type Facts, type Fields, fieldsOf, type Thing } from './facts.ts';
import { behindLinks, flagBits, numbered, programAndArguments, serviceName, tableName } from './names.ts';

export const ourServices = ({ virtuals }: Config): Facts => virtuals.flatMap(serviceOf);

const nameOf = ({ id }: VirtualConfig): string =>
  id.kind === 'fwmark' ? serviceName({ mark: id.fwmark, family: id.family }) : serviceName(id);

function serviceOf(virtual: VirtualConfig): readonly Thing[] {
  const name = nameOf(virtual);
  const { quorum, persistentSec, netmaskPrefix, fallbacks } = virtual;
  // Behind a mark two ports of an address have one name.
  const kinds = new Map<string, number>();
  return [
    {
      name,
      fields: fieldsOf({
        scheduler: virtual.scheduler,
        schedflags: flagBits(virtual.schedFlags),
        ops: virtual.ops,
        persistent: persistentSec,
        netmask: persistentSec === undefined ? undefined : netmaskOf(virtual, netmaskPrefix),
        quorum: quorum?.quorum ?? 1,
        hysteresis: quorum?.hysteresis ?? 0,
        quorum_up: quorum?.up && programAndArguments(quorum.up),
        quorum_down: quorum?.down && programAndArguments(quorum.down),
        fallback: fallbacks.map((tier) => fallbackOf(tier, name)).join(', '),
      }),
    },
    ...virtual.reals.flatMap((real) => serverOf(virtual, real, { name, kinds })),
  ];
}

function netmaskOf({ id }: VirtualConfig, length: number | undefined): string | undefined {
  const inet6 = id.kind === 'fwmark' ? id.family === 'inet6' : familyOf(id.address) === 'inet6';
  if (length === undefined || length === (inet6 ? 128 : 32)) return undefined;
  return inet6 ? `${length}` : formatNetmask(length);
}

const checksums: Readonly<Record<string, string>> = { csum: ' checksum', remcsum: ' remote checksum' };

function forwardOf({ forward, tunnel }: RealConfig): string {
  if (tunnel === undefined) return forward;
  const port = tunnel.port === 0 ? '' : ` port ${tunnel.port}`;
  return `${forward} type ${tunnel.type}${port}${checksums[tunnel.checksum] ?? ''}`;
}

const fallbackOf = (tier: FallbackConfig, name: string): string => {
  const forward = forwardOf(tier);
  return `${tableName(name, { ...tier, forward })} ${forward}`;
};

type Owner = { readonly name: string; readonly kinds: Map<string, number> };

function serverOf(virtual: VirtualConfig, real: RealConfig, { name, kinds }: Owner): readonly Thing[] {
  const forward = forwardOf(real);
  const key = `${name} -> ${tableName(name, { ...real, forward })}`;
  const server = {
    name: `real_server ${key}`,
    fields: fieldsOf({
      weight: real.weight,
      forward,
      uthreshold: real.upperThreshold,
      lthreshold: real.lowerThreshold,
      inhibit_on_failure: virtual.quiescent,
    }),
  };
  const checks = checksOf(virtual, real).flatMap((own) => checkOf(own, key));
  return [server, ...checks.map((check) => ({ ...check, name: numbered(check.name, kinds) }))];
}

function checkOf({ virtual, real }: CheckedAs, key: string): readonly Thing[] {
  const { main } = checkPlanOf(virtual, real);
  const { target, timeoutMs } = main;
  if (target.kind === 'on' || target.kind === 'with-agent') return [];
  const kind = kindOf(target);
  const times = {
    ...{ timeout: timeoutMs, delay_loop: virtual.checkintervalMs, retry: virtual.fall - 1 },
    warmup: virtual.warmupMs === virtual.checkintervalMs ? undefined : virtual.warmupMs,
  };
  const { timeout, ...others } = times;
  const said = kind === 'FILE_CHECK' ? {} : kind === 'MISC_CHECK' ? times : { ...others, timeout };
  return [
    {
      name: `${kind} of ${key}`,
      fields: fieldsOf({
        ...said,
        ...askedOf(target),
        ...('bind' in target && bindingOf(target.bind)),
      }),
    },
  ];
}

const bindingOf = (bind: CheckBinding = {}): Fields =>
  fieldsOf({ bindto: bind.address, bind_port: bind.port, bind_if: bind.interface, fwmark: bind.mark });

const kinds: Readonly<Record<string, string>> = {
  connect: 'TCP_CHECK',
  ping: 'PING_CHECK',
  smtp: 'SMTP_CHECK',
  dns: 'DNS_CHECK',
  external: 'MISC_CHECK',
  udp: 'UDP_CHECK',
  file: 'FILE_CHECK',
};

const kindOf = (target: LoneTarget): string =>
  target.kind === 'http'
    ? target.scheme === 'https'
      ? 'SSL_GET'
      : 'HTTP_GET'
    : (kinds[target.kind] ?? target.kind);

/** What it asks, and where. */
function askedOf(target: LoneTarget): Fields {
  const place =
    'address' in target && target.kind !== 'ping'
      ? { connect_ip: target.address, connect_port: target.port }
      : {};
  if (target.kind === 'http') {
    const questions = [target, ...(target.further ?? [])].map(
      ({ path, status, digest, receive }) =>
        `${path}${digest === undefined ? '' : ` digest ${digest}`} status ${rangesOf(status)}${receive === undefined ? '' : ` regex ${receive}`}`,
    );
    const host = target.virtualhost === target.address ? undefined : target.virtualhost;
    return fieldsOf({ ...place, url: questions.join('; '), virtualhost: host });
  }
  if (target.kind === 'smtp') return fieldsOf({ ...place, helo_name: target.heloName });
  if (target.kind === 'dns')
    return fieldsOf({ ...place, type: target.type, name: target.name === '' ? '.' : target.name });
  if (target.kind === 'external')
    return fieldsOf({
      misc_path: programAndArguments([target.command, ...target.arguments]),
      misc_dynamic: target.dynamicWeight === true,
    });
  if (target.kind === 'udp')
    return fieldsOf({
      ...place,
      payload: target.payload.length / 2,
      require_reply: target.requireReply !== undefined,
    });
  if (target.kind === 'file') return fieldsOf({ track_file: behindLinks(target.path) });
  return fieldsOf(place);
}

/** keepalived keeps a bit for each status: what touches is one range. */
const rangesOf = (ranges: readonly (readonly [number, number])[] = [[200, 299]]): string =>
  merged(ranges)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    .sort()
    .join(',');

function merged(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}
