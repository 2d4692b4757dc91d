// An active whose adverts go to nobody: it does not resist its successor, and leaves in order (docs/architecture.md
// "The lease").
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { activeRig, deeds, type Rig, reports, transition } from './rig.ts';

const DOWN = 3_609_375;
const EPERM = 'EPERM: operation not permitted';

/** Its adverts fail from then on; each attempt is told as the shell does it. @returns what it did, with the time. */
function failUntil(rig: Rig & { since: number }, until: number): string[] {
  const did: string[] = [];
  for (let at = rig.deadline() ?? 0; at <= until; at = rig.deadline() ?? Number.POSITIVE_INFINITY) {
    const effects = [...rig.due(at)];
    for (const effect of effects) {
      if (effect.type !== 'sendAdvert') continue;
      effects.push(...rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: rig.since }, at));
    }
    did.push(...deeds(effects).map((deed) => `${(at - rig.since) / 1e6}: ${deed}`));
    if (rig.phase() !== 'active') break;
  }
  return did;
}

describe('an active whose adverts fail', () => {
  it('says nothing to its neighbours meanwhile, and leaves after its Active_Down_Interval, with the reason', () => {
    const rig = activeRig({ garpRefreshUs: 500_000 });
    const did = failUntil(rig, rig.since + 10_000_000);
    const last = did.map((what) => what.split(': ')[1]);
    expect(did.filter((what) => what.endsWith('announce') && Number.parseFloat(what) > 1)).toEqual([]);
    expect(did.at(-1)).toMatch(/^3\.609375: /);
    expect(last.slice(-2)).toEqual(['sendAdvert 0', 'renewLease']);
    expect(rig.state()).toMatchObject({ phase: 'leaving', purpose: 'unsent', unsent: EPERM });
  });

  it('gives its reason to the journal', () => {
    const rig = activeRig();
    rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: rig.since }, rig.since + 1_000_000);
    const effects = rig.due(rig.since + DOWN);
    expect(transition(effects)).toMatchObject({ to: 'leaving', reason: 'adverts_unsent', detail: EPERM });
  });

  it('answers no successor with an announcement, and yields to it, lower though it is', () => {
    const rig = activeRig();
    failUntil(rig, rig.since + 2_500_000);
    const effects = rig.hear(50, rig.since + 2_600_000);
    expect(deeds(effects)).toEqual(['removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'backup', reason: 'adverts_unsent', detail: EPERM });
  });

  it('stays, silent to the neighbours, where only one advert has failed', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: rig.since }, rig.since + 1_000_000);
    expect(deeds(rig.hear(50, rig.since + 1_500_000))).toEqual(['sendAdvert 100', 'renewLease']);
    expect(deeds(rig.hear(0, rig.since + 1_900_000))).not.toContain('announce');
    expect(deeds(rig.tell({ type: 'answeredElsewhere' }, rig.since + 1_900_000))).toEqual([]);
    expect(rig.phase()).toBe('active');
  });

  it('goes on as before, and tells the neighbours, once one has gone out', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    failUntil(rig, rig.since + 2_500_000);
    expect(deeds(rig.tell({ type: 'advertSent' }, rig.since + 3_000_000))).toEqual(['announce']);
    rig.due(rig.since + 3_000_000);
    rig.due(rig.since + DOWN);
    expect(rig.state()).toMatchObject({ phase: 'active' });
    expect(rig.state()).not.toHaveProperty('unsent');
  });

  it('counts from the last advert that went out', () => {
    const rig = activeRig();
    const sentAt = rig.since + 1_000_000;
    rig.due(sentAt);
    rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: sentAt }, rig.since + 2_000_000);
    expect(rig.state()).toMatchObject({ unsent: { since: sentAt, until: sentAt + DOWN } });
  });
});

describe('a backup whose adverts failed when it was active', () => {
  const given = () => {
    const rig = activeRig();
    failUntil(rig, rig.since + 2_500_000);
    rig.hear(50, rig.since + 2_600_000);
    return rig;
  };
  const firesAt = (rig: Rig) => rig.deadline() ?? 0;

  it('tries one that makes nobody yield before it takes over', () => {
    const rig = given();
    const at = firesAt(rig);
    expect(deeds(rig.due(at))).toEqual(['sendAdvert 1']);
    expect(reports(rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: 0 }, at))).toEqual([]);
    expect(rig.phase()).toBe('backup');
    expect(firesAt(rig)).toBe(at + DOWN);
  });

  it('takes over once it has gone out', () => {
    const rig = given();
    const at = firesAt(rig);
    rig.due(at);
    rig.tell({ type: 'advertSent' }, at);
    expect(firesAt(rig)).toBe(at);
    expect(deeds(rig.due(at))).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
  });

  it('waits no less than before for a router of higher priority', () => {
    const rig = given();
    const at = firesAt(rig);
    rig.due(at);
    rig.hear(200, at + 1, { from: ip('10.9.0.7') });
    rig.tell({ type: 'advertSent' }, at + 2);
    expect(firesAt(rig)).toBe(at + 1 + DOWN);
  });
});

describe('what neighbours were told by one that was not heard', () => {
  const saidTo = (rig: Rig, at: number) =>
    deeds(rig.hear(50, at)).filter((deed) => deed.startsWith('sendAdvert'));

  it('is put right by a word that the next active answers, as soon as one goes out', () => {
    const rig = activeRig();
    failUntil(rig, rig.since + 2_500_000);
    const yieldsAt = rig.since + 2_600_000;
    rig.hear(50, yieldsAt);
    const refuse = (at: number) => rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: 0 }, at);
    for (const second of [1, 2, 3]) {
      const at = yieldsAt + second * 1_000_000;
      expect(saidTo(rig, at)).toEqual(['sendAdvert 1']);
      refuse(at);
    }
    expect(saidTo(rig, yieldsAt + 4_000_000)).toEqual(['sendAdvert 1']);
    rig.tell({ type: 'advertSent' }, yieldsAt + 4_000_000);
    expect(saidTo(rig, yieldsAt + 5_000_000)).toEqual([]);
    expect(rig.phase()).toBe('backup');
  });

  it('is put right likewise where it left and nobody came', () => {
    const rig = activeRig();
    failUntil(rig, rig.since + DOWN);
    rig.tell({ type: 'advertSent' }, rig.since + DOWN);
    const leftAt = rig.since + DOWN + 3_000_000;
    expect(transition(rig.due(leftAt))).toMatchObject({ to: 'backup', reason: 'no_successor' });
    expect(saidTo(rig, leftAt + 1000)).toEqual(['sendAdvert 1']);
    expect(saidTo(rig, leftAt + 2000)).toEqual([]);
  });

  it('ends sooner where a new priority makes the others wait no longer', () => {
    const rig = activeRig();
    rig.tell({ type: 'advertFailed', reason: EPERM, lastSentAt: rig.since }, rig.since + 1_000_000);
    const router = { ...rig.router, priority: 254 };
    rig.tell({ type: 'reconfigured', router }, rig.since + 1_100_000);
    expect(rig.state()).toMatchObject({ unsent: { since: rig.since, until: rig.since + 3_007_812 } });
  });
});
