// What a flood of adverts costs a director: processor time of the VRRP process while packets of one kind come at a
// given rate, and whether its own adverts go out meanwhile.
//   node main.js [--rate 10000] [--seconds 3] [--json]
// One active router and a stranger on a LAN of their own, in namespaces. Needs root. Status 1 if its peers would have
// missed it.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Advert } from '../../src/net/advert.ts';
import { type Ip, ip } from '../../src/net/ip.ts';
import type { DatagramPort } from '../../src/ports/datagram.ts';
import { systemClock } from '../../src/system/clock.ts';
import { openVrrpSocket } from '../../src/system/sockets/raw-socket.ts';
import { encodeIpv4 } from '../../src/wire/packet/ipv4-header.ts';
import { encodeAdvert, VRRP_GROUP_INET } from '../../src/wire/packet/vrrp.ts';
import { hostOn, interfaceIndex } from '../../test/lab/harness/host-on.ts';
import { type Lab, withLab } from '../../test/lab/harness/namespaces.ts';
import { waitUntil } from '../../test/lab/harness/process.ts';
import { inside } from '../../test/lab/vrrp/inside.ts';
import { createStation, type Station } from '../../test/lab/vrrp/station.ts';
import { instance } from '../../test/make/vrrp-instance.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
if (!(rate >= 1 && rate <= 200_000 && seconds >= 1 && seconds <= 60)) {
  process.stderr.write('Cannot run: a rate of 1 to 200000, 1 to 60 seconds\n');
  process.exit(2);
}

/** /proc counts processor time in hundredths of a second (USER_HZ). */
const msPerTick = 10;
const stranger = ip('10.9.0.3');

type Kind = { readonly kind: string; readonly packet: (number: number) => Uint8Array };

function packetOf(
  changes: Partial<Advert>,
  { source = stranger, ttl = 255, spoilt = false }: { source?: Ip; ttl?: number; spoilt?: boolean } = {},
): Uint8Array {
  const path = { source, destination: VRRP_GROUP_INET };
  const advert = {
    version: 3,
    virtualRouterId: 51,
    priority: 50,
    intervalCs: 10,
    addresses: [ip('10.9.0.100')],
  };
  const message = encodeAdvert({ ...advert, ...changes } as Advert, { ...path, checksum: 'rfc5798' });
  if (spoilt) message[2] = 253;
  return encodeIpv4({ ...path, protocol: 112, ttl, tos: 0xc0 }, message);
}

const forged = Array.from({ length: 1000 }, (_, i) =>
  packetOf({}, { source: ip(`10.9.${1 + (i >> 8)}.${i & 0xff}`) }),
);
const always = (packet: Uint8Array) => () => packet;

const kinds: readonly Kind[] = [
  { kind: 'another VRID', packet: always(packetOf({ virtualRouterId: 77 })) },
  { kind: 'our VRID, routed', packet: always(packetOf({}, { ttl: 254 })) },
  { kind: 'our VRID, a wrong checksum', packet: always(packetOf({}, { spoilt: true })) },
  { kind: 'our VRID, a lower priority', packet: always(packetOf({})) },
  {
    kind: 'our VRID, a lower priority, forged sources',
    packet: (i) => forged[i % forged.length] as Uint8Array,
  },
];

const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return msPerTick * (Number(fields[11]) + Number(fields[12]));
};

/** Paced by the clock: a timer that is late sends more. @returns how many packets a second it were. */
async function flood(port: DatagramPort, { packet }: Kind): Promise<number> {
  const begun = performance.now();
  let sent = 0;
  for (let passedMs = 0; passedMs < 1000 * seconds; passedMs = performance.now() - begun) {
    for (; sent < (rate * passedMs) / 1000; sent += 1) port.send(packet(sent), VRRP_GROUP_INET, () => {});
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return (1000 * sent) / (performance.now() - begun);
}

async function measure(victim: Station, port: DatagramPort, kind: Kind) {
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const linesBefore = victim.events().length;
  const sentBefore = victim.supervisor.status()[0]?.advertsSent ?? 0;
  const before = cpuMs(victim.pid());
  const packetsPerSecond = await flood(port, kind);
  const cpuPerSecondMs = (cpuMs(victim.pid()) - before) / seconds;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return {
    kind: kind.kind,
    packetsPerSecond: Math.round(packetsPerSecond),
    cpuPerSecondMs: Math.round(cpuPerSecondMs),
    cpuPer10000Ms: Math.round((cpuPerSecondMs * 10_000) / packetsPerSecond),
    adverts: (victim.supervisor.status()[0]?.advertsSent ?? 0) - sentBefore,
    lines: victim.events().length - linesBefore,
  };
}

async function bench(lab: Lab) {
  const lan = await lab.lan('lan');
  const victim = createStation(lab, await hostOn(lab, lan, 'a', '10.9.0.1/16'));
  const host = await hostOn(lab, lan, 'c', `${stranger}/16`);
  const index = await interfaceIndex(host);
  const opened = inside(host, () => openVrrpSocket({ name: 'eth0', index }, systemClock, { sendOnly: true }));
  if (!opened.ok) throw new Error(`Cannot open: ${opened.error.step}: ${opened.error.code}`);
  lab.defer(() => opened.value.close());
  await victim.supervisor.start([instance({ priority: 150 })]);
  await waitUntil(() => victim.supervisor.status()[0]?.phase === 'active', { what: 'it is active' });
  const rows = [];
  for (const kind of kinds) rows.push(await measure(victim, opened.value, kind));
  await victim.supervisor.stop();
  return rows;
}

const rows = await withLab(bench);
if (values.json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
else {
  for (const row of rows)
    process.stdout.write(
      `${row.kind}: ${row.packetsPerSecond} packets/s, processor ${row.cpuPerSecondMs} ms/s ` +
        `(${row.cpuPer10000Ms} at 10,000), ${row.adverts} adverts, ${row.lines} lines\n`,
    );
}
// At 100 ms adverts.
process.exit(rows.every(({ adverts }) => adverts >= 7 * seconds) ? 0 : 1);
