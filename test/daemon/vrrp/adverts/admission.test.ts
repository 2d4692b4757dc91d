// Which adverts are read in a flood: a bounded number a second of strangers and of what is strange, and every one of
// those who were known before.
import { describe, expect, it } from 'vitest';
import { createAdmission } from '../../../../src/daemon/vrrp/adverts/admission.ts';
import { type Ip, ip } from '../../../../src/net/ip.ts';
import type { Admission } from '../../../../src/ports/datagram.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { createVirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';
import { rejectedKinds } from '../../../vrrp/rejected-packets.ts';

const friend = ip('10.9.0.2');
const stranger = ip('10.9.0.3');
const forgedAt = (number: number): Ip =>
  ip(`10.${10 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}`);

function rig(peers: readonly Ip[] = []) {
  const time = createVirtualTime();
  let admitted: Admission | undefined;
  const admission = createAdmission(time, (next) => {
    admitted = next;
  });
  const [group, unicast] = peers.length === 0 ? [[51], []] : [[], [51]];
  admission.expect({ group, unicast, peers });
  let random = 1;
  let forged = 0;
  /** @returns what it stood for, where it came in. */
  const offer = (source: Ip, { accepted = true, vrid = 51 } = {}): number => {
    const destination = peers.length === 0 ? 'multicast' : 'unicast';
    const judged = admission.judge({ virtualRouterId: vrid, source, destination, ttl: 255 });
    // Any generator will do that does not go in step with the flood.
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    if ((random >> 12) % judged.standsFor !== 0) return 0;
    admission.note(judged.class, source, accepted);
    return judged.standsFor;
  };
  return {
    time,
    admission,
    offer,
    forge: () => {
      forged += 1;
      return forgedAt(forged);
    },
    admitted: () => admitted as Admission,
  };
}

/** @returns how many were read of ten a millisecond, and how many they stood for. */
async function flood(
  { time, offer, forge }: ReturnType<typeof rig>,
  ms: number,
  /** Default: another one each time. */
  sourceAt: () => Ip = forge,
  options = {},
) {
  let read = 0;
  let stoodFor = 0;
  for (let number = 0; number < 10 * ms; number += 1) {
    const weight = offer(sourceAt(), options);
    stoodFor += weight;
    if (weight > 0) read += 1;
    if (number % 10 === 9) await time.advance(1);
  }
  return { read, stoodFor };
}

describe('in a flood of ten thousand a second', () => {
  it.each([
    { what: 'strange', options: { vrid: 77, accepted: false }, readMax: 400 },
    { what: 'refused', options: { accepted: false }, readMax: 1600 },
    { what: 'accepted', options: {}, readMax: 1600 },
  ])('packets that are $what are read in part, and stand for all', async ({ options, readMax }) => {
    for (const sourceAt of [() => stranger, undefined]) {
      const { read, stoodFor } = await flood(rig(), 2000, sourceAt, options);
      expect(read).toBeLessThan(readMax);
      expect(read).toBeGreaterThan(10);
      expect(stoodFor).toBeGreaterThan(10_000);
      expect(stoodFor).toBeLessThan(30_000);
    }
  });

  it('who was known before is read every time, a peer of unicast from the first', async () => {
    for (const peers of [[], [friend]]) {
      const flooded = rig(peers);
      for (let i = 0; i < 3 && peers.length === 0; i += 1) {
        flooded.offer(friend);
        await flooded.time.advance(1000);
      }
      for (let i = 0; i < 20; i += 1) {
        await flood(flooded, 100);
        expect(flooded.offer(friend)).toBe(1);
      }
    }
  });

  it('one who was not known is heard soon, and from then on every time', async () => {
    const flooded = rig();
    await flood(flooded, 1000);
    let heard = 0;
    for (let i = 0; i < 300 && heard < 3; i += 1) {
      await flood(flooded, 10);
      if (flooded.offer(friend) > 0) heard += 1;
    }
    for (let i = 0; i < 10; i += 1) expect(flooded.offer(friend)).toBe(1);
  });

  it('one who was known and repeats himself without end is read in part, and still heard', async () => {
    const flooded = rig();
    flooded.offer(friend);
    await flooded.time.advance(1000);
    flooded.offer(friend);
    expect(flooded.admitted().known).toEqual([friend]);
    const { read } = await flood(flooded, 2000, () => friend);
    expect(read).toBeLessThan(1700);
    expect(read).toBeGreaterThan(200);
  });

  it('what is refused takes nothing from whom it is said to be from', async () => {
    const flooded = rig([friend]);
    await flood(flooded, 1000, () => friend, { accepted: false });
    expect(flooded.offer(friend)).toBe(1);
  });
});

describe('after a flood', () => {
  it('everything is read again, within seconds', async () => {
    const flooded = rig();
    await flood(flooded, 1000);
    await flood(flooded, 1000, undefined, { vrid: 77, accepted: false });
    await flooded.time.advance(3000);
    expect(flooded.admitted()).toMatchObject({ unknownShift: 0, strangeShift: 0 });
    expect(flooded.offer(forgedAt(1), { vrid: 77, accepted: false })).toBe(1);
  });
});

describe('the VRRP process', () => {
  it('tells the kernel the VRIDs of its routers, and again when a reload changes them', async () => {
    const host = createVirtualHost();
    host.tell({ type: 'configure', instances: [instance()] });
    await host.time.advance(10);
    expect(host.admitted()).toMatchObject({ group: [51], unicast: [], peers: [] });
    const other = instance({ name: 'VI_2', virtualRouterId: 52, unicastPeers: [friend] });
    host.tell({ type: 'configure', instances: [instance(), other] });
    await host.time.advance(10);
    expect(host.admitted()).toMatchObject({ group: [51], unicast: [52], peers: [friend], known: [friend] });
    host.tell({ type: 'configure', instances: [other] });
    await host.time.advance(500);
    expect(host.admitted()).toMatchObject({ group: [], unicast: [52] });
  });

  it.each(rejectedKinds.filter(({ mode }) => mode === 'multicast'))(
    'reads a bounded part of ten thousand a second with $kind, and says so',
    async ({ packet }) => {
      const host = createVirtualHost();
      host.tell({ type: 'configure', instances: [instance()] });
      await host.time.advance(10);
      for (let ms = 0; ms < 1000; ms += 1) {
        for (let i = 0; i < 10; i += 1) host.receive(packet());
        await host.time.advance(1);
      }
      expect(host.read()).toBeLessThan(1500);
      expect(
        host
          .events()
          .some(({ event }) => event === 'vrrp.advert_rejected' || event === 'vrrp.foreign_router'),
      ).toBe(true);
    },
  );
});
