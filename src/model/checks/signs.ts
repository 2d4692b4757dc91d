// Checks of services that ldirectord does not have: a datagram, a file on the director, the word of an agent.
// Source: keepalived's UDP_CHECK and FILE_CHECK (docs/reference/keepalived.md §6), HAProxy's agent-check.
import type { Ip } from '../../net/ip.ts';
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import type { Definitions } from './definition.ts';
import { placeKeys, placeOf, reachKeys, type TcpPlace } from './place.ts';

export type UdpTarget = {
  readonly kind: 'udp';
  readonly address: Ip;
  readonly port: number;
  /** Hexadecimal digits, two a byte. */
  readonly payload: string;
  /** Two nibbles a byte, x for any; empty: any reply; absent: none is needed. */
  readonly requireReply?: string;
  readonly replyBytesMin: number;
  readonly replyBytesMax: number;
  /** How long no ICMP error must come, where no reply is needed. */
  readonly quietMs: number;
};

export type FileTarget = { readonly kind: 'file'; readonly path: string };

export type AgentTarget = TcpPlace & {
  readonly kind: 'agent';
  /** Sent first; empty: the agent speaks unasked. */
  readonly request: string;
};

export type SignTarget = UdpTarget | FileTarget | AgentTarget;

/** keepalived's limits of a UDP reply. */
export const replyBytes = { min: 0, max: 255 };

/** Without an ICMP error for so long a datagram counts as taken; but never for more than half of the deadline. */
const quietMsMax = 1000;

export const signs = {
  udp: {
    services: { udp: {} },
    reads: ['checkport', ...reachKeys, 'payload', 'require_reply', 'min_reply_length', 'max_reply_length'],
    targetOf: udpTargetOf,
    describe: ({ port, requireReply }) =>
      `a datagram to port ${port}${requireReply === undefined ? '' : ', with a reply'}`,
  },
  file: {
    services: { file: {} },
    reads: ['checkfile'],
    targetOf: ({ checkfile = '' }) => ({ kind: 'file', path: checkfile }),
    describe: ({ path }) => `file ${path}`,
  },
  agent: {
    services: { agent: {} },
    reads: [...placeKeys, 'agent_send'],
    targetOf: (virtual, real, port) => ({
      kind: 'agent',
      ...placeOf(virtual, real, port),
      request: (virtual.agentSend ?? '').replaceAll('\\n', '\n'),
    }),
    describe: ({ port }) => `the agent on port ${port}`,
  },
} as const satisfies Definitions<SignTarget>;

function udpTargetOf(virtual: VirtualConfig, { address }: RealConfig, port: number): UdpTarget {
  const { udp = {}, negotiatetimeoutMs } = virtual;
  return {
    kind: 'udp',
    address,
    port,
    payload: udp.payload ?? '',
    ...(udp.requireReply !== undefined && { requireReply: udp.requireReply }),
    ...(udp.requireReply === undefined
      ? { replyBytesMin: replyBytes.min, replyBytesMax: replyBytes.max }
      : {
          replyBytesMin: udp.replyBytesMin ?? replyBytes.min,
          replyBytesMax: udp.replyBytesMax ?? replyBytes.max,
        }),
    quietMs: Math.min(quietMsMax, Math.floor(negotiatetimeoutMs / 2)),
  };
}
