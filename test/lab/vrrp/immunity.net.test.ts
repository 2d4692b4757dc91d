// Every kind of packet that must not be believed, ten thousand a second of it, at a pair of directors: adverts go on
// in time, no state moves, the sender is named, and the log stays short (docs/reference/vrrp.md §2.2, S8).
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import type { DatagramPort } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { type Mode, type RejectedKind, rejectedKinds, STRANGER } from '../../vrrp/rejected-packets.ts';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { inside } from './inside.ts';
import { createStation, measured, type Station } from './station.ts';

const rate = 10_000;
const floodMs = 600;
const group = ip('224.0.0.18');

let lab: Lab;
let hosts: { readonly a: Host; readonly b: Host };
let stranger: DatagramPort;

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const hostAt = async (name: string, address: string): Promise<Host> => {
    const host = await lab.host(name);
    await lab.attach(host, lan, { addresses: [address] });
    return host;
  };
  hosts = { a: await hostAt('a', '10.9.0.1/24'), b: await hostAt('b', '10.9.0.2/24') };
  const c = await hostAt('c', `${STRANGER}/24`);
  const index = Number.parseInt(await c.run('ip', '-o', 'link', 'show', 'eth0'), 10);
  const opened = inside(c, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(opened.error.code);
  stranger = opened.value;
});
afterAll(async () => {
  stranger?.close();
  await lab?.dispose();
});

const settings: Readonly<
  Record<Mode, { readonly ofA: object; readonly ofB: object; readonly intervalMs: number }>
> = {
  multicast: { ofA: {}, ofB: {}, intervalMs: 100 },
  unicast: {
    ofA: { unicastPeers: [ip('10.9.0.2')] },
    ofB: { unicastPeers: [ip('10.9.0.1')] },
    intervalMs: 100,
  },
  'version 2': {
    ofA: { version: 2, advertIntervalMs: 1000, vipLeaseSec: 4, authPass: 'secret' },
    ofB: { version: 2, advertIntervalMs: 1000, vipLeaseSec: 4, authPass: 'secret' },
    intervalMs: 1000,
  },
};

const statusOf = (station: Station) => station.supervisor.status()[0];
const transitions = (station: Station) =>
  station.events().filter(({ event }) => event === 'vrrp.transition').length;

/** Paced by the clock: a timer that is late sends more. @returns how many a second it were. */
async function flood({ packet }: RejectedKind, destination: typeof group): Promise<number> {
  const begun = performance.now();
  let sent = 0;
  for (let passedMs = 0; passedMs < floodMs; passedMs = performance.now() - begun) {
    for (; sent < (rate * passedMs) / 1000; sent += 1) stranger.send(packet(), destination, () => {});
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return (1000 * sent) / (performance.now() - begun);
}

for (const mode of ['multicast', 'unicast', 'version 2'] as const) {
  describe(`ten thousand a second at a pair of mode ${mode}`, () => {
    const { ofA, ofB, intervalMs } = settings[mode];

    let a: Station;
    let b: Station;
    /** It has withstood all so far: after a failure its state is not that of a pair at rest. */
    let sound = false;

    async function stop(): Promise<void> {
      await a?.supervisor.stop();
      await b?.supervisor.stop();
    }

    beforeEach(async () => {
      if (sound) return;
      await stop();
      a = createStation(lab, hosts.a);
      b = createStation(lab, hosts.b);
      await a.supervisor.start([instance({ priority: 150, ...ofA })]);
      await waitUntil(() => statusOf(a)?.phase === 'active', { what: 'a is active' });
      await b.supervisor.start([instance({ priority: 100, ...ofB })]);
      await waitUntil(() => statusOf(b)?.active?.address === '10.9.0.1', { what: 'b hears a' });
      // Who was heard once is sampled like the flood (src/daemon/vrrp/adverts/admission.ts).
      await waitUntil(() => (statusOf(b)?.advertsReceived ?? 0) >= 2, { what: 'b knows a' });
    });
    afterAll(stop);

    const kinds = rejectedKinds.filter((kind) => kind.mode === mode && kind.neverArrives !== true);
    it.each(kinds)(
      'with $kind: adverts in time, no state moved, the sender named',
      byTheClock('adverts must leave in time beside a flood'),
      async (kind) => {
        sound = false;
        const seen = [a.events().length, transitions(a), transitions(b)] as const;
        const before = statusOf(a);
        const rejectedBefore = before?.advertsRejected[kind.reason ?? ''] ?? 0;
        const begun = performance.now();
        const toVictim =
          kind.reason === 'destination' ? mode === 'multicast' : kind.reason === 'unknown_peer';
        const achieved = await flood(kind, toVictim ? ip('10.9.0.1') : group);
        measured(`${kind.kind}: packets a second`, achieved);
        // The status that says so comes within half a second.
        const expected = Math.floor((performance.now() - begun) / intervalMs) - 1;
        await waitUntil(() => (statusOf(a)?.advertsSent ?? 0) - (before?.advertsSent ?? 0) >= expected, {
          what: `${expected} adverts`,
        });
        if (kind.reason !== undefined) {
          const rejected = () => (statusOf(a)?.advertsRejected[kind.reason ?? ''] ?? 0) - rejectedBefore;
          await waitUntil(() => rejected() > (0.1 * achieved * floodMs) / 1000, {
            // Estimated from what the kernel let in of it.
            what: 'the flood is counted',
          });
        }
        expect([transitions(a), transitions(b)]).toEqual(seen.slice(1));
        const said = a.events().slice(seen[0]);
        for (const event of said) {
          expect(['vrrp.advert_rejected', 'vrrp.foreign_router']).toContain(event.event);
          expect(event).toMatchObject({ source: STRANGER });
        }
        expect(said.length).toBeLessThan(12);
        const { p99Ms = 0, maxMs = 0 } = a.supervisor.processStatus()?.advertLateness ?? {};
        measured(`${kind.kind}: lateness of adverts so far, 99 %, ms`, p99Ms);
        measured(`${kind.kind}: lateness of adverts so far, all, ms`, maxMs);
        sound = true;
      },
    );
  });
}
