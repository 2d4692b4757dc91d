// What the VRRP process makes of findings, and how its sync groups move, on a host in memory.
import { describe, expect, it } from 'vitest';
import type { Tracker } from '../../../../src/model/tracking.ts';
import { ip } from '../../../../src/net/ip.ts';
import { aTracker } from '../../../make/a-tracker.ts';
import { createVirtualHost, eth0, ownAddress, type VirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const eth1 = { ...eth0, index: 3, name: 'eth1' };

const transitions = (host: VirtualHost, name = 'VI_1') =>
  host
    .events()
    .flatMap((event) =>
      event.event === 'vrrp.transition' && event.instance === name ? [`${event.to} ${event.reason}`] : [],
    );
const statusOf = (host: VirtualHost) =>
  host.said().findLast((message) => message.type === 'status')?.instances ?? [];

/** Active_Down_Interval of priority 150 at 100 ms is 341 ms. */
async function active(trackers: readonly Tracker[], findings = {}): Promise<VirtualHost> {
  const host = createVirtualHost({ links: [eth0, eth1] });
  host.tell({ type: 'configure', instances: [instance({ trackers })], findings });
  await host.time.advance(400);
  expect(transitions(host).at(-1)).toMatch(/^active/);
  return host;
}

describe('a weight', () => {
  it('moves the priority with the next advert, which goes out at once, and back', async () => {
    const host = await active([aTracker({ weight: -60 })]);
    const before = host.did().length;
    host.tell({ type: 'track', findings: { 'script web': 'down' } });
    await host.time.advance(1);
    expect(host.did().slice(before)).toContain('advert 90');
    expect(host.events().at(-1)).toEqual({
      event: 'vrrp.priority_changed',
      instance: 'VI_1',
      vrid: 51,
      from: 150,
      to: 90,
      because: ['script web down: -60'],
    });
    host.tell({ type: 'track', findings: { 'script web': 'up' } });
    await host.time.advance(1);
    expect(host.did().at(-1)).not.toBe('advert 90');
    expect(host.events().at(-1)).toMatchObject({ from: 90, to: 150, because: [] });
  });

  it('is told in the status, with what was found', async () => {
    const host = await active([
      aTracker({ weight: -60 }),
      aTracker({ kind: 'interface', name: 'eth1', weight: 5 }),
    ]);
    host.tell({ type: 'track', findings: { 'script web': 'down' } });
    await host.time.advance(600);
    expect(statusOf(host)).toMatchObject([
      {
        priority: 95,
        basePriority: 150,
        tracked: [
          { name: 'script web', state: 'down', adds: '-60' },
          { name: 'interface eth1', state: 'up', adds: '+5' },
        ],
      },
    ]);
  });

  it('leaves the address for a moment where a higher router takes over', async () => {
    const host = await active([aTracker({ weight: -60 })]);
    host.tell({ type: 'track', findings: { 'script web': 'down' } });
    await host.time.advance(10);
    host.hear({ priority: 100 });
    await host.time.advance(1);
    expect(transitions(host).at(-1)).toBe('backup higher_priority_heard');
    await host.time.advance(15);
    expect(host.addresses()).toContain('10.9.0.100/24');
    await host.time.advance(10);
    expect(host.addresses()).not.toContain('10.9.0.100/24');
  });
});

describe('a fault', () => {
  it('of a script hands over, and names it; its recovery brings the router back', async () => {
    const host = await active([aTracker()]);
    host.tell({ type: 'track', findings: { 'script web': 'down' } });
    await host.time.advance(1);
    expect(transitions(host).at(-1)).toBe('leaving track_failed: script web');
    expect(host.did().at(-1)).not.toBe('remove 10.9.0.100/24');
    // The Skew_Time of priority 100 is 60 ms.
    await host.time.advance(60);
    host.hear({ priority: 100 });
    await host.time.advance(50);
    expect(transitions(host).at(-1)).toBe('fault track_failed: script web');
    expect(host.addresses()).not.toContain('10.9.0.100/24');
    host.tell({ type: 'track', findings: { 'script web': 'up' } });
    await host.time.advance(1);
    expect(transitions(host).at(-1)).toBe('backup track_recovered');
  });

  it('is there from the start with findings that came with the configuration', async () => {
    const host = createVirtualHost();
    const findings = { 'script web': 'down' } as const;
    host.tell({ type: 'configure', instances: [instance({ trackers: [aTracker()] })], findings });
    await host.time.advance(400);
    expect(transitions(host)).toEqual(['fault track_failed: script web']);
  });

  it('of an interface is seen by the process itself; one that is missing is down', async () => {
    const host = await active([aTracker({ kind: 'interface', name: 'eth1' })]);
    host.kernel.setLink({ ...eth1, running: false });
    await host.time.advance(1);
    expect(transitions(host).at(-1)).toBe('leaving track_failed: interface eth1');
    host.kernel.setLink(eth1);
    await host.time.advance(1);
    expect(transitions(host).at(-1)).toBe('active track_recovered');
    const other = createVirtualHost();
    other.tell({
      type: 'configure',
      instances: [instance({ trackers: [aTracker({ kind: 'interface', name: 'eth9' })] })],
    });
    await other.time.advance(1);
    expect(transitions(other)).toEqual(['fault track_failed: interface eth9']);
  });

  it('of something not known yet is none', async () => {
    await active([aTracker({ name: 'nobody-knows' })]);
  });
});

describe('a sync group', () => {
  const first = instance({ syncGroup: 'VG' });
  const second = instance({
    name: 'VI_2',
    interface: 'eth1',
    virtualRouterId: 52,
    virtualAddresses: [{ address: ip('10.8.0.100'), length: 24 }],
    syncGroup: 'VG',
  });
  const eth1Address = { ...ownAddress, address: ip('10.8.0.1'), interfaceIndex: 3 };
  const host = () => createVirtualHost({ links: [eth0, eth1], addresses: [ownAddress, eth1Address] });

  async function activeGroup(): Promise<VirtualHost> {
    const made = host();
    made.tell({ type: 'configure', instances: [first, second] });
    await made.time.advance(400);
    expect([transitions(made).at(-1), transitions(made, 'VI_2').at(-1)]).toEqual([
      'active active_down',
      'active active_down',
    ]);
    return made;
  }

  it('becomes active as one', async () => {
    await activeGroup();
  });

  it('leaves with the member whose link dies, and is back when that is', async () => {
    const made = await activeGroup();
    made.kernel.setLink({ ...eth1, running: false });
    await made.time.advance(1);
    expect(transitions(made, 'VI_2').at(-1)).toBe('fault no_carrier');
    expect(transitions(made).at(-1)).toBe('leaving group_fault: VI_2: no_carrier');
    await made.time.advance(1000);
    expect(transitions(made).at(-1)).toBe('fault group_fault: VI_2: no_carrier');
    made.kernel.setLink(eth1);
    await made.time.advance(1);
    expect(transitions(made).at(-1)).toBe('backup track_recovered');
    expect(transitions(made, 'VI_2').at(-1)).toBe('backup link_up');
    await made.time.advance(400);
    expect(statusOf(made).map(({ phase, syncGroup }) => `${phase} ${syncGroup}`)).toEqual([
      'active VG',
      'active VG',
    ]);
  });

  it('starts in fault as a whole where one member is unfit', async () => {
    const made = createVirtualHost({ links: [eth0], addresses: [ownAddress] });
    made.tell({ type: 'configure', instances: [first, second] });
    await made.time.advance(400);
    expect(transitions(made)).toEqual(['fault group_fault: VI_2: interface_missing']);
  });

  it('hands over as one, whichever member is named', async () => {
    const made = await activeGroup();
    made.tell({ type: 'failover', instance: 'VI_2' });
    await made.time.advance(1);
    for (const name of ['VI_1', 'VI_2']) {
      expect(transitions(made, name).at(-1)).toBe('leaving handover_requested');
    }
  });

  it('is resumed as one: not at all where one member was not active', async () => {
    const resumed = async (phase: 'active' | 'backup') => {
      const made = host();
      const lastAdvertAt = made.time.now() - 50_000;
      const instances = [
        { name: 'VI_1', phase: 'active', lastAdvertAt },
        { name: 'VI_2', phase, lastAdvertAt },
      ] as const;
      made.tell({
        type: 'configure',
        instances: [first, second],
        resume: { takenAt: lastAdvertAt, instances },
      });
      await made.time.advance(1);
      return [transitions(made), transitions(made, 'VI_2')].map((each) => each.at(-1));
    };
    expect(await resumed('active')).toEqual(['active resumed', 'active resumed']);
    expect(await resumed('backup')).toEqual(['backup startup', 'backup startup']);
  });
});
