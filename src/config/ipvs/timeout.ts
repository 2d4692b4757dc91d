// `ipvs timeout`: when the kernel forgets connections (ipvsadm --set).
import * as z from 'zod';
import type { IpvsConfig } from '../../model/config/ipvs.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { duration } from '../values/scalars.ts';

/** As many seconds as a timer of the kernel can hold (INT_MAX / HZ), at 1000 ticks a second. */
const timeout = () => duration({ minMs: 1000, stepMs: 1000, maxMs: 2_147_483_000 });

export const timeoutSchema = z.strictObject({
  tcp: optional(timeout(), 'Of an established TCP connection. The kernel has 15m.'),
  tcpfin: optional(timeout(), 'Of a TCP connection after its FIN. The kernel has 2m.'),
  udp: optional(timeout(), 'Between two datagrams that are one connection. The kernel has 5m.'),
});

export function resolveTimeouts({
  tcp,
  tcpfin,
  udp,
}: z.output<typeof timeoutSchema>): NonNullable<IpvsConfig['timeouts']> {
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  return present({ tcp: seconds(tcp), tcpfin: seconds(tcpfin), udp: seconds(udp) });
}
