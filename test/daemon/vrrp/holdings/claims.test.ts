// Settings that several instances need: who restores what, after whatever ends.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../src/daemon/pace/rate-limit.ts';
import { memoryOf, parseClaimRecord } from '../../../../src/daemon/vrrp/holdings/claim-record.ts';
import { type Claimant, type Claims, createClaims } from '../../../../src/daemon/vrrp/holdings/claims.ts';
import type { JournalEvent } from '../../../../src/journal/event.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';

const key = 'net/ipv4/conf/eth0/arp_ignore';
const need = { key, value: '1', keep: true };

function createHost() {
  const settings = new Map([[key, '0']]);
  const memory = memoryOf();
  const events: JournalEvent[] = [];
  /** Each is one process: what it knew dies with it. */
  const process = (): Claims =>
    createClaims({
      sysctl: {
        read: (name) => settings.get(name),
        write: (name, value) => void settings.set(name, value),
      },
      memory,
      emit: (event) => void events.push(event),
      limit: createRateLimit(createVirtualTime()),
    });
  return { settings, memory, events, process };
}

describe('a setting that instances need', () => {
  it('is as it was once nobody needs it, whoever leaves in whatever order, with crashes between', () => {
    const deed = fc.record({
      instance: fc.constantFrom('VI_1', 'VI_2', 'VI_3'),
      what: fc.constantFrom('claim', 'release', 'crash'),
    });
    fc.assert(
      fc.property(fc.array(deed), (deeds) => {
        const { settings, process } = createHost();
        let claims = process();
        let held = new Map<string, Claimant>();
        for (const { instance, what } of deeds) {
          const claimant = held.get(instance) ?? { instance };
          if (what === 'claim') {
            held.set(instance, claimant);
            claims.set(claimant, need);
          } else if (what === 'release') {
            claims.release(claimant);
            held.delete(instance);
          } else {
            claims = process();
            held = new Map([...held.keys()].map((name) => [name, { instance: name }]));
            for (const each of held.values()) claims.set(each, need);
            claims.releaseLeft();
          }
          expect(settings.get(key)).toBe(held.size > 0 ? '1' : '0');
        }
      }),
    );
  });

  it('is remembered before it is changed', () => {
    const { settings, memory, process } = createHost();
    const { write } = memory;
    const seen: (string | undefined)[] = [];
    Object.assign(memory, {
      write: (record: Parameters<typeof write>[0]) => {
        seen.push(settings.get(key));
        write(record);
      },
    });
    process().set({ instance: 'VI_1' }, need);
    expect(seen).toEqual(['0']);
    expect(memory.read().settings).toEqual({ [key]: '0' });
  });

  it('that somebody sets otherwise is set again and told, at the end what was there first comes back', () => {
    const { settings, events, process } = createHost();
    const claims = process();
    const claimant = { instance: 'VI_1' };
    claims.set(claimant, need);
    settings.set(key, '2');
    claims.check();
    expect(settings.get(key)).toBe('1');
    expect(events).toEqual([
      { event: 'vrrp.restored', instance: 'VI_1', what: key, from: '2', to: '1', count: 1 },
    ]);
    claims.release(claimant);
    expect(settings.get(key)).toBe('0');
  });

  it('of another boot is not remembered, nor what makes no sense', () => {
    const record = { boot: 'x', settings: { [key]: '0', bad: 7 }, links: { 'vrrp.51': '00:00:5e:00:01:33' } };
    expect(parseClaimRecord(record, 'x').settings).toEqual({ [key]: '0' });
    expect(parseClaimRecord(record, 'y')).toEqual({ boot: 'y', settings: {}, links: {} });
    for (const value of [undefined, null, 7, [], { boot: 'x', settings: [] }])
      expect(parseClaimRecord(value, 'x')).toEqual({ boot: 'x', settings: {}, links: {} });
  });

  it('is refused: told with the instance', () => {
    const claims = createClaims({
      sysctl: { read: () => '0', write: () => 'EROFS' },
      memory: memoryOf(),
      emit: () => {},
      limit: createRateLimit(createVirtualTime()),
    });
    const claimant = { instance: 'VI_1' };
    claims.set(claimant, need);
    expect(claims.refused(claimant)).toEqual([{ what: key, reason: 'EROFS' }]);
  });
});
