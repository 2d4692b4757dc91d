// `lvs-director where CLIENT -> SERVICE`: which server the kernel would give a client's packet to now, and why. Asks
// the kernel itself, so it works while no daemon runs; a config is only looked at for what the kernel forgets.

import { readConfig } from '../compose/read-config.ts';
import type { SchedulerFacts } from '../explain/choose.ts';
import { type Flow, flowFamily, formatFlow, parseFlow } from '../explain/flow.ts';
import { type KernelFacts, type Where, whereTo } from '../explain/where.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import { createMarkKernel } from '../kernel/marks.ts';
import type { Config } from '../model/config/config.ts';
import { formatServiceId } from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import type { Family } from '../net/ip.ts';
import { err, ok, type Result } from '../net/result.ts';
import type { ObservedDestination } from '../ports/kernel.ts';
import { canonicalDestination } from '../reconcile/canonical.ts';
import { systemClock } from '../system/clock.ts';
import { readIpvsConnections } from '../system/host/ipvs-connections.ts';
import { readKernelBuild } from '../system/host/kernel-build.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { parseConnections } from '../wire/ipvs/connections.ts';
import {
  configOptions,
  defaultConfigFile,
  type ExitCode,
  type Io,
  type Options,
  parseArguments,
  textOption,
} from './command-line.ts';
import { describeKernelError } from './ipvs.ts';

/** 0: a server takes it, perhaps one of several; 1: nobody does, or IPVS cannot be read. */
export async function runWhere(argv: readonly string[], io: Io): Promise<ExitCode> {
  const given = parseArguments(argv, { ...configOptions, json: { type: 'boolean' } }, io, 6);
  if (given === undefined) return 2;
  const flow = parseFlow(given.positionals.join(' '));
  if (!flow.ok) {
    io.stderr(`Cannot find out where: ${flow.error}\n`);
    return 2;
  }
  const facts = await readFacts(given.options, flowFamily(flow.value));
  if (!facts.ok) {
    io.stderr(`Cannot read IPVS: ${facts.error}\n`);
    return 1;
  }
  const where = whereTo(flow.value, facts.value);
  io.stdout(
    given.options.json === true
      ? `${JSON.stringify({ flow: formatFlow(flow.value), ...where }, null, 2)}\n`
      : formatWhere(flow.value, where),
  );
  return where.choice.kind === 'nobody' ? 1 : 0;
}

export function formatWhere(flow: Flow, { service, scheduler, steps, choice }: Where): string {
  const lines = [
    `  service  ${service === undefined ? 'none' : `${service}, ${scheduler}`}`,
    ...steps.map((step, index) => `  ${index === 0 ? 'first  ' : 'then   '}  ${step}`),
    ...formatChoice(choice, flow).map((text, index) => `  ${index === 0 ? 'server ' : '       '}  ${text}`),
    `  why      ${choice.why}`,
  ];
  return `${formatFlow(flow)}\n${lines.join('\n')}\n`;
}

function formatChoice(choice: Where['choice'], flow: Flow): readonly string[] {
  if (choice.kind === 'nobody') return ['none'];
  if (choice.kind === 'server') return [formatServer(choice.server, flow)];
  return ['one of', ...choice.servers.map((server) => `  ${formatServer(server, flow)}`)];
}

/** A server of port 0 is called on the port that the client calls. */
function formatServer(
  { address, port, forward, weight, counters }: ObservedDestination,
  { virtual }: Flow,
): string {
  const name = formatEndpoint({ address, port: port || (virtual?.port ?? 0) });
  return `${name} ${forward}, weight ${weight}, ${counters.activeConnections} active and ${counters.inactiveConnections} inactive connections`;
}

async function readFacts(options: Options, family: Family): Promise<Result<KernelFacts>> {
  const kernel = createIpvsKernel(openNetlinkSocket('generic'), systemClock);
  const table = await kernel.observe();
  kernel.close();
  if (!table.ok) return err(describeKernelError(table.error));
  const connections = readIpvsConnections();
  if (!connections.ok) return connections;
  const marks = await createMarkKernel(() => openNetlinkSocket('netfilter'), systemClock).observe(family);
  return ok({
    ...schedulerFacts(options),
    ...(marks.ok && typeof marks.value !== 'string' && { marks: marks.value }),
    table: table.value,
    connections: parseConnections(connections.value),
    expireQuiescentTemplate: sysctl('expire_quiescent_template') === '1',
    expireNodestConn: sysctl('expire_nodest_conn') === '1',
    connReuseMode: Number(sysctl('conn_reuse_mode') ?? 1),
  });
}

const sysctl = (name: string) => systemSysctl.read(`net/ipv4/vs/${name}`);

function schedulerFacts(options: Options): SchedulerFacts {
  const build = readKernelBuild();
  const [major = 0, minor = 0] = build.release.split('.').map(Number);
  const isKnown = build.is64Bit && build.isLittleEndian && (major > 4 || (major === 4 && minor >= 18));
  const file = textOption(options, 'config') ?? defaultConfigFile;
  const { config } = readConfig(file, textOption(options, 'director'));
  return {
    ...(!isKnown && { otherHashes: `the hashes of this kernel (${build.release}) are others` }),
    sourceBits: Number(build.option('IP_VS_SH_TAB_BITS') ?? 8),
    maglevIndex: Number(build.option('IP_VS_MH_TAB_INDEX') ?? 12),
    ...(config !== undefined && { configuredWeightOf: configuredWeights(config) }),
  };
}

/** By service and address in the table. */
function configuredWeights({ virtuals }: Config): NonNullable<SchedulerFacts['configuredWeightOf']> {
  const weights = new Map(
    virtuals.flatMap(({ id, reals }) =>
      reals.map((real) => {
        const destination = canonicalDestination(id, real);
        return [`${formatServiceId(id)} ${formatEndpoint(destination)}`, real.weight] as const;
      }),
    ),
  );
  return (service, server) => weights.get(`${formatServiceId(service)} ${formatEndpoint(server)}`);
}
