// A setting of IPVS (net.ipv4.vs) as the kernel has it; before its module is there, as the daemon is going to set it.
import type { Facts } from './facts.ts';

export const ipvsSetting = ({ sysctls, config }: Facts, name: string): string | undefined =>
  sysctls[`net/ipv4/vs/${name}`] ?? config.ipvs.sysctl?.[name];

/** Connections of IPVS are tracked, as full NAT needs them: then servers may have any gateway. */
export const isTracked = (facts: Facts): boolean => ipvsSetting(facts, 'conntrack') === '1';
