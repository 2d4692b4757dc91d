// Messages of netlink as the kernel's encoders and ours make them, for decoders to be led into.
import fc from 'fast-check';
import type { SyncDaemon } from '../../../src/model/director.ts';
import { ip } from '../../../src/net/ip.ts';
import { encodeSetTimeouts, encodeStartSyncDaemon } from '../../../src/wire/ipvs/director.ts';
import { encodeOperation } from '../../../src/wire/ipvs/operations.ts';
import { encodeGetFamily } from '../../../src/wire/netlink/genetlink.ts';
import { encodeMessage, encodeMessages } from '../../../src/wire/netlink/netlink.ts';
import { anyOperation } from '../../make/model-arbitraries.ts';

export const hex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

const operations = fc.sample(anyOperation, { seed: 1, numRuns: 24 }).map(encodeOperation);
const daemon: SyncDaemon = {
  ...{ state: 'master' as const, interface: 'eth0', syncId: 1, maxlen: 1472 },
  ...{ group: ip('224.0.0.81'), port: 8848, ttl: 1 },
};
const payloads = [
  ...operations,
  encodeSetTimeouts({ tcp: 900, tcpfin: 120, udp: 300 }),
  encodeStartSyncDaemon(daemon),
  encodeGetFamily('IPVS'),
];
const framed = (type: number, payload: Uint8Array) => ({ type, flags: 2, sequence: 1, portId: 7, payload });

/** Of an error: errno, the request it is of, and the sentence with it (NLMSGERR_ATTR_MSG). */
const refusal = hex('eaffffff 1400000010000500010000000700000000 08000100 6e6f2100');

/** Each with its header of 16 bytes. */
export const netlinkSamples: readonly Uint8Array[] = [
  ...payloads.map((payload) => encodeMessage(framed(0x1b, payload))),
  encodeMessages(payloads.slice(0, 4).map((payload) => framed(0x1b, payload))),
  encodeMessage(framed(2, refusal)),
  encodeMessage(framed(3, hex('00000000'))),
];
