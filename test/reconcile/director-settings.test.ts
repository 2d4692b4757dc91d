import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeSetting,
  proposeSettings,
  type Settings,
  sameSetting,
  wantedSettings,
} from '../../src/reconcile/director-settings.ts';

const conntrack = 'net.ipv4.vs.conntrack';
const none: Settings = new Map();
const one = (name: string, value: string): Settings => new Map([[name, value]]);
const propose = (wanted: Settings, held: Settings, remembered: Settings = none) => {
  const { changes, missing, originals } = proposeSettings(wanted, held, remembered);
  return { changes, missing, originals: Object.fromEntries(originals) };
};

describe('what is wanted', () => {
  it('is what the config names, and nothing else', () => {
    const ipvs = { resyncIntervalMs: 1, foreign: 'keep' } as const;
    expect(wantedSettings(ipvs).size).toBe(0);
    const wanted = wantedSettings({ ...ipvs, timeouts: { udp: 60 }, sysctl: { conntrack: '1' } });
    expect(Object.fromEntries(wanted)).toEqual({ 'timeout udp': '60', [conntrack]: '1' });
  });
});

describe('what it takes', () => {
  it('changes what differs, and remembers what was found', () => {
    const change = { name: conntrack, from: '0', to: '1', restores: false };
    expect(propose(one(conntrack, '1'), one(conntrack, '0'))).toEqual({
      changes: [change],
      missing: [],
      originals: { [conntrack]: '0' },
    });
  });

  it('changes nothing that is equal, and remembers it all the same: somebody may change it', () => {
    expect(propose(one(conntrack, '1'), one(conntrack, '1'))).toEqual({
      changes: [],
      missing: [],
      originals: { [conntrack]: '1' },
    });
  });

  it('keeps the first that was found, whatever a later run finds', () => {
    const found = propose(one(conntrack, '1'), one(conntrack, '1'), one(conntrack, '0'));
    expect(found).toEqual({ changes: [], missing: [], originals: { [conntrack]: '0' } });
  });

  it('puts back what is wanted no longer', () => {
    const { changes, originals } = propose(none, one(conntrack, '1'), one(conntrack, '0'));
    expect(changes).toEqual([{ name: conntrack, from: '1', to: '0', restores: true }]);
    expect(originals).toEqual({ [conntrack]: '0' });
  });

  it('forgets what is as it was found', () => {
    expect(propose(none, one(conntrack, '0'), one(conntrack, '0'))).toEqual({
      changes: [],
      missing: [],
      originals: {},
    });
  });

  it('names what this kernel does not have, and goes on with the others', () => {
    const wanted = new Map([...one('net.ipv4.vs.est_nice', '5'), ...one(conntrack, '1')]);
    const { changes, missing, originals } = propose(wanted, one(conntrack, '0'));
    expect(missing).toEqual(['net.ipv4.vs.est_nice']);
    expect(changes.map(({ name }) => name)).toEqual([conntrack]);
    expect(originals).toEqual({ [conntrack]: '0' });
  });

  it('does not lose what it cannot put back now', () => {
    expect(propose(none, none, one(conntrack, '0')).originals).toEqual({ [conntrack]: '0' });
  });

  it('ends where it began, whatever was wanted in between', () => {
    const names = ['timeout tcp', conntrack, 'net.ipv4.vs.sync_ports'];
    const settings = fc
      .dictionary(fc.constantFrom(...names), fc.constantFrom('0', '1', '3'))
      .map((each) => new Map(Object.entries(each)));
    const start = new Map(names.map((name) => [name, '0']));
    fc.assert(
      fc.property(fc.array(settings, { maxLength: 5 }), (configs) => {
        const held = new Map(start);
        let remembered: Settings = none;
        for (const wanted of [...configs, none, none]) {
          const { changes, originals } = proposeSettings(wanted, held, remembered);
          for (const { name, to } of changes) held.set(name, to);
          remembered = originals;
          for (const [name, value] of wanted) expect(held.get(name)).toBe(value);
        }
        expect(held).toEqual(start);
        expect(remembered.size).toBe(0);
      }),
    );
  });
});

describe('the automatic defences', () => {
  it.each(['drop_entry', 'drop_packet', 'secure_tcp'])(
    '%s: the kernel itself goes between 1 and 2',
    (name) => {
      const full = `net.ipv4.vs.${name}`;
      expect(sameSetting(full, '1', '2')).toBe(true);
      expect(sameSetting(full, '2', '1')).toBe(true);
      expect(sameSetting(full, '1', '0')).toBe(false);
      expect(sameSetting(full, '3', '2')).toBe(false);
      expect(sameSetting(full, '0', '1')).toBe(false);
    },
  );

  it('no other setting does', () => expect(sameSetting('net.ipv4.vs.conn_reuse_mode', '1', '2')).toBe(false));
});

describe('in words', () => {
  it('is what an administrator would type', () => {
    expect(describeSetting('timeout tcpfin', '60')).toBe('ipvsadm --set 0 60 0');
    expect(describeSetting(conntrack, '1')).toBe('sysctl -w net.ipv4.vs.conntrack=1');
    expect(describeSetting('net.ipv4.vs.sync_threshold', '3 50')).toBe(
      'sysctl -w net.ipv4.vs.sync_threshold="3 50"',
    );
  });
});
