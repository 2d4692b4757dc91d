import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { instance } from '../../make/vrrp-instance.ts';

import { configOf, failed, found, take, withNames, worldOf } from './roster-rig.ts';

describe('a configuration with names', () => {
  it('is taken when each name has its answer, and nothing of that is told as a change', async () => {
    const config = configOf([withNames('web')]);
    const world = worldOf(config);
    world.answers.set('web', found('10.0.0.2', '10.0.0.1'));
    expect(await take(world, config)).toBeLessThan(100);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.1:80', '10.0.0.2:80']);
    expect([world.events, world.changes()]).toEqual([[], 0]);
  });

  it('is taken without the names that nobody answers for, after two seconds', async () => {
    const config = configOf([withNames('web', 'silent')]);
    const world = worldOf(config);
    world.answers.set('web', found('10.0.0.1'));
    expect(await take(world, config)).toBeCloseTo(2000, -2);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.1:80']);
  });

  it('is taken at once with what an earlier run knew', async () => {
    const config = configOf([withNames('web')]);
    const world = worldOf(config, { names: { 'inet web': [ip('10.0.0.8')] }, files: {} });
    expect(await take(world, config)).toBeLessThan(20);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.8:80']);
  });

  it('without names asks nobody, and is taken as it is', async () => {
    const config = configOf([aVirtual()]);
    const world = worldOf(config);
    expect(await take(world, config)).toBeLessThan(20);
    expect(world.roster.effective().virtuals[0]).toBe(config.virtuals[0]);
    expect(world.asked).toEqual([]);
  });

  it('has a fallback that follows its name, and tells how', async () => {
    const { address: _, ...settings } = aReal();
    const virtual = {
      ...aVirtual({ reals: [aReal()] }),
      namedFallbacks: [{ ...settings, name: 'sorry', tier: 0, checked: false }],
    };
    const config = configOf([virtual]);
    const world = worldOf(config);
    world.answers.set('sorry', found('10.0.0.8'));
    await take(world, config);
    const fallbacks = () => world.roster.effective().virtuals[0]?.fallbacks.map(({ address }) => address);
    expect(fallbacks()).toEqual(['10.0.0.8']);
    world.answers.set('sorry', found('10.0.0.7'));
    await world.clock.advance(301_000);
    expect(fallbacks()).toEqual(['10.0.0.7']);
    expect(world.events).toEqual([
      {
        event: 'roster.changed',
        service: 'tcp 192.168.6.240:80',
        added: ['fallback 10.0.0.7:80'],
        removed: ['fallback 10.0.0.8:80'],
        from: ['sorry'],
      },
    ]);
    expect(world.changes()).toBe(1);
  });

  it('asks once for a name of several services', async () => {
    const config = configOf([
      withNames('web'),
      { ...withNames('web'), id: { kind: 'fwmark', family: 'inet', fwmark: 1 } },
    ]);
    const world = worldOf(config);
    world.answers.set('web', found('10.0.0.1'));
    await take(world, config);
    expect(world.asked).toEqual(['inet web']);
    expect(world.servers(1)).toContain('10.0.0.1:80'.replace(':80', ':0'));
  });
});

describe('names as they change', () => {
  const config = configOf([withNames('web')]);
  const taken = async () => {
    const world = worldOf(config);
    world.answers.set('web', found('10.0.0.1', '10.0.0.2'));
    await take(world, config);
    return world;
  };

  it('are followed at the end of the TTL, and told', async () => {
    const world = await taken();
    world.answers.set('web', found('10.0.0.2', '10.0.0.3'));
    await world.clock.advance(9800);
    expect(world.changes()).toBe(0);
    await world.clock.advance(400);
    expect(world.changes()).toBe(1);
    expect(world.told('roster.changed')).toEqual([
      {
        event: 'roster.changed',
        service: 'tcp 192.168.6.240:80',
        added: ['10.0.0.3:80'],
        removed: ['10.0.0.1:80'],
        from: ['web'],
      },
    ]);
  });

  it('change nothing where the answer is the same in another order', async () => {
    const world = await taken();
    const before = world.roster.effective();
    world.answers.set('web', found('10.0.0.2', '10.0.0.1'));
    await world.clock.advance(60_000);
    expect(world.changes()).toBe(0);
    expect(world.roster.effective()).toBe(before);
  });

  it('that change together make one change', async () => {
    const two = configOf([withNames('web', 'db')]);
    const world = worldOf(two);
    world.answers.set('web', found('10.0.0.1')).set('db', found('10.0.0.2'));
    await take(world, two);
    world.answers.set('web', found('10.0.0.3')).set('db', found('10.0.0.4'));
    await world.clock.advance(11_000);
    expect(world.changes()).toBe(1);
    expect(world.told('roster.changed')).toMatchObject([{ added: ['10.0.0.3:80', '10.0.0.4:80'] }]);
  });

  it('are told by twenty servers, and counted beyond', async () => {
    const world = await taken();
    world.answers.set('web', found(...Array.from({ length: 100 }, (_, i) => `10.0.1.${i}`)));
    await world.clock.advance(11_000);
    const [change] = world.told('roster.changed') as readonly { readonly added: readonly string[] }[];
    expect([change?.added.length, change?.added.at(-1)]).toEqual([21, 'and 80 more']);
    expect(world.servers()).toHaveLength(101);
  });

  it('keep their servers while the resolver fails, which is told once at either end', async () => {
    const world = await taken();
    world.answers.set('web', failed);
    await world.clock.advance(3_600_000);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.1:80', '10.0.0.2:80']);
    world.answers.set('web', found('10.0.0.1', '10.0.0.2'));
    await world.clock.advance(31_000);
    expect(world.events).toMatchObject([
      { event: 'names.failed', name: 'web', reason: 'SERVFAIL', kept: ['10.0.0.1', '10.0.0.2'] },
      { event: 'names.recovered', name: 'web' },
    ]);
    expect(world.told('names.failed')[0]).not.toHaveProperty('kept_s');
  });

  it('lose their servers five minutes after DNS says that they are gone', async () => {
    const world = await taken();
    world.answers.set('web', { outcome: 'absent', reason: 'NXDOMAIN' });
    await world.clock.advance(290_000);
    expect(world.servers()).toHaveLength(3);
    await world.clock.advance(60_000);
    expect(world.servers()).toEqual(['192.168.6.2:80']);
    expect(world.events).toMatchObject([
      { event: 'names.failed', reason: 'NXDOMAIN', kept_s: 300 },
      { event: 'names.forgotten', addresses: ['10.0.0.1', '10.0.0.2'] },
      { event: 'roster.changed', added: [], removed: ['10.0.0.1:80', '10.0.0.2:80'] },
    ]);
  });

  it('are kept for the next start, and no longer than they are configured', async () => {
    const world = await taken();
    expect(world.saved()).toEqual({ names: { 'inet web': ['10.0.0.1', '10.0.0.2'] }, files: {} });
    await take(world, configOf([aVirtual()]));
    expect(world.saved()).toEqual({ names: {}, files: {} });
    await world.clock.advance(60_000);
    expect(world.asked).toEqual(['inet web']);
  });

  it('told twice of one server say so once', async () => {
    const two = configOf([withNames('web', 'alias')]);
    const world = worldOf(two);
    world.answers.set('web', found('10.0.0.1')).set('alias', found('10.0.0.1'));
    await take(world, two);
    await world.clock.advance(60_000);
    expect(world.told('roster.duplicate')).toEqual([
      {
        event: 'roster.duplicate',
        service: 'tcp 192.168.6.240:80',
        real: '10.0.0.1:80',
        from: 'alias',
        first: 'web',
      },
    ]);
  });
});

describe('peers by name', () => {
  const config = configOf([], [instance({ name: 'A', peerNames: [{ name: 'lvs2' }] })]);

  it('are followed, and told', async () => {
    const world = worldOf(config);
    world.answers.set('lvs2', found('10.0.0.2'));
    await take(world, config);
    world.answers.set('lvs2', found('10.0.0.3'));
    await world.clock.advance(11_000);
    expect(world.roster.effective().vrrp[0]?.unicastPeers).toEqual(['10.0.0.3']);
    expect(world.events).toEqual([
      { event: 'vrrp.peers_changed', instance: 'A', added: ['10.0.0.3'], removed: ['10.0.0.2'] },
    ]);
  });

  it('of which none is known keep the router out, which is told once, until one is', async () => {
    const world = worldOf(config);
    world.answers.set('lvs2', failed);
    await take(world, config);
    await world.clock.advance(60_000);
    expect(world.roster.effective().vrrp).toEqual([]);
    expect(world.told('vrrp.peers_unknown')).toEqual([
      { event: 'vrrp.peers_unknown', instance: 'A', names: ['lvs2'] },
    ]);
    world.answers.set('lvs2', found('10.0.0.2'));
    await world.clock.advance(31_000);
    expect(world.roster.effective().vrrp).toHaveLength(1);
    expect(world.changes()).toBe(1);
  });
});
