// Where another router is to be found: by the frame of his next advert or his answer, whichever comes first; a few at a time.
import { expect, it } from 'vitest';
import { createSenderMacs } from '../../../../src/daemon/vrrp/adverts/sender-macs.ts';
import { ip } from '../../../../src/net/ip.ts';
import { viewOf } from '../../../make/vrrp-host.ts';

const mac = '02:00:00:00:00:09';
const stranger = { source: ip('10.9.0.9'), over: 'eth0' };

function searching() {
  const asked: { readonly limitMs: number; readonly resolve: (mac?: string) => void }[] = [];
  const macs = createSenderMacs({
    view: viewOf([]),
    findSenderMac: (_, __, limitMs) =>
      new Promise((resolve) => asked.push({ limitMs, resolve: (found) => resolve(found) })),
  });
  return { asked, macs };
}

it('is told by the frame of an advert, and remembered', async () => {
  const { asked, macs } = searching();
  const search = macs.find(stranger, 300);
  expect(macs.find(stranger)).toBe(search);
  expect(asked.map(({ limitMs }) => limitMs)).toEqual([300]);
  asked[0]?.resolve(mac);
  expect(await search).toBe(mac);
  expect(macs.known(stranger)).toBe(mac);
  expect(macs.known({ ...stranger, over: 'eth1' })).toBe(undefined);
});

it('is told by an answer for his address on that interface, and a frame that comes later changes nothing', async () => {
  const { asked, macs } = searching();
  const search = macs.find(stranger);
  macs.answered({ ...stranger, over: 'eth1' }, '02:00:00:00:00:01');
  macs.answered({ ...stranger, source: ip('10.9.0.8') }, '02:00:00:00:00:01');
  macs.answered(stranger, undefined);
  macs.answered(stranger, mac);
  expect(await search).toBe(mac);
  asked[0]?.resolve(undefined);
  const again = macs.find(stranger);
  asked[1]?.resolve(undefined);
  expect(await again).toBe(undefined);
  expect(macs.known(stranger)).toBe(mac);
});

it('is looked for of four at a time, on interfaces that are there, for ten seconds at most', () => {
  const { asked, macs } = searching();
  for (let host = 1; host <= 6; host += 1)
    expect(macs.find({ ...stranger, source: ip(`10.9.1.${host}`) }, 60_000) !== undefined).toBe(host <= 4);
  expect(asked.map(({ limitMs }) => limitMs)).toEqual([10_000, 10_000, 10_000, 10_000]);
  expect(searching().macs.find({ ...stranger, over: 'eth7' })).toBe(undefined);
});

it('is remembered of the last sixty-four', async () => {
  const { asked, macs } = searching();
  for (let host = 1; host <= 70; host += 1) {
    const search = macs.find({ ...stranger, source: ip(`10.9.1.${host}`) });
    asked[host - 1]?.resolve(mac);
    await search;
  }
  const known = Array.from({ length: 70 }, (_, i) =>
    macs.known({ ...stranger, source: ip(`10.9.1.${i + 1}`) }),
  );
  expect(known.filter((each) => each !== undefined)).toHaveLength(64);
  expect(known[69]).toBe(mac);
});
