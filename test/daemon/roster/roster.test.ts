import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRoster, type Roster } from '../../../src/daemon/roster/roster.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { Config } from '../../../src/model/config/config.ts';
import type { NamedRealConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { realName } from '../../../src/model/ipvs.ts';
import { type Family, type Ip, ip, ipFromBytes } from '../../../src/net/ip.ts';
import type { FileContent, NameAnswer } from '../../../src/ports/discovery.ts';
import type { Kept } from '../../../src/roster/kept.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { environment } from '../../make/environment.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const at = { file: 'a.yaml', line: 3, column: 5 };
const named = (name: string): NamedRealConfig => ({
  ...{ name, takes: 'all' as const, port: 0, forward: 'gate' as const, weight: 1 },
  ...{ upperThreshold: 0, lowerThreshold: 0, at },
});
const found = (...addresses: readonly string[]): NameAnswer => ({
  ...{ outcome: 'found', addresses: addresses.map(ip), ttlSec: 10 },
});
const failed: NameAnswer = { outcome: 'failed', reason: 'SERVFAIL' };
const configOf = (virtuals: readonly VirtualConfig[], vrrp: Config['vrrp'] = []): Config => ({
  file: 'a.yaml',
  director: { name: 'lvs1', controlSocket: '/run/c', stateDir: '/var/lib/s' },
  log: { level: 'info', format: 'text' },
  vrrp,
  ipvs: { resyncIntervalMs: 5000, foreign: 'keep' },
  virtuals,
  autoreload: false,
});
const withNames = (...names: readonly string[]) =>
  aVirtual({ reals: [aReal()], namedReals: names.map(named) });
const withFile = (...names: readonly string[]) => ({
  ...withNames(...names),
  realFile: { path: '/fleet', at },
});

type World = {
  readonly clock: VirtualTime;
  readonly roster: Roster;
  readonly events: JournalEvent[];
  readonly told: (name: string) => readonly JournalEvent[];
  readonly asked: string[];
  /** What the resolver says from now on; undefined: nothing. */
  readonly answers: Map<string, NameAnswer | undefined>;
  readonly write: (content: FileContent) => void;
  readonly saved: () => Kept | undefined;
  readonly changes: () => number;
  readonly servers: (service?: number) => readonly string[];
};

function worldOf(config: Config, initial: Kept = { names: {}, files: {} }): World {
  const clock = createVirtualTime();
  const events: JournalEvent[] = [];
  const asked: string[] = [];
  const answers = new Map<string, NameAnswer | undefined>();
  let listener: ((content: FileContent) => void) | undefined;
  let file: FileContent | undefined;
  let saved: Kept | undefined;
  let changes = 0;
  const roster = createRoster(
    {
      clock,
      journal: (event) => void events.push(event),
      resolveName: (name: string, family: Family) => {
        asked.push(`${family} ${name}`);
        const answer = answers.get(name);
        return answer === undefined ? new Promise(() => {}) : Promise.resolve(answer);
      },
      watchText: (_, tell) => {
        listener = tell;
        if (file !== undefined) tell(file);
        return () => {
          listener = undefined;
        };
      },
      environment,
      initial,
      save: (state) => {
        saved = state;
      },
      onChanged: () => {
        changes += 1;
      },
    },
    config,
  );
  return {
    ...{ clock, roster, events, asked, answers },
    told: (name) => events.filter(({ event }) => event === name),
    write: (content) => {
      file = content;
      listener?.(content);
    },
    saved: () => saved,
    changes: () => changes,
    servers: (service = 0) => {
      const virtual = roster.effective().virtuals[service];
      return virtual?.reals.map((real) => realName(virtual.id, real)) ?? [];
    },
  };
}

/** @returns when it has been taken, in milliseconds of the clock. */
async function take(world: World, config: Config): Promise<number> {
  const begun = world.clock.now();
  let taken: number | undefined;
  void world.roster.take(config, 2000).then(() => {
    taken = world.clock.now();
  });
  for (let ms = 0; taken === undefined && ms < 3000; ms += 10) await world.clock.advance(10);
  return ((taken ?? Number.NaN) - begun) / 1000;
}

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

describe('peers by name', () => {
  const router = { name: 'A', family: 'inet', unicastPeers: [], peerNames: [{ name: 'lvs2' }] };
  const config = configOf([], [router as unknown as Config['vrrp'][number]]);

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

const anyAddress: fc.Arbitrary<Ip> = fc
  .integer({ min: 1, max: 5 })
  .map((last) => ipFromBytes(Uint8Array.of(10, 0, 0, last)));
const anyAnswer: fc.Arbitrary<NameAnswer> = fc.oneof(
  fc.record({
    outcome: fc.constant('found' as const),
    addresses: fc.uniqueArray(anyAddress, { minLength: 1, maxLength: 4 }),
    ttlSec: fc.integer({ min: 0, max: 400 }),
  }),
  fc.constant(failed),
);

describe('whatever the resolver and the file say', () => {
  it('the servers are those of the last good answers and the last good file: no failure takes one away', async () => {
    const texts = fc.constantFrom(
      '[]',
      '- 10.0.1.1 gate\n',
      '- 10.0.1.2 gate\n- 10.0.1.3 gate\n',
      '- 10.0',
      '',
      '{',
      'x: 1',
    );
    const good = new Map([
      ['[]', []],
      ['- 10.0.1.1 gate\n', ['10.0.1.1:80']],
      ['- 10.0.1.2 gate\n- 10.0.1.3 gate\n', ['10.0.1.2:80', '10.0.1.3:80']],
    ]);
    const moves = fc.array(fc.record({ a: anyAnswer, b: anyAnswer, text: texts }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(moves, async (all) => {
        const config = configOf([{ ...withFile('a', 'b'), reals: [] }]);
        const world = worldOf(config);
        const last = {
          a: [] as readonly string[],
          b: [] as readonly string[],
          file: [] as readonly string[],
        };
        let isTaken = false;
        for (const { a, b, text } of all) {
          world.answers.set('a', a).set('b', b);
          world.write({ text });
          if (!isTaken) await take(world, config);
          isTaken = true;
          await world.clock.advance(400_000);
          if (a.outcome === 'found') last.a = a.addresses.map((each) => `${each}:80`);
          if (b.outcome === 'found') last.b = b.addresses.map((each) => `${each}:80`);
          last.file = good.get(text) ?? last.file;
          expect([...world.servers()].sort()).toEqual(
            [...new Set([...last.a, ...last.b, ...last.file])].sort(),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});
