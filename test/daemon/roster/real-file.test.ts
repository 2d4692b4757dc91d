import { describe, expect, it } from 'vitest';
import type { FileContent } from '../../../src/ports/discovery.ts';
import type { Kept } from '../../../src/roster/kept.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';

import { configOf, found, take, withFile, worldOf } from './roster-rig.ts';

describe('a real_file', () => {
  const config = configOf([withFile()]);
  const good = { text: '- 10.0.0.5:80 gate\n' };
  const taken = async (content: FileContent = good, initial?: Kept) => {
    const world = worldOf(config, initial);
    world.write(content);
    await take(world, config);
    return world;
  };

  it('adds its servers to those of the config, and is kept for the next start', async () => {
    const world = await taken();
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.5:80']);
    expect(world.saved()?.files).toEqual({ '/fleet': good.text });
    expect(world.events).toEqual([]);
  });

  it('is followed when it has been quiet for a moment, however many goes it was written in', async () => {
    const world = await taken();
    for (const text of ['- 10.0.0.5:80 ga', '- 10.0.0.5:80 gate\n- 10.0.0.6', '- 10.0.0.6:80 gate\n']) {
      world.write({ text });
      await world.clock.advance(150);
    }
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.5:80']);
    await world.clock.advance(300);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.6:80']);
    expect(world.events).toMatchObject([{ event: 'roster.changed', from: ['/fleet'] }]);
  });

  it.each([
    ['that is no YAML', '- [', /^\/fleet:\d+:\d+: Cannot parse YAML/],
    ['with one bad server', '- 10.0.0.6:80 gate\n- 10.0.0.7:80 gote\n', /^\/fleet:2:3: Cannot read real 2/],
    ['that is empty', '', /^\/fleet:1:1: Cannot read real_file: expected a list of servers/],
  ])('%s changes nothing, and is told with its place', async (_, text, problem) => {
    const world = await taken();
    world.write({ text });
    await world.clock.advance(60_000);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.5:80']);
    expect(world.told('roster.file_rejected')).toMatchObject([
      { file: '/fleet', kept: 1, problems: [expect.stringMatching(problem)] },
    ]);
    world.write(good);
    await world.clock.advance(1000);
    expect(world.told('roster.file_accepted')).toEqual([
      { event: 'roster.file_accepted', file: '/fleet', servers: 1 },
    ]);
  });

  it('that is gone changes nothing', async () => {
    const world = await taken();
    world.write({ problem: 'a readable file, got ENOENT' });
    await world.clock.advance(60_000);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.5:80']);
    expect(world.told('roster.file_rejected')).toMatchObject([
      { problems: ['/fleet:1:1: Cannot read real_file: expected a readable file, got ENOENT'] },
    ]);
  });

  it('that is bad at a start leaves what an earlier run knew', async () => {
    const world = await taken({ text: '{' }, { names: {}, files: { '/fleet': good.text } });
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.5:80']);
    expect(world.told('roster.file_rejected')).toMatchObject([{ kept: 1 }]);
  });

  it('that is not there yet holds up nothing, and counts when it comes', async () => {
    const world = await taken({ problem: 'a readable file, got ENOENT' });
    expect(world.servers()).toEqual(['192.168.6.2:80']);
    world.write(good);
    await world.clock.advance(1000);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.5:80']);
  });

  it('that says that it is empty takes its servers away', async () => {
    const world = await taken();
    world.write({ text: '[]' });
    await world.clock.advance(1000);
    expect(world.servers()).toEqual(['192.168.6.2:80']);
  });

  it('may name servers, whose names are followed', async () => {
    const world = worldOf(config);
    world.answers.set('sql01', found('10.0.0.9'));
    world.write({ text: '- sql01:80 gate 3\n' });
    await take(world, config);
    await world.clock.advance(200);
    expect(world.servers()).toEqual(['192.168.6.2:80', '10.0.0.9:80']);
  });

  it('of two services is good for both or for none', async () => {
    const six = { ...withFile(), id: { kind: 'fwmark', family: 'inet6', fwmark: 1 } as const, reals: [] };
    const both = configOf([withFile(), six]);
    const world = worldOf(both);
    world.write(good);
    await take(world, both);
    expect([world.servers(0), world.servers(1)]).toEqual([['192.168.6.2:80'], []]);
    expect(world.told('roster.file_rejected')).toHaveLength(1);
  });

  it('that a reload no longer names is left', async () => {
    const world = await taken();
    await take(world, configOf([aVirtual({ reals: [aReal()] })]));
    world.write({ text: '- 10.0.0.7:80 gate\n' });
    await world.clock.advance(1000);
    expect(world.servers()).toEqual(['192.168.6.2:80']);
  });
});
