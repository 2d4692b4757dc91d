// What the VRRP process said last, and what is made of it when it is gone or asked to hand over.
import { describe, expect, it } from 'vitest';
import type { VrrpInstanceStatus } from '../../../src/daemon/vrrp/messages.ts';
import { activeOf, isServing, transitionsToNone, withoutRoles } from '../../../src/daemon/vrrp/reported.ts';
import type { Phase } from '../../../src/model/vrrp.ts';

const status = (name: string, phase: Phase, syncGroup?: string): VrrpInstanceStatus => ({
  ...{ name, interface: 'eth0', vrid: 51, phase, priority: 150, sinceMs: 0, reason: 'startup' },
  ...(syncGroup !== undefined && { syncGroup }),
  ...{ addresses: ['10.0.0.1/32'], advertsSent: 0, advertsReceived: 0, advertsRejected: {}, transitions: 1 },
});

const reported = {
  instances: [
    status('inside', 'active', 'G'),
    status('outside', 'active', 'G'),
    status('alone', 'leaving'),
    status('other', 'backup'),
    status('new', 'initialize'),
  ],
  problems: [],
};

describe('what the VRRP process said last', () => {
  it('names those that can hand over: one, with its sync group, or all that are active', () => {
    expect(activeOf(reported)).toEqual(['inside', 'outside']);
    expect(activeOf(reported, 'inside')).toEqual(['inside', 'outside']);
    expect(activeOf(reported, 'other')).toEqual([]);
    expect(activeOf(reported, 'alone')).toEqual([]);
  });

  it('counts one that is leaving among those whose addresses are there', () => {
    expect(['inside', 'alone', 'other', 'missing'].map((name) => isServing(reported, name))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it('leaves nobody a role when it is lost, and tells of each that had one', () => {
    const after = withoutRoles(reported).instances;
    expect(after.every(({ phase, addresses }) => phase === 'initialize' && addresses.length === 0)).toBe(
      true,
    );
    const told = transitionsToNone(reported);
    expect(
      told.map((event) => (event.event === 'vrrp.transition' ? [event.instance, event.from] : [])),
    ).toEqual([
      ...[
        ['inside', 'active'],
        ['outside', 'active'],
        ['alone', 'leaving'],
        ['other', 'backup'],
      ],
    ]);
  });
});
