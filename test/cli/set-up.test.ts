// The command lines of `realserver` and `director`: what is printed, and what is refused in words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'set-up-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'lvs-director.yaml');
writeFileSync(
  file,
  `vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, virtual_ipaddress: [10.7.0.240/24, 10.8.0.254/24 dev eth1]}
virtual:
  - {address: '10.7.0.240:80', checktype: connect, real: [10.7.0.2:80 gate, 10.7.0.3:80 gate, 10.8.0.2:8080 masq]}
  - {fwmark: 7, checktype: connect, checkport: 80, real: [10.7.0.4 gate]}
`,
);

async function run(line: string) {
  let [out, err] = ['', ''];
  const code = await runCommandLine(line.split(' '), {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}
const callsIn = (out: string) =>
  [...out.matchAll(/^step_\d+\(\) \{\n {2}(\S+ \S+ \S+)/gm)].map(([, call]) => call);

describe('realserver', () => {
  it('is for the services of the config that have a server of that kind, and tells whose addresses it does not know', async () => {
    const { code, out, err } = await run(`realserver dr -c ${file}`);
    expect([code, err]).toEqual([
      0,
      'warning: somebody else sets the firewall mark 7: its addresses are not known here; say them with --vip\n',
    ]);
    expect(callsIn(out).at(-1)).toBe('address 10.7.0.240 32');
    expect(callsIn((await run(`realserver nat -c ${file}`)).out)).toEqual(['gateway -4 10.8.0.254']);
  });

  it('needs no config where it is told the addresses', async () => {
    const { code, out, err } = await run('realserver tun --vip 10.9.0.1,fd00::9');
    expect([code, err]).toEqual([0, '']);
    expect(callsIn(out)).toEqual(expect.arrayContaining(['tunnel tunl0 ipip', 'tunnel ip6tnl0 ip6_tunnel']));
    expect((await run('realserver nat --dip 10.8.0.254')).out).toContain('gateway -4 10.8.0.254');
  });

  it('begins with what --undo asks for, and says what other systems need as text', async () => {
    expect((await run(`realserver dr -c ${file} --undo`)).out).toMatch(/^action=\$\{1:-undo\}$/m);
    const { out } = await run(`realserver dr -c ${file} --format windows`);
    expect(out).toContain('netsh interface ipv4 add address "lvs" 10.7.0.240 255.255.255.255');
    expect((await run(`realserver nat -c ${file} --format freebsd`)).out).toContain(
      'defaultrouter="10.8.0.254"',
    );
  });

  it.each([
    ['realserver', 'expected dr, tun, nat, got '],
    ['realserver ipip', 'expected dr, tun, nat, got ipip'],
    [`realserver tun -c ${file}`, `expected a server of tun in ${file}, or --vip ADDRESS, got neither`],
    [
      `realserver dr -c ${file} --real 10.7.0.9`,
      `expected a server of dr in ${file}, or --vip ADDRESS, got neither`,
    ],
    ['realserver dr --vip www', 'expected --vip ADDRESS[:PORT][/tcp|udp|sctp],…, got www'],
    [
      'realserver dr --vip 10.0.0.1:70000',
      'expected --vip ADDRESS[:PORT][/tcp|udp|sctp],…, got 10.0.0.1:70000',
    ],
    [
      'realserver nat --vip 10.0.0.1',
      'expected --dip ADDRESS, or a virtual_ipaddress with a prefix length on the network of the servers, got none',
    ],
    ['realserver nat --dip gateway', 'expected --dip ADDRESS,…, got gateway'],
    ['realserver nat --dip 10.0.0.1 --policy', 'expected --real ADDRESS:PORT with --policy, got none'],
    ['realserver dr --vip 10.0.0.1 --undo --check', 'expected --undo or --check, got both'],
    [
      'realserver dr --vip 10.0.0.1 --firewall ufw',
      'expected --firewall nftables, iptables or none, got ufw',
    ],
    [
      'realserver dr --vip 10.0.0.1 --format yast',
      'expected --format sh, systemd-networkd, NetworkManager, ifupdown, netplan, windows, freebsd, got yast',
    ],
    ['director dr --vip 10.0.0.1 --full-nat', 'expected nat with --full-nat, got dr'],
    ['director dr --vip 10.0.0.1 --format netplan', 'expected --format sh, files, got netplan'],
  ])('%s: %s', async (line, message) => {
    const { code, out, err } = await run(line);
    expect([code, out, err]).toEqual([2, '', `Cannot set up: ${message}\n`]);
  });

  it('names what is wrong with a config that it cannot read', async () => {
    const { code, err } = await run(`realserver dr -c ${join(folder, 'none.yaml')}`);
    expect(code).toBe(2);
    expect(err).toMatch(
      /none\.yaml.*\nCannot set up: expected a good config, or --vip ADDRESS, got neither\n$/s,
    );
  });
});

describe('director', () => {
  it('forwards and masks for the servers of NAT alone', async () => {
    expect(callsIn((await run(`director dr -c ${file}`)).out)).toEqual([
      "module ip_vs 'the",
      "module ip_vs_wrr 'the",
    ]);
    const { out } = await run(`director nat -c ${file}`);
    expect(out).toContain("translate ip servers 'ip saddr { 10.8.0.2 } ip daddr != { 10.8.0.2 } masquerade'");
    expect(out).toContain('setting net/ipv4/ip_forward');
    const full = (await run(`director nat -c ${file} --full-nat`)).out;
    expect(full).toContain('ct original ip daddr 10.7.0.240 ct original proto-dst 80 masquerade');
    expect(full).not.toContain('translate ip servers');
  });
});
