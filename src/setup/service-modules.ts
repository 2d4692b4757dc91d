// Which modules of the kernel a service needs besides IPVS itself: its scheduler, its persistence engine, and for FTP by masq
// the one that reads addresses and ports in what the two say to each other (net/netfilter/ipvs/ip_vs_ftp.c).
import type { VirtualConfig } from '../model/config/service.ts';

/** IPVS never asks for it, as it does for schedulers and engines (ip_vs_app_bind_conn looks among those that are loaded). */
export const ftpModule = 'ip_vs_ftp';

const ftpPort = 21;

export function modulesOf({
  id,
  scheduler,
  persistenceEngine,
  marks = [],
  ...more
}: VirtualConfig): readonly string[] {
  const places = id.kind === 'address' ? [id] : marks;
  const isFtp = places.some(({ protocol, port }) => protocol === 'tcp' && port === ftpPort);
  const hasMasq = [...more.reals, ...more.fallbacks].some(({ forward }) => forward === 'masq');
  return [
    `ip_vs_${scheduler.replaceAll('-', '_')}`,
    ...(persistenceEngine === undefined ? [] : [`ip_vs_pe_${persistenceEngine}`]),
    ...(isFtp && hasMasq ? [ftpModule] : []),
  ];
}
