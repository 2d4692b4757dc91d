// What is asked of this machine's kernel to say where it sends a client: the table, its connections, our marks, the settings
// of its schedulers. What the kernel forgets, the weight as configured, is the config's.

import type { SchedulerFacts } from '../explain/choose.ts';
import type { KernelFacts } from '../explain/where.ts';
import { describeKernelError } from '../kernel/errno.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import { createMarkKernel } from '../kernel/marks.ts';
import type { Config } from '../model/config/config.ts';
import { destinationName, formatServiceId, nameInTable } from '../model/ipvs.ts';
import { serverKey } from '../model/names.ts';
import type { Family } from '../net/ip.ts';
import { err, ok, type Result } from '../net/result.ts';
import { systemClock } from '../system/clock.ts';
import { readIpvsConnections } from '../system/host/ipvs-connections.ts';
import { readKernelBuild } from '../system/host/kernel-build.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { parseConnections } from '../wire/ipvs/connections.ts';

export async function readKernelFacts(family: Family, config?: Config): Promise<Result<KernelFacts>> {
  const kernel = createIpvsKernel(openNetlinkSocket('generic'), systemClock);
  const table = await kernel.observe();
  kernel.close();
  if (!table.ok) return err(describeKernelError(table.error));
  const connections = readIpvsConnections();
  if (!connections.ok) return connections;
  const marks = await createMarkKernel(() => openNetlinkSocket('netfilter'), systemClock).observe(family);
  return ok({
    ...schedulerFacts(config),
    ...(marks.ok && typeof marks.value !== 'string' && { marks: marks.value }),
    table: table.value,
    connections: parseConnections(connections.value),
    expireQuiescentTemplate: sysctl('expire_quiescent_template') === '1',
    expireNodestConn: sysctl('expire_nodest_conn') === '1',
    connReuseMode: Number(sysctl('conn_reuse_mode') ?? 1),
  });
}

const sysctl = (name: string) => systemSysctl.read(`net/ipv4/vs/${name}`);

function schedulerFacts(config: Config | undefined): SchedulerFacts {
  const build = readKernelBuild();
  const [major = 0, minor = 0] = build.release.split('.').map(Number);
  const isKnown = build.is64Bit && build.isLittleEndian && (major > 4 || (major === 4 && minor >= 18));
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
      reals.map((real) => [serverKey(formatServiceId(id), nameInTable(id, real)), real.weight] as const),
    ),
  );
  return (service, server) => weights.get(serverKey(formatServiceId(service), destinationName(server)));
}
