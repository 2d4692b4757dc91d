import { describe, expect, it } from 'vitest';
import { createHealthLoop } from '../../../src/daemon/health/health-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';
import { createScriptedProbe } from '../../make/scripted-probe.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const service = serviceNamed('tcp 192.168.6.240:80');
const real = realNamed('192.168.6.2:80');
const flapping = { count: 2, windowMs: 60_000, holdMs: 10_000, holdMaxMs: 300_000 };
const flappy = aVirtual({ reals: [aReal()], flapping, checkintervalMs: 1000 });

function rig(virtual: VirtualConfig = flappy) {
  const clock = createVirtualTime();
  const { probe, answerAll } = createScriptedProbe();
  const events: JournalEvent[] = [];
  const verdicts: string[] = [];
  let maintenance = false;
  const loop = createHealthLoop({
    clock,
    probe,
    journal: (event) => events.push(event),
    onVerdict: ({ verdict }) => verdicts.push(verdict),
    inMaintenance: () => maintenance,
  });
  loop.configure([virtual]);
  /** "sfs": a result a second. */
  const story = async (letters: string) => {
    for (const letter of letters) {
      answerAll(letter === 's' ? 'success' : 'failure');
      await clock.advance(1000);
    }
  };
  return {
    loop,
    clock,
    story,
    verdicts,
    hold: (on: boolean) => {
      maintenance = on;
    },
    verdict: () => loop.verdictOf(service, real),
    told: () => events.splice(0),
    /** Two falls: the second return is held. */
    flap: async () => {
      await story('sfsfs');
      expect(loop.verdictOf(service, real)).toBe('held');
      events.splice(0);
    },
  };
}

describe('a server that falls too often', () => {
  it('is held when it comes back, is told of, and serves when its time is over', async () => {
    const { story, verdict, told, clock } = rig();
    await story('sfsf');
    expect(verdict()).toBe('down');
    told();
    await story('s');
    expect(verdict()).toBe('held');
    expect(told()).toEqual([
      { event: 'real.flapping', service, real, detail: 'success', falls: 2, within_s: 60, hold_s: 10 },
    ]);
    await clock.advance(8900);
    expect(verdict()).toBe('held');
    await clock.advance(1000);
    expect(verdict()).toBe('up');
    const detail = 'held for 10 s as it had been flapping: it did not fall';
    expect(told()).toEqual([{ event: 'real.up', service, real, detail, down_s: 11, held_s: 10 }]);
  });
  it('is told apart from one that serves, to whoever listens', async () => {
    const { story, verdicts, clock } = rig();
    await story('sfsfs');
    await clock.advance(10_000);
    expect(verdicts).toEqual(['up', 'down', 'up', 'down', 'held', 'up']);
  });
  it('goes on being checked, and a fall in its hold makes the next one longer', async () => {
    const { flap, story, told, loop, clock } = rig();
    await flap();
    await story('ffs');
    expect(told()).toMatchObject([{ event: 'real.down' }, { event: 'real.flapping', hold_s: 20 }]);
    expect(loop.status()[0]?.flaps).toMatchObject({ falls: 2, holdMs: 20_000 });
    // It was out since its second fall: four seconds of the story, and the hold.
    await clock.advance(20_000);
    expect(told()).toMatchObject([{ event: 'real.up', down_s: 24, held_s: 20 }]);
  });
  it('grows to its weight from the end of its hold', async () => {
    const { flap, clock, loop } = rig();
    await flap();
    expect(loop.weightFactsOf(service, real).upSince).toBeUndefined();
    const before = clock.now();
    await clock.advance(10_000);
    expect(loop.weightFactsOf(service, real).upSince).toBeGreaterThan(before);
  });
  it('shows how long it is still held', async () => {
    const { flap, clock, loop } = rig();
    await flap();
    await clock.advance(4000);
    const { leftMs = 0 } = loop.status()[0]?.flaps ?? {};
    expect(leftMs).toBeGreaterThan(4000);
    expect(leftMs).toBeLessThan(7000);
  });
});

describe('what is no fall', () => {
  it('is a first check that fails', async () => {
    const { story, verdict } = rig();
    await story('fsfs');
    expect(verdict()).toBe('up');
  });
  it('is a failure that fall forgives', async () => {
    const { story, verdict } = rig({ ...flappy, fall: 2 });
    await story('sfsfsfsfs');
    expect(verdict()).toBe('up');
  });
  it('is maintenance, which also ends a hold and all that led to it', async () => {
    const { flap, hold, story, verdict } = rig();
    await flap();
    hold(true);
    await story('s');
    expect(verdict()).toBe('down');
    hold(false);
    await story('ss');
    expect(verdict()).toBe('up');
    await story('fs');
    expect(verdict()).toBe('up');
  });
});

describe('a hold', () => {
  it('survives a reload, with the time that is left', async () => {
    const { flap, loop, clock, verdict } = rig();
    await flap();
    await clock.advance(5000);
    loop.configure([{ ...flappy, rise: 2 }]);
    expect(verdict()).toBe('held');
    await clock.advance(5000);
    expect(verdict()).toBe('up');
  });
  it('ends when the configuration speaks of none any more', async () => {
    const { flap, loop, verdict, told } = rig();
    await flap();
    const { flapping: _, ...calm } = flappy;
    loop.configure([calm]);
    expect(verdict()).toBe('up');
    expect(told()).toMatchObject([{ event: 'real.up' }]);
  });
  it('is lifted by the operator, with what led to it', async () => {
    const { flap, loop, story, verdict, told } = rig();
    await flap();
    loop.pardon(real, serviceNamed('tcp 192.168.6.99:80'));
    expect(verdict()).toBe('held');
    loop.pardon(real);
    expect(verdict()).toBe('up');
    expect(told()).toMatchObject([{ event: 'real.up', detail: expect.stringContaining('the operator') }]);
    await story('fs');
    expect(verdict()).toBe('up');
  });
  it('is lifted before it begins, too', async () => {
    const { story, loop, verdict } = rig();
    await story('sfsf');
    loop.pardon(real, service);
    await story('s');
    expect(verdict()).toBe('up');
  });
  it('says nothing any more when its server is gone, or the loop has ended', async () => {
    for (const end of ['configure', 'stop'] as const) {
      const { flap, loop, clock, told } = rig();
      await flap();
      if (end === 'configure') loop.configure([]);
      else loop.stop();
      await clock.advance(60_000);
      expect(told()).toEqual([]);
      expect(clock.nextInMs()).toBeUndefined();
    }
  });
});

describe('without flap_hold', () => {
  it('a server may flap as it likes', async () => {
    const { flapping: _, ...calm } = flappy;
    const { story, verdict } = rig(calm);
    await story('sfsfsfsfs');
    expect(verdict()).toBe('up');
  });
});

describe('the first results', () => {
  const pair = aVirtual({ reals: [aReal(), aReal({ port: 81 })], checkintervalMs: 1000 });
  it('are awaited until every server has one, be it that it could not be checked', async () => {
    const clock = createVirtualTime();
    const { probe, asked } = createScriptedProbe();
    const loop = createHealthLoop({ clock, probe, journal: () => {}, onVerdict: () => {} });
    let complete = false;
    loop.configure([pair]);
    void loop.firstResults().then(() => {
      complete = true;
    });
    await clock.advance(1000);
    asked[0]?.answer('success');
    await clock.advance(1);
    expect(complete).toBe(false);
    asked[1]?.answer('unmade');
    await clock.advance(1);
    expect(complete).toBe(true);
  });
  it('of servers in maintenance, or with checktype off, or gone, are not awaited', async () => {
    const clock = createVirtualTime();
    const { probe } = createScriptedProbe();
    const inMaintenance = ({ port }: { readonly port: number }) => port === 80;
    const loop = createHealthLoop({ clock, probe, journal: () => {}, onVerdict: () => {}, inMaintenance });
    let complete = false;
    const off = aVirtual({
      id: { kind: 'fwmark', family: 'inet', fwmark: 1 },
      reals: [aReal()],
      checktype: { kind: 'off' },
    });
    loop.configure([pair, off]);
    void loop.firstResults().then(() => {
      complete = true;
    });
    await clock.advance(1000);
    expect(complete).toBe(false);
    loop.configure([{ ...pair, reals: [aReal()] }, off]);
    await clock.advance(1);
    expect(complete).toBe(true);
  });
});
