import { describe, expect, it } from 'vitest';
import { describeEvent, levelOf } from '../../src/journal/describe-event.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import { describeReason } from '../../src/journal/reasons.ts';

const transition = {
  event: 'vrrp.transition',
  instance: 'VI_1',
  vrid: 51,
  interface: 'eth0',
  from: 'backup',
  to: 'active',
  reason: 'active_down',
  priority: 100,
} as const satisfies JournalEvent;

describe('describeEvent', () => {
  it('tells a transition in one sentence, with the word that keepalived uses', () => {
    expect(describeEvent(transition)).toBe(
      'VI_1: backup -> active (master): no advert from an active router in time',
    );
  });
  it('says the reason in words, also the one within', () => {
    expect(describeEvent({ ...transition, to: 'fault', reason: 'socket_refused: open: EPERM' })).toMatch(
      /refused a raw socket .*: open: EPERM$/,
    );
    expect(describeEvent({ ...transition, reason: 'group_fault: VI_2: vmac_missing' })).toMatch(
      /: another member of its sync group cannot take part: VI_2: the macvlan with its virtual MAC is not there$/,
    );
    expect(describeEvent({ ...transition, reason: 'adverts_unsent: no_path' })).toMatch(
      /: none of its adverts could be sent: no interface has a socket/,
    );
    const removed = {
      event: 'vip.removed',
      instance: 'VI_1',
      address: '10.0.0.9/24',
      interface: 'eth0',
      reason: 'handed_over',
    } as const;
    expect(describeEvent(removed)).toBe(
      'VI_1: 10.0.0.9/24 removed from eth0: the new active router was heard',
    );
  });
  it('names service, server and reason of a loss', () => {
    const event = {
      event: 'real.down',
      service: 'tcp 10.0.0.1:80',
      real: '10.0.0.2:80',
      detail: 'status 503',
      failures: 2,
    } as const;
    expect(describeEvent(event)).toBe(
      '10.0.0.2:80 of tcp 10.0.0.1:80 is down after 2 failure(s): status 503',
    );
  });
  it('says first what a rejected reload left as it was', () => {
    const event = {
      event: 'daemon.reload_rejected',
      config: 'a.yaml',
      problems: ['a.yaml:1:2: Cannot x', 'b'],
    } as const;
    expect(describeEvent(event)).toBe(
      'kept the running configuration: a.yaml has 2 problem(s): a.yaml:1:2: Cannot x',
    );
  });
});

describe('levelOf', () => {
  it('raises a fault and what stops service to error', () => {
    expect(levelOf({ ...transition, to: 'fault' })).toBe('error');
    expect(levelOf({ event: 'service.empty', service: 'tcp 10.0.0.1:80' })).toBe('error');
  });
  it('warns where somebody should look', () =>
    expect(levelOf({ event: 'ipvs.drift', operations: 1, changes: [] })).toBe('warn'));
  it('keeps an ordinary transition at info', () => expect(levelOf(transition)).toBe('info'));
});

it('says of checks as a whole what is the matter', () => {
  expect(describeEvent({ event: 'checks.behind', checks: 40, made_percent: 77 })).toBe(
    '40 checks, made 77 % as often as configured: this machine has too much to do',
  );
  expect(describeEvent({ event: 'checks.crowded', checks: 40, places: 30 })).toContain('of which 30 may run');
});

it('says the name of an event that a VRRP process of a later version tells', () => {
  const later = { event: 'vrrp.later' } as unknown as JournalEvent;
  expect([levelOf(later), describeEvent(later)]).toEqual(['info', 'vrrp.later']);
});

it('leaves a reason that it does not know as it is: of a daemon of another version', () =>
  expect(describeReason('made_up: 3')).toBe('made_up: 3'));
