// The limit of the machine: the same table by nothing but the messages, made beforehand, with no program around them. A
// socket, a send, a receive: what the kernel takes for it, and the calls. No product can be faster here.
//   node limit.js SERVICES   in the namespace to measure in, whose table it fills; one line of JSON

import type { Operation, ServiceId } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import { intBytes, openSocket, receiveFrom, sendTo, setSocketOption } from '../../src/system/libc.ts';
import { encodeGetDestinations, encodeOperation, IPVS_GENL_NAME } from '../../src/wire/ipvs/operations.ts';
import { decodeFamily, encodeGetFamily, GENL_ID_CTRL } from '../../src/wire/netlink/genetlink.ts';
import {
  decodeMessages,
  encodeMessages,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
} from '../../src/wire/netlink/netlink.ts';
import { hostIsLittleEndian } from '../../src/wire/reader.ts';
import { type Service, type Site, siteOf } from './site.ts';

/** In milliseconds of a processor that does nothing else; finer than its accounts are kept. */
export type Limit = { readonly load: number; readonly scan: number };

const [AF_NETLINK, SOCK_RAW, NETLINK_GENERIC] = [16, 3, 16];
const [SOL_SOCKET, SO_RCVBUFFORCE] = [1, 33];
const batchSize = 64;
const scans = 10;

const opened = openSocket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
if (!opened.ok) throw new Error(`Cannot measure: expected a netlink socket, got ${opened.error}`);
const fd = opened.value;
setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, intBytes(4 * 1024 * 1024));
const kernel = new Uint8Array(12);
new Uint16Array(kernel.buffer)[0] = AF_NETLINK;
const incoming = new Uint8Array(64 * 1024);
const header = new DataView(incoming.buffer);
const sender = new Uint8Array(12);

function send(datagram: Uint8Array): void {
  const sent = sendTo(fd, datagram, kernel);
  if (!sent.ok) throw new Error(`Cannot measure: expected a message that is sent, got ${sent.error}`);
}

/** @returns the type of its first message. */
function hear(): number {
  const heard = receiveFrom(fd, incoming, sender);
  if (!heard.ok) throw new Error(`Cannot measure: expected an answer at once, got ${heard.error}`);
  return header.getUint16(4, hostIsLittleEndian);
}

const message = (type: number, flags: number, payload: Uint8Array) => ({
  ...{ type, flags: NLM_F_REQUEST | flags, sequence: 1, portId: 0, payload },
});

function familyNumber(): number {
  send(encodeMessages([message(GENL_ID_CTRL, 0, encodeGetFamily(IPVS_GENL_NAME))]));
  hear();
  const [answer] = decodeMessages(incoming.subarray(0, header.getUint32(0, hostIsLittleEndian))) ?? [];
  const id = answer && decodeFamily(answer.payload)?.id;
  if (id === undefined) throw new Error('Cannot measure: expected a kernel with IPVS, got none');
  return id;
}

const idOf = ({ address }: Service): ServiceId => ({
  ...{ kind: 'address', protocol: 'tcp', address: ip(address), port: 80 },
});

const operationsFor = (site: Site): readonly Operation[] =>
  site.flatMap((service) => {
    const id = idOf(service);
    const entry = { id, scheduler: 'wlc', schedFlags: [], persistencePrefix: 32, ops: false };
    const servers = service.servers.map(({ address, weight }) => ({
      ...{ address: ip(address), port: 80, forward: 'masq' as const, weight },
      ...{ upperThreshold: 0, lowerThreshold: 0 },
    }));
    return [
      { type: 'addService' as const, service: entry },
      ...servers.map((destination) => ({ type: 'addDestination' as const, service: id, destination })),
    ];
  });

/** Datagrams with as many messages as our daemon's, and one acknowledgement each. */
function loadsOf(site: Site, family: number): readonly Uint8Array[] {
  const payloads = operationsFor(site).map(encodeOperation);
  return Array.from({ length: Math.ceil(payloads.length / batchSize) }, (_, index) => {
    const batch = payloads.slice(batchSize * index, batchSize * (index + 1));
    const flagsOf = (at: number) => (at === batch.length - 1 ? NLM_F_ACK : 0);
    return encodeMessages(batch.map((payload, at) => message(family, flagsOf(at), payload)));
  });
}

function msOf(act: () => void): number {
  const startedAt = performance.now();
  act();
  return performance.now() - startedAt;
}

const family = familyNumber();
const site = siteOf(Number(process.argv[2]));
const loads = loadsOf(site, family);
const questions = site.map((service) =>
  encodeMessages([message(family, NLM_F_DUMP, encodeGetDestinations(idOf(service)))]),
);
const load = msOf(() => {
  for (const datagram of loads) {
    send(datagram);
    hear();
  }
});
const scan = msOf(() => {
  for (let count = 0; count < scans; count += 1) {
    for (const question of questions) {
      send(question);
      while (hear() !== NLMSG_DONE);
    }
  }
});
const limit: Limit = { load, scan: scan / scans };
console.log(JSON.stringify(limit));
