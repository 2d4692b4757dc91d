// What `realserver --format` writes for ifupdown, netplan and NetworkManager, judged by these programs themselves where
// they are (scripts/ensure-packages.sh unpacks them into .lab/keepers): ifup makes of it what the script makes at once,
// after a boot, netplan's generator and nmcli take it and say what becomes of it. The files of this host are covered.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { printedScript } from './printed-script.ts';

const keepers = join(checkoutRoot, '.lab/keepers');
/** Where one release of Debian or another has it. */
const program = (...paths: readonly string[]): string => {
  const all = paths.map((path) => join(keepers, path));
  return all.find((path) => existsSync(path)) ?? all[0] ?? '';
};
const programs = {
  ifup: program('sbin/ifup', 'usr/sbin/ifup'),
  netplan: program('lib/netplan/generate', 'usr/libexec/netplan/generate'),
  nmcli: program('usr/bin/nmcli'),
};
const libraries = `LD_LIBRARY_PATH=${keepers}/usr/lib/x86_64-linux-gnu:${keepers}/usr/lib/aarch64-linux-gnu`;

let lab: Lab;
let lan: Lan;
let count = 0;

beforeAll(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
});
afterAll(() => lab?.dispose());

type Bare = {
  readonly host: Host;
  /** With /etc and /run of its own, which stay as one run has left them. */
  readonly run: (script: string) => Promise<string>;
};

async function bareMachine(): Promise<Bare> {
  count += 1;
  const host = await lab.host(`web${count}`);
  await lab.attach(host, lan, { addresses: [] });
  // In memory where it can be: an overlay wants another kind of file system than its own.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `${host.netns}-`));
  lab.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['etc', 'work', 'run']) mkdirSync(join(folder, name));
  return {
    host,
    run: (script) => {
      const file = join(folder, 'job');
      writeFileSync(file, script);
      const cover = `mount -t overlay overlay -o lowerdir=/etc,upperdir=${folder}/etc,workdir=${folder}/work /etc; mount --bind ${folder}/run /run`;
      return host.run('sh', '-e', '-c', `${cover}; . ${file}`);
    },
  };
}

const stateOf = (host: Host) => async () => {
  const parts = ['ip -o -4 address show dev lo', 'ip -o -6 address show dev lo', 'ip -4 route show default'];
  const said = await Promise.all(parts.map((part) => host.run(...part.split(' '))));
  return said.map((text) => text.replaceAll(/ +valid_lft.*| (?:proto|brd) \S+/g, '').trim());
};

const vips = ['--vip', '10.77.0.240:80,[fd77::240]:80'];

describe.skipIf(!existsSync(programs.ifup))('ifupdown, of .lab/keepers (scripts/ensure-packages.sh)', () => {
  const interfaces = `auto lo
iface lo inet loopback
auto eth0
iface eth0 inet static
  address 10.77.0.11/24
source /etc/network/interfaces.d/*
`;
  it.each([
    ['dr', vips],
    ['nat', ['--vip', '10.77.0.240:80', '--dip', '10.77.0.254']],
  ] as const)('makes of %s after a boot what the script makes at once', async (topology, words) => {
    const { host, run } = await bareMachine();
    await host.run('ip', 'address', 'add', '10.77.0.11/24', 'dev', 'eth0');
    const state = stateOf(host);
    const script = await printedScript('realserver', topology, ...words, '--format', 'ifupdown');
    const file = join(lab.directory('script'), 'script');
    writeFileSync(file, script);
    const before = await state();
    await run(
      `mkdir -p /etc/network/interfaces.d /etc/network/if-pre-up.d /etc/network/if-up.d; cat >/etc/network/interfaces <<'END'\n${interfaces}END\nsh ${file}`,
    );
    const made = await state();
    expect(made).not.toEqual(before);
    // A machine that has been switched off and on.
    await host.run(
      'sh',
      '-c',
      'ip address flush dev eth0; ip link set eth0 down; ip address flush dev lo; ip link set lo down',
    );
    await run(`mkdir -p /run/network; ${programs.ifup} -a -v 2>&1; cat /etc/network/interfaces.d/*`);
    expect(await state()).toEqual(made);
    expect(await run(`sh ${file} check`)).toBe('');
  });
});

describe.skipIf(!existsSync(programs.netplan))('netplan, of .lab/keepers', () => {
  const base = 'network: {version: 2, ethernets: {eth0: {addresses: [10.77.0.11/24]}}}\n';
  it.each([
    [
      'dr',
      vips,
      [/Name=lo\n/, /Address=10\.77\.0\.240\/32/, /Address=fd77::240\/128/, /PreferredLifetime=0/],
    ],
    [
      'nat',
      ['--vip', '10.77.0.240:80', '--dip', '10.77.0.254'],
      [/Name=eth0\n/, /Address=10\.77\.0\.11\/24/, /Gateway=10\.77\.0\.254/],
    ],
  ] as const)('generates what %s needs, and keeps what was there', async (topology, words, expected) => {
    const { host, run } = await bareMachine();
    await host.run('ip', 'address', 'add', '10.77.0.11/24', 'dev', 'eth0');
    const file = join(lab.directory('script'), 'script');
    writeFileSync(file, await printedScript('realserver', topology, ...words, '--format', 'netplan'));
    const said = await run(
      `umask 077; mkdir -p /etc/netplan; cat >/etc/netplan/10-base.yaml <<'END'\n${base}END\nsh ${file} >&2\n${libraries} ${programs.netplan} 2>&1; cat /run/systemd/network/*`,
    );
    for (const each of expected) expect(said).toMatch(each);
    expect(said).not.toMatch(/error|warn|too open/i);
  });
});

describe.skipIf(!existsSync(programs.nmcli))('NetworkManager, of .lab/keepers', () => {
  it('takes the connection of dr, and says what a file of it is', async () => {
    const script = await printedScript('realserver', 'dr', ...vips, '--format', 'NetworkManager');
    const [, words = ''] = /^ {2}connection \S+ (.*)$/m.exec(script) ?? [];
    const { host } = await bareMachine();
    const keyfile = await host.run(
      ...['sh', '-c', `${libraries} ${programs.nmcli} --offline connection add con-name lvs-vip ${words}`],
    );
    expect(keyfile).toMatch(/type=dummy\ninterface-name=lvs-vip/);
    expect(keyfile).toMatch(/\[ipv4\]\naddress1=10\.77\.0\.240\/32\nmethod=manual/);
    expect(keyfile).toMatch(/\[ipv6\][^[]*address1=fd77::240\/128\n[^[]*method=manual/);
  });

  it.each([
    [['--dip', '10.77.0.254'], [/gateway=10\.77\.0\.254|10\.77\.0\.11\/24,10\.77\.0\.254/]],
    [
      ['--dip', '10.77.0.254', '--policy', '--real', '10.77.0.11:8080'],
      [
        /route1=0\.0\.0\.0\/0,10\.77\.0\.254\nroute1_options=table=3112/,
        /routing-rule1=priority 3112 from 0\.0\.0\.0\/0 suppress_prefixlength 0 table 254\nrouting-rule2=priority 3113 from 10\.77\.0\.11 ipproto 6 sport 8080 table 3112/,
      ],
    ],
  ] as const)('takes what nat %s changes of the connection that is there', async (words, expected) => {
    const all = ['realserver', 'nat', '--vip', '10.77.0.240:80', ...words, '--format', 'NetworkManager'];
    const script = await printedScript(...all);
    const { host } = await bareMachine();
    const changes = [...script.matchAll(/^ {2}profile "\$dev" (.*)$/gm)].map(([, call = '']) => call);
    expect(changes.length).toBeGreaterThan(0);
    const nmcli = `${libraries} ${programs.nmcli} --offline connection`;
    const add = `${nmcli} add con-name eth0 type ethernet ifname eth0 ipv4.method manual ipv4.addresses 10.77.0.11/24`;
    // Of each call the property and its value: what it is for is said to people.
    const modify = changes.map((each) => `change ${each}`).join('; ');
    const file = join(lab.directory('nm'), 'connection');
    const change = `change() { ${nmcli} modify "$1" "$2" <${file} >${file}.new && mv ${file}.new ${file}; }`;
    const keyfile = await host.run('sh', '-e', '-c', `${add} >${file}; ${change}; ${modify}; cat ${file}`);
    for (const each of expected) expect(keyfile).toMatch(each);
  });
});
