// The observer's process: one loop that each millisecond asks the virtual address from the client's namespace
// (ICMP echo, which the kernels answer, so no process of a director is in the way), and reads what came: replies,
// adverts on the wire, changes of addresses in both directors. In a real-time class above the daemons', because
// what it misses it would blame on them. Started by run.ts, which it tells everything over the channel at the end.
import { createRequire } from 'node:module';
import { ip, ipBytes } from '../../src/net/ip.ts';
import {
  AF_INET,
  intBytes,
  openSocket,
  SOCK_RAW,
  sendTo,
  setScheduler,
  setSocketOption,
} from '../../src/system/libc.ts';
import { decodeMessages } from '../../src/wire/netlink/netlink.ts';
import { encodeEchoRequest } from '../../src/wire/packet/icmp.ts';
import { decodeAddress, RTM_DELADDR, RTM_NEWADDR } from '../../src/wire/route/rtnetlink.ts';
import { inside } from '../../test/lab/vrrp/inside.ts';
import { type AddressChange, answerLimitUs, type Observation, type SeenAdvert } from './observation.ts';

export type ObserverOptions = {
  readonly address: string;
  /** Namespace of the client, and its own address. */
  readonly client: string;
  readonly clientAddress: string;
  /** By the names under which their changes are told. */
  readonly directors: readonly { readonly name: string; readonly netns: string }[];
};

/** To the observer. `now` is answered with a {@link Glance}, `end` with an {@link Observation}, its last word. */
export type ToObserver = 'now' | 'end';
/** The present state. */
export type Glance = {
  readonly nowUs: number;
  readonly holders: readonly string[];
  readonly lastAdvert?: SeenAdvert;
  /** The last probe whose time is over was answered. */
  readonly answered: boolean;
};

const probeEveryUs = 1000;
const AF_NETLINK = 16;
const RTMGRP_IPV4_IFADDR = 0x10;
const IPPROTO_ICMP = 1;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const SOL_IP = 0;
const IP_ADD_MEMBERSHIP = 35;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SCHED_RR = 2;
const realtimePriority = 30;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const library = koffi.load(null);
const receiveInto = library.func('long recv(int, void *, size_t, int)');
const bindTo = library.func('int bind(int, const void *, uint32_t)');
const sleepUntil = library.func('int clock_nanosleep(int, int, const void *, void *)');

const options = JSON.parse(process.argv[2] ?? '{}') as ObserverOptions;
const buffer = Buffer.alloc(65_536);
const nowUs = () => Number(process.hrtime.bigint() / 1000n);

function must<T>(what: string, outcome: { ok: true; value: T } | { ok: false; error: string }): T {
  if (!outcome.ok) throw new Error(`Cannot observe: expected ${what}, got ${outcome.error}`);
  return outcome.value;
}

/** Everything that waits, one datagram after the other: a view that lasts until the next. */
function drain(fd: number, take: (bytes: Buffer) => void): void {
  for (let read = 0; read < 1000; read += 1) {
    const length = receiveInto(fd, buffer, buffer.length, 0) as number;
    if (length < 0) return;
    take(buffer.subarray(0, length));
  }
}

function openProbeSocket(): number {
  const fd = must('an ICMP socket', openSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  // A set bit keeps that type out: only echo replies (type 0) come in (raw(7)).
  must('a filter', setSocketOption(fd, SOL_RAW, ICMP_FILTER, intBytes(~1)));
  return fd;
}

function openAdvertSocket(): number {
  const fd = must('a VRRP socket', openSocket(AF_INET, SOCK_RAW, 112));
  const group = Buffer.concat([ipBytes(ip('224.0.0.18')), ipBytes(ip(options.clientAddress))]);
  must('the group of VRRP', setSocketOption(fd, SOL_IP, IP_ADD_MEMBERSHIP, group));
  return fd;
}

function openAddressSocket(): number {
  const fd = must('a netlink socket', openSocket(AF_NETLINK, SOCK_RAW, 0));
  setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, intBytes(1 << 22));
  const address = Buffer.alloc(12);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_NETLINK;
  new Uint32Array(address.buffer, address.byteOffset, 3)[2] = RTMGRP_IPV4_IFADDR;
  if (bindTo(fd, address, address.length) !== 0) throw new Error('Cannot observe: netlink bind() failed');
  return fd;
}

const client = { netns: options.client };
const probeSocket = inside(client, openProbeSocket);
const advertSocket = inside(client, openAdvertSocket);
const directors = options.directors.map((host) => ({ ...host, fd: inside(host, openAddressSocket) }));

const target = ip(options.address);
const targetBytes = Buffer.from(ipBytes(target));
const destination = Buffer.concat([Uint8Array.of(AF_INET, 0, 0, 0), targetBytes, new Uint8Array(8)]);
const identifier = process.pid & 0xffff;
const sentUs: number[] = [];
const answeredUs: (number | undefined)[] = [];
const holders = new Set<string>();
const addresses: AddressChange[] = [];
const adverts: SeenAdvert[] = [];

function probe(): void {
  const sequence = sentUs.length & 0xffff;
  sentUs.push(nowUs());
  answeredUs.push(undefined);
  // A refusal (no route, no neighbour) is a probe without an answer.
  sendTo(
    probeSocket,
    encodeEchoRequest('inet', { identifier, sequence, payload: new Uint8Array(8) }),
    destination,
  );
}

function takeReply(packet: Buffer): void {
  const echo = ((packet[0] ?? 0) & 0x0f) * 4;
  if (packet.length < echo + 8 || packet.compare(targetBytes, 0, 4, 12, 16) !== 0) return;
  if (packet.readUInt16BE(echo + 4) !== identifier) return;
  const last = sentUs.length - 1;
  const number = last - ((last - packet.readUInt16BE(echo + 6)) & 0xffff);
  if (number >= 0) answeredUs[number] ??= nowUs();
}

function takeAdvert(packet: Buffer): void {
  const vrrp = ((packet[0] ?? 0) & 0x0f) * 4;
  if (packet.length < vrrp + 8) return;
  const source = packet.subarray(12, 16).join('.');
  adverts.push({ source, atUs: nowUs(), priority: packet[vrrp + 2] ?? 0 });
}

function takeChanges(host: string, datagram: Buffer): void {
  for (const { type, payload } of decodeMessages(datagram) ?? []) {
    if (type !== RTM_NEWADDR && type !== RTM_DELADDR) continue;
    if (decodeAddress(payload)?.address !== target) continue;
    const present = type === RTM_NEWADDR;
    if (holders.has(host) === present) continue;
    if (present) holders.add(host);
    else holders.delete(host);
    addresses.push({ host, atUs: nowUs(), present });
  }
}

function look(): void {
  for (const { name, fd } of directors) drain(fd, (datagram) => takeChanges(name, datagram));
  drain(advertSocket, takeAdvert);
  drain(probeSocket, takeReply);
}

const isAnswered = (index: number) =>
  (answeredUs[index] ?? Number.POSITIVE_INFINITY) - (sentUs[index] ?? 0) <= answerLimitUs;

function glance(): Glance {
  const lastAdvert = adverts.at(-1);
  return {
    nowUs: nowUs(),
    holders: [...holders],
    ...(lastAdvert !== undefined && { lastAdvert }),
    answered: isAnswered(sentUs.length - 3),
  };
}

/** Later probes may still be answered. */
function observation(): Observation {
  const endUs = nowUs() - answerLimitUs;
  const probes = sentUs.map((sent, index) => ({ sentUs: sent, answered: isAnswered(index) }));
  return { probes: probes.filter((one) => one.sentUs <= endUs), addresses, adverts, endUs };
}

const due = new BigInt64Array(2);
const dueBytes = new Uint8Array(due.buffer);
let nextUs = nowUs();
let ended = false;

function loop(): void {
  if (ended) return;
  nextUs = Math.max(nextUs + probeEveryUs, nowUs());
  due[0] = BigInt(Math.floor(nextUs / 1e6));
  due[1] = BigInt((nextUs % 1e6) * 1000);
  sleepUntil(CLOCK_MONOTONIC, TIMER_ABSTIME, dueBytes, null);
  look();
  probe();
  // On veth the answer is there when the request has been sent.
  look();
  setImmediate(loop);
}

process.on('message', (message: ToObserver) => {
  if (message === 'now') process.send?.(glance());
  else {
    ended = true;
    process.send?.(observation(), () => process.disconnect());
  }
});
process.once('disconnect', () => process.exit());
setScheduler(SCHED_RR, realtimePriority);
loop();
