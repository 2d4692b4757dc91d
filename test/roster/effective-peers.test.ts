import { describe, expect, it } from 'vitest';
import type { VrrpInstanceConfig } from '../../src/model/config/router.ts';
import { ip } from '../../src/net/ip.ts';
import { questionKey } from '../../src/roster/effective.ts';
import { effectivePeers, peerQuestions } from '../../src/roster/effective-peers.ts';
import { instance } from '../make/vrrp-instance.ts';

const router = (name: string, more: Partial<VrrpInstanceConfig> = {}) => instance({ name, ...more });
const answers =
  (known: Readonly<Record<string, readonly string[]>>) =>
  (question: { readonly name: string; readonly family: 'inet' | 'inet6' }) =>
    (known[questionKey(question)] ?? []).map(ip);

describe('a router with peers by name', () => {
  it('speaks to every address of the name, and to the peers that are written as addresses', () => {
    const instance = router('A', { unicastPeers: [ip('10.0.0.2')], peerNames: [{ name: 'lvs' }] });
    const { instances } = effectivePeers([instance], answers({ 'inet lvs': ['10.0.0.2', '10.0.0.3'] }));
    expect(instances[0]?.unicastPeers).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  it('asks for its own family', () => {
    const peerNames = [{ name: 'lvs' }];
    expect(
      peerQuestions([router('A', { peerNames }), router('B', { family: 'inet6', peerNames }), router('C')]),
    ).toEqual([
      { name: 'lvs', family: 'inet' },
      { name: 'lvs', family: 'inet6' },
    ]);
  });

  it('gives the bounds of the name to each address', () => {
    const instance = router('A', {
      unicastPeers: [ip('10.0.0.9')],
      peerTtl: [{ peer: ip('10.0.0.9'), min: 250, max: 255 }],
      peerNames: [{ name: 'near', minTtl: 254 }, { name: 'far', maxTtl: 200 }, { name: 'any' }],
    });
    const known = { 'inet near': ['10.0.0.1'], 'inet far': ['10.0.0.2'], 'inet any': ['10.0.0.3'] };
    expect(effectivePeers([instance], answers(known)).instances[0]?.peerTtl).toEqual([
      { peer: '10.0.0.9', min: 250, max: 255 },
      { peer: '10.0.0.1', min: 254, max: 255 },
      { peer: '10.0.0.2', min: 0, max: 200 },
    ]);
  });

  it('does not stand for election while it knows no peer: it would speak by multicast, and hear nobody', () => {
    const waits = router('A', { peerNames: [{ name: 'lvs' }] });
    const { instances, waiting } = effectivePeers([waits, router('B')], answers({}));
    expect(instances.map(({ name }) => name)).toEqual(['B']);
    expect(waiting).toEqual(['A']);
  });

  it('keeps its whole sync group waiting with it', () => {
    const group = { syncGroup: 'G' };
    const routers = [
      router('A', { ...group, peerNames: [{ name: 'lvs' }] }),
      router('B', { ...group, unicastPeers: [ip('10.0.0.2')] }),
      router('C', { syncGroup: 'H' }),
    ];
    const { instances, waiting } = effectivePeers(routers, answers({}));
    expect(instances.map(({ name }) => name)).toEqual(['C']);
    expect(waiting).toEqual(['A', 'B']);
  });

  it('goes on with one peer of two', () => {
    const instance = router('A', { peerNames: [{ name: 'one' }, { name: 'two' }] });
    const { instances, waiting } = effectivePeers([instance], answers({ 'inet two': ['10.0.0.2'] }));
    expect([instances[0]?.unicastPeers, waiting]).toEqual([['10.0.0.2'], []]);
  });

  it('is the very same without names', () => {
    const instance = router('A');
    expect(effectivePeers([instance], answers({})).instances[0]).toBe(instance);
  });
});
