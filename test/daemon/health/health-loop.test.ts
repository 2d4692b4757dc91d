import { describe, expect, it } from 'vitest';
import type { VerdictChange } from '../../../src/daemon/health/checked-server.ts';
import { createHealthLoop } from '../../../src/daemon/health/health-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { RealConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { ip } from '../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';
import { createScriptedProbe } from '../../make/scripted-probe.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const service = serviceNamed('tcp 192.168.6.240:80');
const real = realNamed('192.168.6.2:80');
const second = { id: { kind: 'fwmark', family: 'inet', fwmark: 1 } } as const;
const intervalMs = 10_000;

function rig() {
  const clock = createVirtualTime();
  const scripted = createScriptedProbe();
  const events: JournalEvent[] = [];
  const changes: VerdictChange[] = [];
  const held = new Set<string>();
  const loop = createHealthLoop({
    clock,
    probe: scripted.probe,
    journal: (event) => events.push(event),
    onVerdict: (change) => {
      expect(loop.verdictOf(change.service, change.real)).toBe(change.verdict);
      changes.push(change);
    },
    inMaintenance: ({ address }) => held.has(address),
  });
  /** Goes on until so many more checks have been made, each answered so. */
  const round = async (outcome: 'success' | 'failure' | 'unmade', checks = 1) => {
    scripted.answerAll(outcome);
    const wanted = scripted.asked.length + checks;
    for (let step = 0; scripted.asked.length < wanted && step < 200; step++) await clock.advance(100);
    expect(scripted.asked).toHaveLength(wanted);
  };
  return {
    ...scripted,
    loop,
    advance: clock.advance,
    round,
    changes,
    held,
    verdict: () => loop.verdictOf(service, real),
    /** The events since the last call. */
    told: () => events.splice(0).map(({ event }) => event),
    events,
    configure: (virtual: Partial<VirtualConfig> = {}, server: Partial<RealConfig> = {}) =>
      loop.configure([aVirtual({ reals: [aReal(server)], ...virtual })]),
  };
}

describe('a new server', () => {
  it('is unverified until its first check ends, then up or down at once', async () => {
    const { configure, verdict, advance, asked, changes, told } = rig();
    configure({ rise: 3, fall: 3 });
    await advance(1000);
    expect(verdict()).toBe('unverified');
    asked[0]?.answer('success');
    await advance(1);
    expect(verdict()).toBe('up');
    expect(changes).toEqual([{ service, real, verdict: 'up' }]);
    expect(told()).toEqual(['real.up']);
  });
  it('is known by the port that traffic reaches', async () => {
    const { configure, round, loop } = rig();
    configure({}, { port: 0 });
    await round('success');
    expect(loop.verdictOf(service, realNamed('192.168.6.2:80'))).toBe('up');
  });
  it('has no verdict where nobody configured it', () => {
    expect(rig().loop.verdictOf(service, real)).toBe('unverified');
  });
});

describe('events', () => {
  it('tell failing, down and up as one story, with how long it was down', async () => {
    const { configure, round, events, told } = rig();
    configure({ rise: 2, fall: 2 });
    await round('success');
    told();
    await round('failure');
    await round('failure');
    await round('success');
    await round('success');
    expect(events).toEqual([
      { event: 'real.failing', service, real, detail: 'failure', failures: 1, fall: 2 },
      { event: 'real.down', service, real, detail: 'failure', failures: 2 },
      { event: 'real.up', service, real, detail: 'success', down_s: 2 * (intervalMs / 1000) },
    ]);
  });
  it('tell of checks that cannot be made once a minute, and again when it begins anew', async () => {
    const { configure, round, told, verdict } = rig();
    configure();
    for (let index = 0; index < 15; index++) await round('unmade');
    expect(told()).toEqual(['real.unchecked', 'real.unchecked', 'real.unchecked']);
    expect(verdict()).toBe('unverified');
    await round('success');
    await round('unmade');
    expect(told()).toEqual(['real.up', 'real.unchecked']);
  });
});

describe('the tiers of a fallback', () => {
  const tier = (changes: Partial<RealConfig> & { readonly checked?: boolean }) => ({
    ...aReal({ address: ip('192.168.6.9') }),
    ...{ checked: true, ...changes },
  });

  it('are checked as the servers are, those that are to be', async () => {
    const { loop, round, asked, told } = rig();
    const open = tier({ address: ip('127.0.0.1'), checked: false });
    loop.configure([aVirtual({ fallbacks: [tier({ request: '/sorry', receive: 'x' }), open] })]);
    await round('failure', 2);
    expect(
      asked.map(({ target }) => target.kind === 'http' && `${target.address} ${target.path}`).sort(),
    ).toEqual(['192.168.6.2 /', '192.168.6.9 /sorry']);
    expect([
      loop.verdictOf(service, realNamed('192.168.6.9:80')),
      loop.verdictOf(service, realNamed('127.0.0.1:80')),
    ]).toEqual(['down', 'unverified']);
    expect(told()).toEqual(['real.down', 'real.down']);
  });

  it("that are real servers too have one check, which is the real server's", async () => {
    const { loop, round, asked } = rig();
    loop.configure([
      aVirtual({ fallbacks: [tier({ address: ip('192.168.6.2'), request: '/sorry', receive: 'x' })] }),
    ]);
    await round('success', 1);
    expect(asked.map(({ target }) => target.kind === 'http' && target.path)).toEqual(['/']);
  });
});

describe('a reload', () => {
  it('that changes nothing disturbs neither verdict nor check under way', async () => {
    const { configure, round, asked, advance, verdict, answerAll, changes } = rig();
    configure({ negotiatetimeoutMs: 60_000 });
    await round('success');
    answerAll(undefined);
    await advance(2 * intervalMs);
    const { length } = asked;
    configure({ negotiatetimeoutMs: 60_000 });
    expect(asked.at(-1)?.signal.aborted).toBe(false);
    asked.at(-1)?.answer('success');
    await advance(1);
    expect(verdict()).toBe('up');
    expect(changes).toHaveLength(1);
    expect(asked).toHaveLength(length);
  });
  it('that changes the check keeps the server up until the new check has failed fall times', async () => {
    const { configure, round, verdict, asked } = rig();
    configure({ fall: 2 });
    await round('success');
    configure({ fall: 2, request: '/new' });
    expect(verdict()).toBe('up');
    await round('failure');
    expect(asked.at(-1)?.target).toMatchObject({ path: '/new' });
    expect(verdict()).toBe('up');
    await round('failure');
    expect(verdict()).toBe('down');
  });
  it('that changes the check aborts the old one, whose answer no longer counts', async () => {
    const { configure, asked, advance, verdict } = rig();
    configure();
    await advance(1000);
    configure({ request: '/new' });
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.answer('success');
    await advance(1);
    expect(verdict()).toBe('unverified');
  });
  it('that changes only times or thresholds keeps the counts', async () => {
    const { configure, round, loop, verdict } = rig();
    configure({ fall: 3 });
    await round('success');
    await round('failure');
    configure({ fall: 3, checkintervalMs: intervalMs / 2, negotiatetimeoutMs: 1000 });
    expect(loop.status()).toMatchObject([{ checks: [{ failures: 1 }] }]);
    configure({ fall: 2, checkintervalMs: intervalMs });
    await round('failure');
    expect(verdict()).toBe('down');
  });
  it('forgets a server that is gone, and starts anew with one that returns', async () => {
    const { loop, configure, round, verdict, changes } = rig();
    configure();
    await round('success');
    loop.configure([]);
    expect(verdict()).toBe('unverified');
    expect(loop.status()).toEqual([]);
    configure();
    await round('failure');
    expect(changes.map((change) => change.verdict)).toEqual(['up', 'down']);
  });
});

describe('servers of several services', () => {
  const both = (changes: Partial<VirtualConfig> = {}) => [aVirtual(), aVirtual({ ...second, ...changes })];
  it('with an equal check are checked once, and each is judged by its own thresholds', async () => {
    const { loop, asked, round } = rig();
    loop.configure(both({ fall: 2 }));
    await round('success');
    expect(asked).toHaveLength(1);
    await round('failure');
    expect(loop.verdictOf(service, real)).toBe('down');
    expect(loop.verdictOf(serviceNamed('fwmark 1'), real)).toBe('up');
  });
  it('with different checks are checked apart', async () => {
    const { loop, asked, advance } = rig();
    loop.configure(both({ request: '/other' }));
    await advance(1000);
    expect(asked).toHaveLength(2);
  });
  it('keep their check when one of them goes', async () => {
    const { loop, asked, round } = rig();
    loop.configure(both());
    await round('success');
    loop.configure([aVirtual(second)]);
    await round('failure');
    expect(asked).toHaveLength(2);
    expect(loop.verdictOf(serviceNamed('fwmark 1'), real)).toBe('down');
  });
});

describe('an adopted table', () => {
  it('keeps a server that it serves unverified until fall failures or a success', async () => {
    const { configure, loop, round, verdict, changes } = rig();
    configure({ fall: 2 });
    loop.seed((name, server) => name === service && server === real);
    await round('failure');
    expect(verdict()).toBe('unverified');
    await round('failure');
    expect(verdict()).toBe('down');
    expect(changes).toHaveLength(1);
  });
  it('does nothing for a server that it does not serve', async () => {
    const { configure, loop, round, verdict } = rig();
    configure({ fall: 2 });
    loop.seed(() => false);
    await round('failure');
    expect(verdict()).toBe('down');
  });
});

describe('maintenance', () => {
  it('takes a server down without a check, and one success brings it back', async () => {
    const { configure, round, held, verdict, asked, told, loop, advance } = rig();
    configure({ rise: 3, fall: 3 });
    await round('success');
    held.add('192.168.6.2');
    await advance(2 * intervalMs);
    expect(verdict()).toBe('down');
    expect(asked).toHaveLength(1);
    expect(loop.status()).toMatchObject([{ maintenance: true, checks: [{ last: { outcome: 'success' } }] }]);
    held.clear();
    await round('success');
    expect(verdict()).toBe('up');
    expect(told()).toEqual(['real.up', 'real.down', 'real.up']);
  });
  it('holds against the answer of a check that was under way', async () => {
    const { configure, advance, asked, held, verdict } = rig();
    configure({ negotiatetimeoutMs: 60_000 });
    await advance(1000);
    held.add('192.168.6.2');
    await advance(2 * intervalMs);
    expect(verdict()).toBe('down');
    asked[0]?.answer('success');
    await advance(1);
    expect(verdict()).toBe('down');
  });
  it('of one server leaves another with the same check alone', async () => {
    const { loop, held, round } = rig();
    const servers = [aReal(), aReal({ address: ip('192.168.6.3') })];
    loop.configure([aVirtual({ checktype: { kind: 'on' }, reals: servers })]);
    held.add('192.168.6.3');
    await round('success');
    expect(loop.status().map(({ verdict }) => verdict)).toEqual(['up', 'down']);
  });
});

describe('checktype', () => {
  it('off never checks, and never judges', async () => {
    const { configure, advance, asked, verdict } = rig();
    configure({ checktype: { kind: 'off' } });
    await advance(2 * intervalMs);
    expect(asked).toEqual([]);
    expect(verdict()).toBe('unverified');
  });
  it('on is up at once', async () => {
    const { configure, answerAll, advance, verdict } = rig();
    answerAll('success');
    configure({ checktype: { kind: 'on' } });
    await advance(1);
    expect(verdict()).toBe('up');
  });
});

it('status says what the last check found, and when', async () => {
  const { configure, round, advance, loop } = rig();
  configure();
  await round('success');
  await advance(500);
  expect(loop.status()).toEqual([
    {
      service,
      real,
      verdict: 'up',
      maintenance: false,
      checks: [
        {
          ...{ kind: 'http', verdict: 'up', successes: 1, rise: 1, failures: 0, fall: 1 },
          last: { outcome: 'success', detail: 'success', agoMs: expect.any(Number) },
          statistics: { ended: 1, skipped: 0, latenessMs: 0, tookMs: 0 },
        },
      ],
      recent: [{ outcome: 'success', detail: 'success', agoMs: expect.any(Number) }],
    },
  ]);
});

it('after stop nothing is checked and nothing told', async () => {
  const { configure, round, advance, loop, asked, told } = rig();
  configure();
  await round('success');
  told();
  loop.stop();
  await advance(2 * intervalMs);
  expect(asked).toHaveLength(1);
  expect(told()).toEqual([]);
});
