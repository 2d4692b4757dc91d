// Floods of adverts at a pair of directors: what can never be theirs, forged strangers on their VRID, and one real
// stranger who repeats himself. The kernel keeps most of it out, the roles stay, and the sender is named all the same.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Advert } from '../../../src/net/advert.ts';
import { type Ip, ip } from '../../../src/net/ip.ts';
import type { DatagramPort } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';
import { encodeAdvert } from '../../../src/wire/packet/vrrp.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { hostOn, interfaceIndex } from '../harness/host-on.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { inside } from './inside.ts';
import { createStation, measured, type Station } from './station.ts';

const group = ip('224.0.0.18');
const stranger = ip('10.9.0.3');
const packetsMax = 20_000;
const floodMs = 2000;

let lab: Lab;
let a: Station;
let b: Station;
let port: DatagramPort;

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  a = createStation(lab, await hostOn(lab, lan, 'a', '10.9.0.1/16'));
  b = createStation(lab, await hostOn(lab, lan, 'b', '10.9.0.2/16'));
  const c = await hostOn(lab, lan, 'c', `${stranger}/16`);
  const index = await interfaceIndex(c);
  const opened = inside(c, () => openVrrpSocket({ name: 'eth0', index }, systemClock, { sendOnly: true }));
  if (!opened.ok) throw new Error(opened.error.code);
  port = opened.value;
  const slow = { advertIntervalMs: 500, vipLeaseSec: 2 };
  await a.supervisor.start([instance({ priority: 150, ...slow })]);
  await waitUntil(() => statusOf(a)?.phase === 'active', { what: 'a is active', timeoutMs: 60_000 });
  await b.supervisor.start([instance({ priority: 100, ...slow })]);
  await waitUntil(() => statusOf(b)?.active?.address === '10.9.0.1', {
    what: 'b hears a',
    timeoutMs: 60_000,
  });
  // Once more, so that b knows it.
  const { advertsReceived = 0 } = statusOf(b) ?? {};
  await waitUntil(() => (statusOf(b)?.advertsReceived ?? 0) > advertsReceived + 1, { what: 'b knows a' });
});
afterAll(async () => {
  port?.close();
  await a?.supervisor.stop();
  await b?.supervisor.stop();
  await lab?.dispose();
});

const statusOf = (station: Station) => station.supervisor.status()[0];

type Changes = {
  readonly source?: Ip;
  readonly ttl?: number;
  readonly vrid?: number;
  readonly priority?: number;
  readonly address?: Ip;
};

function packetOf(changes: Changes): Uint8Array {
  const { source = stranger, ttl = 255, vrid = 51, priority = 50, address = ip('10.9.0.100') } = changes;
  const path = { source, destination: group };
  const advert: Advert = {
    ...{ version: 3, virtualRouterId: vrid, priority, intervalCs: 50 },
    addresses: [address],
  };
  const message = encodeAdvert(advert, { ...path, checksum: 'rfc5798' });
  return encodeIpv4({ ...path, protocol: 112, ttl, tos: 0xc0 }, message);
}

/** As fast as the machine sends, up to ten thousand a second. @returns how many. */
async function flood(packets: readonly Uint8Array[]): Promise<number> {
  const begun = performance.now();
  let sent = 0;
  for (let passedMs = 0; passedMs < floodMs; passedMs = performance.now() - begun) {
    for (; sent < Math.min(packetsMax, 10 * passedMs); sent += 1) {
      port.send(packets[sent % packets.length] as Uint8Array, group, () => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return sent;
}

/** In hundredths of a second. */
const cpuTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
};

const forged = Array.from({ length: 2000 }, (_, i) =>
  packetOf({ source: ip(`10.9.${1 + (i >> 8)}.${i & 0xff}`) }),
);

describe('a flood', () => {
  it.each([
    {
      what: 'of another VRID',
      packets: [packetOf({ vrid: 77, address: ip('10.9.0.101') })],
      told: 'unknown_vrid',
    },
    { what: 'of another VRID with our address', packets: [packetOf({ vrid: 77 })] },
    { what: 'of routed packets', packets: [packetOf({ ttl: 254, priority: 254 })], told: 'ttl' },
    { what: 'of forged strangers on our VRID', packets: forged },
    { what: 'of one stranger on our VRID', packets: [packetOf({})] },
  ])('$what costs a bounded part of a processor, moves no role, and is told', async ({ packets, told }) => {
    const [seenA, seenB] = [a.events().length, b.events().length];
    const before = cpuTicks(b.pid());
    const advertsBefore = statusOf(a)?.advertsSent ?? 0;
    const sent = await flood(packets);
    const ticks = cpuTicks(b.pid()) - before;
    measured(
      `${packets.length} kinds of packets: processor of the backup, ms for 10,000`,
      (1e5 * ticks) / sent,
    );
    // Of two seconds. Unfiltered, twenty thousand packets take 80 to 170 ticks.
    expect(ticks).toBeLessThan(60);
    await waitUntil(() => (statusOf(a)?.advertsSent ?? 0) > advertsBefore + 2, { what: 'adverts go on' });
    const roles = [...a.events().slice(seenA), ...b.events().slice(seenB)].filter(
      ({ event }) => event === 'vrrp.transition',
    );
    expect(roles).toEqual([]);
    if (told === undefined) return;
    await b.waitFor(
      'vrrp.advert_rejected',
      (event) => event.reason.startsWith(told) && event.source === stranger,
    );
  });

  it('leaves room to hear one that was not known before', async () => {
    const flooding = flood(forged);
    const newcomer = packetOf({ source: ip('10.9.0.9'), priority: 120 });
    await waitUntil(
      () => {
        port.send(newcomer, group, () => {});
        return statusOf(b)?.peers?.some(({ address }) => address === '10.9.0.9');
      },
      { what: 'b has heard the newcomer', everyMs: 20, timeoutMs: 30_000 },
    );
    await flooding;
  });
});
