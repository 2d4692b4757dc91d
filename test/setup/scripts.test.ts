// Every script that `realserver` and `director` can print: of each topology, form, firewall and family, with servers and
// without; sh takes it, shellcheck finds nothing, and the same words make the same text.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { ip } from '../../src/net/ip.ts';
import { type Topology, topologies } from '../../src/setup/need.ts';
import type { Firewall } from '../../src/setup/script.ts';
import { scriptFunctions } from '../../src/setup/script-library.ts';
import { type Served, type Server, servedBy, type Vip } from '../../src/setup/served.ts';
import { modulesOf } from '../../src/setup/service-modules.ts';
import { directorForms, directorScript, forms, realServerScript } from '../../src/setup/set-up.ts';
import { aConfig } from '../make/a-config.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';

const vips: readonly Vip[] = [
  { address: ip('192.168.6.240'), protocol: 'tcp', port: 80 },
  { address: ip('192.168.6.240'), protocol: 'udp', port: 53 },
  { address: ip('fd09::f0'), protocol: 'tcp', port: 0 },
];
const [web, web6] = [ip('192.168.6.2'), ip('fd09::2')];
const tunnels = [
  undefined,
  { type: 'gue', port: 6080, checksum: 'nocsum' },
  { type: 'gre', port: 0, checksum: 'csum' },
  { type: 'gre', port: 0, checksum: 'nocsum' },
] as const;
const servers: readonly Server[] = [web, web6].flatMap((address) =>
  tunnels.map((tunnel) => ({ address, port: 8080, vips, ...(tunnel && { tunnel }) })),
);
const floating = [
  { address: ip('192.168.6.254'), length: 24 },
  { address: ip('fd09::fe'), length: 64 },
];
const known: Served = { vips, servers, floating, electsIn: ['inet', 'inet6'], unknownMarks: [] };
const bare: Served = { vips, servers: [], floating: [], unknownMarks: [] };

const firewalls: readonly Firewall[] = ['none', 'nftables', 'iptables'];

/** The name of each, and its text. */
function* scripts(): Generator<readonly [name: string, text: string]> {
  for (const topology of topologies)
    for (const served of [known, bare])
      for (const firewall of firewalls) {
        for (const [name, form] of Object.entries(forms))
          for (const policy of [false, true]) {
            const wish = { served, dips: served === bare ? [ip('10.0.0.254')] : [], policy };
            const made = realServerScript(topology, wish, { form, firewall, action: 'apply' });
            if (made.ok) yield [`realserver ${topology} ${name} ${firewall} ${policy}`, made.value];
          }
        for (const [name, form] of Object.entries(directorForms))
          for (const fullNat of topology === 'nat' ? [false, true] : [false]) {
            const wish = { served, modules: ['ip_vs_wlc', 'ip_vs_mh'], fullNat };
            yield [
              `director ${topology} ${name} ${firewall} ${fullNat}`,
              directorScript(topology, wish, { form, firewall, action: 'apply' }),
            ];
          }
      }
}
const all = [...scripts()];

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;

describe('a script that sets a machine up', () => {
  it(`is taken by sh, in ${all.length} forms`, () => {
    for (const [name, text] of all) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: text });
      expect([name, status, String(stderr)]).toEqual([name, 0, '']);
    }
  });

  it('is what shellcheck finds nothing in', (context) => {
    context.skip(!hasShellcheck, 'shellcheck is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'set-up-'));
    // A part of them holds every function and every shape of a step.
    const files = all.flatMap(([, text], index) => {
      if (index % 7 !== 0) return [];
      const file = join(folder, `${index}.sh`);
      writeFileSync(file, text);
      return [file];
    });
    const { stdout, stderr } = spawnSync('shellcheck', ['-s', 'sh', '-S', 'warning', ...files]);
    rmSync(folder, { recursive: true });
    expect(`${stdout}${stderr}`).toBe('');
  });

  it('has the functions that it calls, and no others', () => {
    const names = Object.keys(scriptFunctions).filter((name) => name !== 'remember');
    for (const [what, text] of all) {
      const steps = text.slice(text.indexOf('\nstep_1() {'));
      const defined = names.filter((name) => text.includes(`\n${name}() {`));
      const called = names.filter((name) => new RegExp(`^  ${name} |\\(${name} `, 'm').test(steps));
      expect([what, defined]).toEqual([what, called]);
    }
  });

  it('ends with 2 and says so where it is asked for anything else', () => {
    const [, text = ''] = all[0] ?? [];
    const { status, stderr } = spawnSync('sh', ['-s', 'destroy'], { input: text });
    expect([status, String(stderr)]).toEqual([
      2,
      'Cannot set up: expected apply, check or undo, got destroy\n',
    ]);
  });
});

describe('what a real server needs', () => {
  const textOf = (topology: Topology, served: Served, policy = false) => {
    const made = realServerScript(
      topology,
      { served, dips: [], policy },
      { form: forms.sh ?? expect.fail('no sh'), firewall: 'none', action: 'apply' },
    );
    return made.ok ? made.value : made.error;
  };
  const steps = (text: string) =>
    [...text.matchAll(/^step_\d+\(\) \{\n {2}(.*)\n/gm)].map(([, call = '']) =>
      call.replace(/ '[^']*'$/, ''),
    );

  it('is silence before the address, with direct routing', () => {
    expect(steps(textOf('dr', { ...known, vips: vips.slice(0, 1) }))).toEqual([
      "setting net/ipv4/conf/all/arp_ignore 'at least' 1 0",
      "setting net/ipv4/conf/all/arp_announce 'at least' 2 0",
      "setting net/ipv4/conf/lo/arp_ignore 'at least' 1 0",
      "setting net/ipv4/conf/lo/arp_announce 'at least' 2 0",
      'address 192.168.6.240 32 lo',
    ]);
  });

  it('is the address alone of IPv6, whose kernel tells of it on its own interface only', () => {
    expect(steps(textOf('dr', { ...known, vips: vips.slice(2) }))).toEqual(['address fd09::f0 128 lo']);
  });

  it('is the floating address of its own network for a gateway, with NAT', () => {
    expect(steps(textOf('nat', known))).toEqual(['gateway -4 192.168.6.254', 'gateway -6 fd09::fe']);
  });

  it('cannot be said of NAT where no address floats on the network of the server', () => {
    expect(textOf('nat', { ...known, floating: [{ address: ip('10.1.1.1'), length: 24 }] })).toMatch(
      /^expected --dip ADDRESS, or a virtual_ipaddress with a prefix length on the network of 192\.168\.6\.2/,
    );
    expect(textOf('nat', { ...known, floating: [{ address: ip('192.168.6.254'), length: 32 }] })).toMatch(
      /^expected --dip/,
    );
  });
});

describe('what a director needs', () => {
  const lines = (topology: Topology, virtual: Partial<VirtualConfig>) => {
    const served = servedBy(aConfig({ virtuals: [aVirtual(virtual)] }), topology);
    const form = directorForms.sh ?? expect.fail('no sh');
    const how = { form, firewall: 'none', action: 'apply' } as const;
    const text = directorScript(topology, { served, modules: ['ip_vs_wlc'], fullNat: false }, how);
    return text.match(/setting net\/ipv4\/conf\/all\/accept_local 'at least' 1 0|ip_vs_rr(?=\s)/g) ?? [];
  };
  const vip6 = { kind: 'address', protocol: 'tcp', address: ip('fd09::f0'), port: 80 } as const;

  it.each([
    ['nftables', "accept_by_nft forward ip 'ip saddr 192.168.6.2 tcp sport 8080'"],
    ['iptables', "accept_by_iptables FORWARD iptables '-s 192.168.6.2 -p tcp --sport 8080'"],
    ['none', '#   iptables -I FORWARD -s 192.168.6.2 -p tcp --sport 8080 -j ACCEPT'],
  ] as const)('is to let answers of masq servers pass (%s), and of no others', (firewall, line) => {
    const form = directorForms.sh ?? expect.fail('no sh');
    const how = { form, firewall, action: 'apply' } as const;
    const textFor = (topology: Topology) =>
      directorScript(topology, { served: known, modules: [], fullNat: false }, how);
    expect(textFor('nat')).toContain(line);
    expect(textFor('dr')).not.toMatch(/accept_by_\w+ forward|-I FORWARD/i);
  });

  it('is a scheduler, an engine and what reads FTP, of the kernel', () => {
    const at = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 21 } as const;
    const masq = [aReal({ forward: 'masq' })];
    const of = (changes: Partial<VirtualConfig>) =>
      modulesOf(aVirtual({ id: at, scheduler: 'lc', ...changes }));
    expect(of({ reals: masq, persistenceEngine: 'sip' })).toEqual(['ip_vs_lc', 'ip_vs_pe_sip', 'ip_vs_ftp']);
    expect(of({})).toEqual(['ip_vs_lc']);
    const marks = [{ address: ip('192.168.6.240'), protocol: 'tcp', port: 21 }] as const;
    const marked = { id: { kind: 'fwmark', family: 'inet', fwmark: 1 }, marks, reals: masq } as const;
    expect(of(marked as never)).toEqual(['ip_vs_lc', 'ip_vs_ftp']);
  });

  it('is to hear itself, where it checks by the VIP who answers from there', () => {
    const byVip = { checkpath: 'vip' } as const;
    expect(new Set(lines('dr', byVip))).toEqual(
      new Set(['ip_vs_rr', "setting net/ipv4/conf/all/accept_local 'at least' 1 0"]),
    );
    expect(lines('dr', {})).toEqual([]);
    expect(lines('dr', { ...byVip, checktype: { kind: 'ping' } })).toEqual([]);
    expect(new Set(lines('dr', { ...byVip, id: vip6, reals: [aReal({ address: web6 })] }))).toEqual(
      new Set(['ip_vs_rr']),
    );
    expect(new Set(lines('tun', { ...byVip, reals: [aReal({ forward: 'ipip' })] }))).toHaveProperty(
      'size',
      2,
    );
    expect(new Set(lines('nat', { ...byVip, reals: [aReal({ forward: 'masq' })] }))).toEqual(
      new Set(['ip_vs_rr']),
    );
  });
});
