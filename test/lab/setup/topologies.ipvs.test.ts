// The three topologies and the tunnels, built by nothing but what `realserver` and `director` print, on machines that
// have addresses and nothing else: a client's requests go through; what is printed for undo leaves each machine as it was.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/run-command-line.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';

let lab: Lab;
let client: Host;
let director: Host;
let daemon: Director;
/** Whether this kernel has NAT of nf_tables: that of the lab has not, the emulated machine has (make test-machine). */
let translates: boolean;
const servers = new Map<string, Host>();

/** A service each: what is printed for its server, and for its director. */
const cases = [
  { name: 'dr', vip: '10.7.0.240', real: '10.7.0.2:80 gate', server: ['dr'], around: ['dr'] },
  { name: 'dr6', vip: 'fd07::240', real: '[fd07::3]:80 gate', server: ['dr'], around: ['dr'] },
  { name: 'tun', vip: '10.7.0.241', real: '10.7.0.4:80 ipip', server: ['tun'], around: ['tun'] },
  { name: 'tun6', vip: 'fd07::241', real: '[fd07::5]:80 ipip', server: ['tun'], around: ['tun'] },
  {
    name: 'gue',
    vip: '10.7.0.242',
    real: '{address: 10.7.0.6:80, forward: ipip, tunnel: {type: gue, port: 6080}}',
    ...{ server: ['tun'], around: ['tun'] },
  },
  {
    name: 'gre',
    vip: '10.7.0.243',
    real: '{address: 10.7.0.7:80, forward: ipip, tunnel: {type: gre}}',
    ...{ server: ['tun'], around: ['tun'] },
  },
  { name: 'nat', vip: '10.7.0.244', real: '10.8.0.2:80 masq', server: ['nat'], around: ['nat'] },
  {
    name: 'policy',
    vip: '10.7.0.245',
    real: '10.8.0.3:80 masq',
    ...{ server: ['nat', '--policy'], around: ['nat'] },
  },
  { name: 'full', vip: '10.7.0.246', real: '10.8.0.4:80 masq', server: [], around: ['nat', '--full-nat'] },
] as const;
type Case = (typeof cases)[number];

const inBrackets = (address: string) => (address.includes(':') ? `[${address}]` : address);
const realAddress = ({ real }: Case): string => /(10\.[\d.]+|fd07::\d+)/.exec(real)?.[1] ?? '';

const config = `director: {control_socket: $CONTROL, state_dir: $STATE}
checkinterval: 1
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, advert_int: 1, virtual_ipaddress: [${cases.flatMap(({ vip }) => (vip.includes(':') ? [] : [`${vip}/32`])).join(', ')}], virtual_ipaddress_excluded: [10.8.0.254/24 dev eth1]}
  - {name: VI_6, interface: eth0, virtual_router_id: 52, advert_int: 1, virtual_ipaddress: ['fe80::9:1/64', ${cases.flatMap(({ vip }) => (vip.includes(':') ? [`'${vip}/128'`] : [])).join(', ')}]}
virtual:
${cases
  .map(
    ({ vip, real }) =>
      `  - {address: '${inBrackets(vip)}:80', checktype: connect, real: [${real.startsWith('{') ? real : `'${real}'`}]}`,
  )
  .join('\n')}
`;

/** What a command prints, for one server where it is one's. */
async function printed(...argv: readonly string[]): Promise<string> {
  let out = '';
  const code = await runCommandLine([...argv, '-c', daemon.configFile], {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      out += text;
    },
  });
  if (code !== 0) throw new Error(out);
  return out;
}

const scriptFor = (each: Case): Promise<string> =>
  printed('realserver', ...each.server, '--real', realAddress(each));

/** All that a script may change. */
async function stateOf(host: Host): Promise<readonly string[]> {
  const commands = [
    'ip -o link show up',
    'ip -o -4 address show',
    'ip -o -6 address show scope global',
    'ip -4 route show table all',
    'ip -4 rule show',
    'ip -6 rule show',
    'ip fou show',
    'ip -6 fou show',
    'nft list ruleset',
    'grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/vs/conntrack',
    'grep -s . /proc/sys/net/ipv6/conf/all/forwarding',
  ];
  const lines: string[] = [];
  for (const command of commands) {
    const { stdout } = await host.attempt(...command.split(' '));
    lines.push(...stdout.replaceAll(/ +valid_lft.*| (?:link-netns|state|qlen) \S+/g, '').split('\n'));
  }
  // Devices that a module brought stay with it: whether they are up is above.
  return lines
    .filter((line) => !/conf\/(?:tunl0|gre0|gretap0|erspan0|sit0|ip6tnl0|ip6gre0)\//.test(line))
    .sort();
}

async function obey(host: Host, script: string, action: string): Promise<string> {
  const file = join(lab.directory(`${host.name}-${action}`), 'script');
  writeFileSync(file, script);
  const { status, stdout, stderr } = await host.attempt('sh', file, action);
  return `${status} ${stdout}${stderr}`.trim();
}

const ask = async ({ vip }: Case): Promise<string> =>
  (await client.attempt('curl', '-s', '-m', '3', `http://${inBrackets(vip)}/`)).stdout.trim();

beforeAll(async () => {
  lab = createLab();
  for (const module of ['ipip', 'ip_gre', 'sit', 'ip6_tunnel', 'fou']) await run(['modprobe', module]);
  [client, director] = await Promise.all([lab.host('client'), lab.host('lvs1')]);
  const [outside, inside] = [await lab.lan('out'), await lab.lan('in')];
  await lab.attach(client, outside, { addresses: ['10.7.0.5/24', 'fd07::99/64'] });
  await lab.attach(director, outside, { addresses: ['10.7.0.1/24', 'fd07::1/64'] });
  await lab.attach(director, inside, { interface: 'eth1', addresses: ['10.8.0.1/24'] });
  const trial = ['add table ip trial', 'add chain ip trial c { type nat hook postrouting priority 100; }'];
  translates = (await director.attempt('nft', trial.join('; '))).status === 0;
  await director.attempt('nft', 'delete table ip trial');
  for (const each of cases) {
    const host = await lab.host(each.name);
    const address = realAddress(each);
    const isInside = address.startsWith('10.8.');
    await lab.attach(host, isInside ? inside : outside, {
      addresses: [`${address}/${address.includes(':') ? 64 : 24}`],
    });
    // The strictest that a machine may be found with.
    await host.sysctl({ 'net.ipv4.conf.all.rp_filter': 1 });
    // Another gateway, where nobody is.
    if (isInside) await host.run('ip', 'route', 'add', 'default', 'via', '10.8.0.99');
    servers.set(each.name, host);
    await startNginx(lab, host, { listen: ['80', '[::]:80'], body: each.name });
  }
});
afterAll(() => lab?.dispose());

const hostOf = ({ name }: Case): Host => servers.get(name) as Host;

describe('what realserver and director print', () => {
  it('builds every topology on bare machines, twice as once, and leaves nothing behind', async () => {
    daemon = startDirector(lab, director, { config });
    await daemon.waitFor('daemon.ready');
    await waitUntil(
      async () => (await director.run('ipvsadm', '-Sn')).split('\n-a ').length > cases.length || undefined,
      { what: 'every server is in the table', timeoutMs: 60_000 },
    );
    for (const router of ['VI_1', 'VI_6'])
      await daemon.waitFor('vrrp.transition', ({ instance, to }) => instance === router && to === 'active');
    const directorBefore = await stateOf(director);
    const before = new Map<string, readonly string[]>();
    for (const each of cases) before.set(each.name, await stateOf(hostOf(each)));
    // Bare machines answer nobody, but for what takes no set-up at all.
    const unprepared = await Promise.all(cases.map(ask));
    expect(unprepared).not.toContain('dr');
    expect(unprepared.filter((answer) => answer !== '')).toEqual([]);

    const around = await printed('director', 'nat', '--full-nat', '--real', '10.8.0.4');
    const nat = await printed('director', 'nat', '--real', '10.8.0.2,10.8.0.3');
    // Without NAT in the kernel the rest of the script is obeyed all the same, and what it lacks is said.
    const asked = cases.filter(({ name }) => translates || name !== 'full');
    const done = translates ? /^0$/ : /^1 .*Cannot add a rule of NAT$/s;
    for (const script of [nat, around]) expect(await obey(director, script, 'apply')).toMatch(done);
    for (const each of cases) {
      if (each.server.length === 0) continue;
      const script = await scriptFor(each);
      expect(`${each.name}: ${(await obey(hostOf(each), script, 'check')).split('\n')[0]}`).toMatch(
        /: 1 wrong/,
      );
      expect(`${each.name}: ${await obey(hostOf(each), script, 'apply')}`).toBe(`${each.name}: 0`);
      const once = await stateOf(hostOf(each));
      expect(`${each.name}: ${await obey(hostOf(each), script, 'apply')}`).toBe(`${each.name}: 0`);
      expect(await stateOf(hostOf(each))).toEqual(once);
      expect(`${each.name}: ${await obey(hostOf(each), script, 'check')}`).toBe(`${each.name}: 0`);
    }
    const found = translates ? /^0$/ : /^1 wrong: there is no rule of NAT/;
    for (const script of [nat, around]) expect(await obey(director, script, 'check')).toMatch(found);
    const answers: string[] = [];
    for (const each of asked) answers.push(`${each.name}: ${await ask(each)}`);
    expect(answers).toEqual(asked.map(({ name }) => `${name}: ${name}`));
    // Nobody but the director answers for a VIP.
    for (const { vip } of cases.filter(({ vip }) => !vip.includes(':'))) {
      const { stdout } = await client.attempt('arping', '-c', '2', '-w', '3', '-I', 'eth0', vip);
      expect(new Set(stdout.match(/\[[0-9A-F:]+\]/gi) ?? []).size).toBe(1);
    }

    for (const each of cases) {
      if (each.server.length === 0) continue;
      expect(`${each.name}: ${await obey(hostOf(each), await scriptFor(each), 'undo')}`).toBe(
        `${each.name}: 0`,
      );
      expect(await stateOf(hostOf(each))).toEqual(before.get(each.name));
    }
    for (const script of [around, nat]) expect(await obey(director, script, 'undo')).toBe('0');
    expect(await stateOf(director)).toEqual(directorBefore);
  });
});
