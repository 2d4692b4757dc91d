// A firewall mark that we set: which packets get which number. IPVS schedules them by it (a fwmark service).
import type { Ip } from './ip.ts';

/** Packets of that protocol to that address and port. */
export type Mark = {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly address: Ip;
  readonly port: number;
  /** 1 to 2^32 - 1. */
  readonly mark: number;
};

/** What is marked: "tcp 192.168.6.240:80". Nothing can be marked twice. */
export const markKey = ({
  protocol,
  address,
  port,
}: {
  readonly protocol: string;
  readonly address: Ip;
  readonly port: number;
}): string => `${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}`;
