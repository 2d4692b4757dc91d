// No input makes more than a bounded number of lines a minute, nor a long one: what strangers on the LAN send, what
// programs of this host delete, what tracked things report, in any order and as fast as they like.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitJournal, linesPerWindow } from '../../../src/daemon/log/journal-limit.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { ip } from '../../../src/net/ip.ts';
import { encodeAdvert, VRRP_GROUP_INET } from '../../../src/wire/packet/vrrp.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';
import { createVirtualHost, eth0, type VirtualHost } from '../../make/vrrp-host.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { rejectedKinds } from '../../vrrp/rejected-packets.ts';

const forged = (number: number) => `10.9.${1 + ((number >> 8) & 63)}.${number & 0xff}`;
const manyAddresses = Array.from({ length: 255 }, (_, i) => ip(`10.200.0.${i}`));

/** A good advert of ours that names other addresses, as many as fit. */
function longAdvert(source: string): Uint8Array {
  const advert = {
    version: 3,
    virtualRouterId: 51,
    priority: 50,
    intervalCs: 10,
    addresses: manyAddresses,
  } as const;
  return encodeAdvert(advert, { source: ip(source), destination: VRRP_GROUP_INET, checksum: 'rfc5798' });
}

/** Each is one thing that somebody outside can do as often as he likes. */
const acts: Readonly<Record<string, (host: VirtualHost, number: number) => void>> = {
  'a packet that is refused': (host, number) =>
    host.receive((rejectedKinds[number % rejectedKinds.length] as (typeof rejectedKinds)[number]).packet()),
  'an advert of a lower priority': (host) => host.hear({ priority: 50 }),
  'one from forged senders': (host, number) => host.hear({ priority: 50, source: forged(number) }),
  'one of a higher priority': (host) => host.hear({ priority: 200 }),
  'one of a higher priority from forged senders': (host, number) =>
    host.hear({ priority: 200, source: forged(number) }),
  'a priority 0': (host) => host.hear({ priority: 0 }),
  'one of other addresses': (host, number) => {
    const source = forged(number);
    host.hear({ source, bytes: longAdvert(source) });
  },
  'our address deleted': (host) => host.kernel.remove('10.9.0.100/24'),
  'the link down and up': (host, number) => host.kernel.setLink({ ...eth0, running: number % 2 === 0 }),
  'a finding that changes': (host, number) =>
    host.tell({ type: 'track', findings: { 'script web': number % 2 === 0 ? 'up' : 'down' } }),
};

/** What the log has at the end. */
async function logOf(
  names: readonly string[],
  { minutes, everyMs }: { minutes: number; everyMs: number },
): Promise<readonly JournalEvent[]> {
  const host = createVirtualHost();
  const logged: JournalEvent[] = [];
  const limited = limitJournal(host.time, (event) => logged.push(event));
  host.tell({ type: 'configure', instances: [instance()] });
  await host.time.advance(500);
  let told = 0;
  let number = 0;
  for (let ms = 0; ms < 60_000 * minutes; ms += everyMs) {
    number += 1;
    for (const name of names) acts[name]?.(host, number);
    await host.time.advance(everyMs);
    for (const event of host.events().slice(told)) limited.journal(event);
    told = host.events().length;
    host.tell({ type: 'heartbeat' });
  }
  return logged;
}

const kindsOf = (events: readonly JournalEvent[]) => new Set(events.map(({ event }) => event)).size;

describe('a minute of it makes a bounded number of short lines', () => {
  it.each(Object.keys(acts))('%s', async (name) => {
    const logged = await logOf([name], { minutes: 1, everyMs: 50 });
    for (const kind of new Set(logged.map(({ event }) => event))) {
      const lines = logged.filter(({ event }) => event === kind);
      // Those of two windows may fall into one minute.
      expect(lines.length, kind).toBeLessThanOrEqual(2 * linesPerWindow);
    }
    for (const event of logged) expect(JSON.stringify(event).length).toBeLessThan(600);
  });

  it('any of it together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...Object.keys(acts)), { minLength: 2 }),
        async (names) => {
          const logged = await logOf(names, { minutes: 0.5, everyMs: 50 });
          expect(logged.length).toBeLessThanOrEqual(2 * linesPerWindow * kindsOf(logged));
          for (const event of logged) expect(JSON.stringify(event).length).toBeLessThan(600);
        },
      ),
      { numRuns: 3 },
    );
  });
});

describe('six hundred deletions of an address', () => {
  it('put it back each time, and tell the neighbours and the log a few times', async () => {
    const host = createVirtualHost();
    host.tell({ type: 'configure', instances: [instance()] });
    await host.time.advance(2000);
    const before = host.did().length;
    for (let i = 0; i < 600; i += 1) {
      host.kernel.remove('10.9.0.100/24');
      await host.time.advance(100);
      host.tell({ type: 'heartbeat' });
    }
    for (let second = 0; second < 32; second += 1) {
      await host.time.advance(1000);
      host.tell({ type: 'heartbeat' });
    }
    const did = host.did().slice(before);
    expect(did.filter((what) => what.startsWith('add ')).length).toBeGreaterThan(500);
    expect(host.addresses()).toContain('10.9.0.100/24');
    expect(did.filter((what) => what === 'arp').length).toBeLessThan(30);
    // At the end the neighbours have been told after the last.
    expect(did.lastIndexOf('arp')).toBeGreaterThan(did.findLastIndex((what) => what.startsWith('add ')));
    const logged: JournalEvent[] = [];
    const limited = limitJournal(createVirtualTime(), (event) => logged.push(event));
    for (const event of host.events()) limited.journal(event);
    limited.close();
    expect(logged.length).toBeLessThan(100);
    expect(logged.filter(({ event }) => event === 'log.suppressed')).toMatchObject([{ of: 'vip.restored' }]);
  });
});

describe('a limited journal', () => {
  const transition = (instance: string, number: number) =>
    ({ event: 'vrrp.send_failed', instance, reason: `${number}`, count: 1 }) as const;

  it('writes sixty of a kind and subject, then the last one with how many were left out, and begins anew', async () => {
    const time = createVirtualTime();
    const logged: JournalEvent[] = [];
    const limited = limitJournal(time, (event) => logged.push(event));
    for (let i = 0; i < 100; i += 1) limited.journal(transition('VI_1', i));
    limited.journal(transition('VI_2', 0));
    expect(logged).toHaveLength(61);
    await time.advance(60_000);
    expect(logged.slice(61)).toMatchObject([
      { event: 'log.suppressed', of: 'vrrp.send_failed', subject: 'vrrp.send_failed VI_1', lines: 39 },
      { instance: 'VI_1', reason: '99' },
    ]);
    limited.journal(transition('VI_1', 100));
    expect(logged.at(-1)).toMatchObject({ reason: '100' });
  });

  it('leaves what is not of VRRP alone', () => {
    const logged: JournalEvent[] = [];
    const limited = limitJournal(createVirtualTime(), (event) => logged.push(event));
    for (let i = 0; i < 100; i += 1) limited.journal({ event: 'daemon.stopping', reason: 'test' });
    expect(logged).toHaveLength(100);
  });
});
