// Delays of the start and of interfaces: as the file says them, as keepalived's says them, and what is wrong with some.
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/config/convert/convert.ts';
import { formatNote } from '../../src/config/convert/converted.ts';
import { errorLines, parseCfText, parseYamlText } from '../make/environment.ts';

const router = `
vrrp:
  - {name: A, interface: eth0, virtual_router_id: 5, advert_int: 1s, virtual_ipaddress: [10.0.0.9/24]}
`;
const read = (text: string, director = 'lvs1') => parseYamlText(`${text}${router}`, { director });
const ofRouter = (result: ReturnType<typeof read>) => {
  expect(errorLines(result)).toEqual([]);
  const { startDelayMs, delayAfterBootMs, linkDelays } = result.config?.vrrp[0] ?? {};
  return { startDelayMs, delayAfterBootMs, linkDelays };
};

describe('delays', () => {
  it('are none where nothing is said', () => {
    expect(ofRouter(read(''))).toEqual({});
    expect(ofRouter(read('vrrp_process: {start_delay: 0}\nvrrp_interface: []\n'))).toEqual({});
  });

  it('of the start, in any unit, and per director', () => {
    const text = 'vrrp_process: {start_delay: 1500ms, delay_after_boot: {lvs1: 1m, lvs2: 2}}';
    expect(ofRouter(read(text))).toEqual({ startDelayMs: 1500, delayAfterBootMs: 60_000 });
    expect(ofRouter(read(text, 'lvs2'))).toEqual({ startDelayMs: 1500, delayAfterBootMs: 2000 });
  });

  it('of interfaces', () => {
    const text =
      'vrrp_interface: [{name: eth0, up_delay: 30s, down_delay: 500ms}, {name: eth1, up_delay: 2}]';
    expect(ofRouter(read(text)).linkDelays).toEqual([
      { name: 'eth0', upDelayMs: 30_000, downDelayMs: 500 },
      { name: 'eth1', upDelayMs: 2000, downDelayMs: 0 },
    ]);
  });

  it('in the grammar of ldirectord, as sections', () => {
    const result = parseCfText(
      'vrrp_interface=eth0\n\tup_delay=30\nvrrp=A\n\tinterface=eth0\n\tvirtual_router_id=5\n\tvirtual_ipaddress=10.0.0.9/24\n',
    );
    expect(errorLines(result)).toEqual([]);
    expect(result.config?.vrrp[0]?.linkDelays).toEqual([{ name: 'eth0', upDelayMs: 30_000, downDelayMs: 0 }]);
  });

  it('that cannot be are refused, and one that a peer does not wait for is warned of', () => {
    const lines = (text: string) =>
      read(text).problems.map(({ message }) => message.replace(/^Cannot (.*?): .* got (.*)$/, '$1: $2'));
    expect(lines('vrrp_interface: [{name: eth0}, {name: eth0}]')).toEqual(['define vrrp_interface: eth0']);
    expect(lines('vrrp_interface: [{name: eth0, down_delay: 2s}]')).toEqual(['wait for the interface: 2s']);
    expect(lines('vrrp_interface: [{name: eth0, down_delay: 1900ms}]')).toEqual([]);
    expect(lines('vrrp_interface: [{name: eth0, up_delay: 300}]')).toHaveLength(1);
    expect(lines('vrrp_interface: [{up_delay: 3}]')).toHaveLength(1);
  });
});

describe("keepalived's delays", () => {
  const converted = (text: string) => {
    const { yaml, notes } = convert({ file: 'old', text }, 'keepalived', { include: () => [], id: 'main' });
    const result = parseYamlText(yaml, { director: 'lvs1' });
    expect(errorLines(result)).toEqual([]);
    const { startDelayMs, delayAfterBootMs, linkDelays } = result.config?.vrrp[0] ?? {};
    return { startDelayMs, delayAfterBootMs, linkDelays, notes: notes.map(formatNote) };
  };
  const instance = `
vrrp_instance A {
  interface eth0
  virtual_router_id 5
  virtual_ipaddress { 10.0.0.9/24
  }
}`;

  it('become ours: down comes first, and up may be left out', () => {
    const text = `
global_defs {
  vrrp_startup_delay 5.5
  vrrp_delay_after_boot 60
}
interface_up_down_delays {
  eth0 1.5 30
  eth1 2
  eth2
}
${instance}`;
    expect(converted(text)).toEqual({
      ...{ startDelayMs: 5500, delayAfterBootMs: 60_000 },
      linkDelays: [
        { name: 'eth0', upDelayMs: 30_000, downDelayMs: 1500 },
        { name: 'eth1', upDelayMs: 0, downDelayMs: 2000 },
      ],
      notes: ['old:9: harmless: interface_up_down_delays eth2: left out, as it names no time'],
    });
  });

  it('that are not there make nothing', () => {
    expect(converted(instance)).toEqual({ notes: [] });
  });
});
