// What passed on the wire, as tcpdump wrote it down with the kernel's own times: the first packet of each connection,
// by the server it went to, and the adverts of VRRP. Source: pcap-savefile(5).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../../test/lab/harness/namespaces.ts';

export type Recorded = {
  /** Microseconds since 1970, by the server's address. */
  readonly connects: ReadonlyMap<string, readonly number[]>;
  readonly adverts: readonly number[];
  /** Packets that tcpdump could not keep up with. */
  readonly lost: number;
};

const filter = '(tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn) or ip proto 112';
const fileHeaderBytes = 24;
const packetHeaderBytes = 16;
const ethernetBytes = 14;
const protocolVrrp = 112;

export async function record(lab: Lab, host: Host): Promise<{ readonly end: () => Promise<Recorded> }> {
  const file = join(lab.directory('recording'), 'packets.pcap');
  const running = host.start(
    ['tcpdump', '-i', 'eth0', '-n', '-Z', 'root', '-s', '60', '-B', '32768', '-w', file].concat(filter),
  );
  await running.waitFor(/listening on/);
  return {
    end: async () => {
      running.signal('SIGINT');
      await running.exited;
      const lost = running.lines().map((line) => /^(\d+) packets dropped by kernel/.exec(line)?.[1]);
      return { ...parseRecording(readFileSync(file)), lost: Number(lost.find(Boolean) ?? 0) };
    },
  };
}

export function parseRecording(bytes: Buffer): Omit<Recorded, 'lost'> {
  const connects = new Map<string, number[]>();
  const adverts: number[] = [];
  for (let at = fileHeaderBytes; at + packetHeaderBytes <= bytes.length; ) {
    const timeUs = bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4);
    const ip = at + packetHeaderBytes + ethernetBytes;
    at += packetHeaderBytes + bytes.readUInt32LE(at + 8);
    if (at > bytes.length) break; // cut off in the middle
    if (bytes[ip + 9] === protocolVrrp) {
      adverts.push(timeUs);
      continue;
    }
    const server = bytes.subarray(ip + 16, ip + 20).join('.');
    const known = connects.get(server);
    if (known === undefined) connects.set(server, [timeUs]);
    else known.push(timeUs);
  }
  return { connects, adverts };
}
