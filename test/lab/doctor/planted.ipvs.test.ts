// Faults around a real table of IPVS, each planted alone in a healthy pair that has been set up by nothing but what
// `realserver` and `director` print: a request of a client beyond a router is answered before, is not while a fault lasts
// that breaks it, and is again once the printed command was run. The doctor finds the fault, names it rightly and nothing
// else, and nothing afterwards.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatherFacts } from '../../../src/compose/doctor-facts.ts';
import { probe } from '../../../src/compose/doctor-probes.ts';
import { readConfigNow } from '../../../src/compose/read-config-now.ts';
import { type Examined, examine, examineProbed } from '../../../src/doctor/examine.ts';
import type { Forward } from '../../../src/model/ipvs.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';
import { createObey } from './printed-commands.ts';

const patient = { timeoutMs: 60_000 };

/** By each way one. */
const asked = {
  gate: 'http://10.7.0.240/',
  tunnel: 'http://10.7.0.241/',
  masq: 'http://10.7.0.242/',
} as const;
type Asked = keyof typeof asked;

const addresses: Readonly<Record<string, readonly [outside?: string | undefined, inside?: string]>> = {
  ...{ gw: ['10.7.0.254'], lvs1: ['10.7.0.1', '10.8.0.1'], lvs2: ['10.7.0.9', '10.8.0.9'] },
  ...{ gate: ['10.7.0.2'], tunnel: ['10.7.0.3'], masq: [undefined, '10.8.0.2'], other: ['10.7.0.66'] },
};

const config = `director: {control_socket: $CONTROL, state_dir: $STATE}
checkinterval: 1
checktimeout: 20
ipvs: {resync_interval: 1s, sync: {interface: eth0, mode: both}}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    advert_int: 1
    priority: {lvs1: 200, lvs2: 100}
    virtual_ipaddress: [10.7.0.240/32, 10.7.0.241/32, 10.7.0.242/32]
    virtual_ipaddress_excluded: [10.8.0.254/24 dev eth1]
virtual:
  - {address: '10.7.0.240:80', checktype: connect, real: ['10.7.0.2:80 gate']}
  - {address: '10.7.0.240:53', protocol: udp, checktype: 'on', real: ['10.7.0.2:53 gate']}
  - {address: '10.7.0.241:80', checktype: connect, real: ['10.7.0.3:80 ipip']}
  - {address: '10.7.0.242:80', checktype: connect, real: ['10.8.0.2:8080 masq']}
`;

let lab: Lab;
let obey: (command: string, on?: Host) => Promise<string>;
/** Whether this kernel's nf_tables knows IPv4: that of user-mode Linux does not. */
let filters: boolean;
let root: string;
const hosts = new Map<string, Host>();
const host = (name: string): Host => hosts.get(name) as Host;
const directors = new Map<string, Director>();
const director = (name: string): Director => directors.get(name) as Director;

type Looking = {
  /** The director. */
  readonly at?: string;
  readonly probes?: boolean;
  /** Its services alone, as with --service. */
  readonly forward?: Forward;
};

async function look({ at = 'lvs1', probes = false, forward }: Looking = {}): Promise<Examined> {
  const { configFile, controlSocket: socket } = director(at);
  const { config: read } = await readConfigNow(configFile, at);
  if (read === undefined) throw new Error('Cannot look: expected a good config, got none');
  const virtuals = read.virtuals.filter(
    ({ reals }) => forward === undefined || reals.some((real) => real.forward === forward),
  );
  const leave = enter(host(at));
  try {
    const gathered = await gatherFacts({ ...read, virtuals }, { socket, root, director: at });
    // This machine's own clock is no director's.
    const facts = { ...gathered, isClockSynchronised: true };
    const examined = probes ? examineProbed(await probe(facts)) : examine(facts);
    // It cannot be there.
    const isMeant = ({ name }: Examined['findings'][number]) => filters || name !== 'masquerade-missing';
    return { ...examined, findings: examined.findings.filter(isMeant) };
  } finally {
    leave();
  }
}

const ask = async (what: Asked): Promise<string> =>
  (await host('far').attempt('curl', '-s', '-m', '5', asked[what])).stdout.trim();

/** A neighbour may have to learn an address first, a server to be well again. */
const isAnswered = (what: Asked) =>
  waitUntil(async () => (await ask(what)) === what || undefined, {
    ...{ what: `an answer of ${what}`, ...patient },
  });

async function build(): Promise<void> {
  await run(['modprobe', 'ipip']);
  const [out, inner, beyond] = [await lab.lan('out'), await lab.lan('in'), await lab.lan('beyond')];
  for (const [name, [outside, inside]] of Object.entries(addresses)) {
    const made = await lab.host(name);
    hosts.set(name, made);
    if (outside !== undefined) await lab.attach(made, out, { addresses: [`${outside}/24`] });
    if (inside !== undefined)
      await lab.attach(made, inner, { interface: 'eth1', addresses: [`${inside}/24`] });
    if (outside !== undefined && name !== 'gw')
      await made.run('ip', 'route', 'add', 'default', 'via', '10.7.0.254');
  }
  hosts.set('far', await lab.host('far'));
  await lab.attach(host('gw'), beyond, { interface: 'eth1', addresses: ['192.0.2.254/24'] });
  await lab.attach(host('far'), beyond, { addresses: ['192.0.2.5/24'] });
  await host('far').run('ip', 'route', 'add', 'default', 'via', '192.0.2.254');
  await host('gw').sysctl({ 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.send_redirects': 0 });
  filters = (await host('other').attempt('nft', 'add table ip trial')).status === 0;
  for (const name of ['gate', 'tunnel', 'masq'])
    await startNginx(lab, host(name), { listen: ['80', '81', '8080'], body: name });
}

beforeAll(async () => {
  lab = createLab();
  root = lab.directory('root');
  await build();
  const byAddress = Object.entries(addresses).flatMap(([name, own]) =>
    own.flatMap((address) => (address === undefined ? [] : [[address, host(name)] as const])),
  );
  obey = createObey(lab, Object.fromEntries(byAddress));
  for (const name of ['lvs1', 'lvs2']) {
    await host(name).sysctl({ 'net.ipv4.vs.expire_nodest_conn': 1 });
    directors.set(name, startDirector(lab, host(name), { config }));
    await director(name).waitFor('daemon.ready', () => true, patient);
    for (const kind of ['dr', 'tun', 'nat']) {
      const script = await obey(
        `lvs-director director ${kind} -c ${director(name).configFile} --director ${name}`,
        host(name),
      );
      const file = join(lab.directory(kind), 'script');
      writeFileSync(file, script);
      expect((await host(name).attempt('sh', file)).status).toBe(kind === 'nat' && !filters ? 1 : 0);
    }
  }
  for (const [kind, real] of Object.entries({ dr: '10.7.0.2', tun: '10.7.0.3', nat: '10.8.0.2' }))
    await obey(
      `lvs-director realserver ${kind} -c ${director('lvs1').configFile} --director lvs1 --real ${real} | ssh ${real} sh`,
      host('lvs1'),
    );
  await director('lvs1').waitFor('vrrp.transition', ({ to }) => to === 'active', patient);
  for (const what of Object.keys(asked)) await isAnswered(what as Asked);
});
afterAll(() => lab?.dispose());

describe('a healthy pair', () => {
  it.each(['gate', 'ipip', 'masq'] as const)('with servers of %s has no finding', async (forward) => {
    for (const at of ['lvs1', 'lvs2']) {
      expect((await look({ at, forward })).findings).toEqual([]);
      expect((await look({ at, forward, probes: true })).findings).toEqual([]);
    }
  });
});

type Fault = {
  readonly finding: string;
  /** Within `what`. */
  readonly names?: string;
  /** What clients ask for meanwhile. */
  readonly asks: Asked;
  /** They get an answer all the same: it costs something else than every request. */
  readonly isHarmless?: true;
  /** For sh on that host; else on the active director. */
  readonly at?: string;
  readonly plant: string;
  /** Where only advice is printed: what whoever follows it does. */
  readonly advised?: string;
  readonly clear?: string;
  readonly look?: Looking;
};

const probing = { probes: true } as const;
const faults: readonly Fault[] = [
  { finding: 'ip-forward', asks: 'masq', plant: 'sysctl -w net.ipv4.ip_forward=0' },
  { finding: 'device-does-not-forward', asks: 'masq', plant: 'sysctl -w net.ipv4.conf.eth1.forwarding=0' },
  {
    ...{ finding: 'rp-filter', asks: 'gate' },
    plant: 'sysctl -w net.ipv4.conf.all.rp_filter=1; ip route replace default via 10.8.0.253',
    clear:
      'ip route replace default via 10.7.0.254; sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0',
  },
  {
    ...{ finding: 'gate-not-on-link', asks: 'gate', names: '10.7.0.2 is reached by the router 10.7.0.254' },
    plant: 'ip route add 10.7.0.2 via 10.7.0.254',
    advised: 'ip route flush exact 10.7.0.2',
  },
  {
    ...{ finding: 'server-unreachable', asks: 'tunnel' },
    plant: 'ip route add unreachable 10.7.0.3',
    advised: 'ip route flush exact 10.7.0.3',
  },
  {
    ...{ finding: 'backup-only-stops-active', asks: 'masq' },
    plant: 'sysctl -w net.ipv4.vs.backup_only=1',
  },
  {
    ...{ finding: 'conn-reuse-off', asks: 'masq', isHarmless: true },
    plant: 'sysctl -w net.ipv4.vs.conn_reuse_mode=0',
  },
  {
    ...{ finding: 'sloppy-tcp-scatters', asks: 'masq', isHarmless: true },
    plant: 'sysctl -w net.ipv4.vs.sloppy_tcp=1',
  },
  {
    ...{ finding: 'snat-reroute-off', asks: 'masq', isHarmless: true },
    plant: 'sysctl -w net.ipv4.vs.snat_reroute=0',
  },
  {
    ...{ finding: 'removed-server-keeps-clients', asks: 'gate', isHarmless: true },
    plant: 'sysctl -w net.ipv4.vs.expire_nodest_conn=0',
  },
  // Of servers, as the director sees them with packets of its own.
  {
    ...{ finding: 'vip-silent', asks: 'gate', look: { forward: 'gate', ...probing }, at: 'gate' },
    plant: 'ip address del 10.7.0.240/32 dev lo',
  },
  {
    ...{ finding: 'tunnel-silent', asks: 'tunnel', names: '(ipip) for 10.7.0.241', look: probing },
    ...{ at: 'tunnel', plant: 'ip link set tunl0 down' },
  },
  {
    ...{ finding: 'tunnel-silent', asks: 'tunnel', look: probing, at: 'tunnel' },
    plant: 'sysctl -w net.ipv4.conf.tunl0.rp_filter=1 net.ipv4.conf.all.rp_filter=1',
    clear: 'sysctl -w net.ipv4.conf.all.rp_filter=0',
  },
  {
    ...{ finding: 'path-mtu', asks: 'tunnel', isHarmless: true, look: probing, at: 'tunnel' },
    names: 'packets of 1500 bytes do not get to 10.7.0.3, of 1420 they do',
    plant: 'ip link set eth0 mtu 1430',
    advised: 'ip link set eth0 mtu 1500',
  },
  {
    ...{ finding: 'way-back', asks: 'masq', look: probing, at: 'masq' },
    plant: 'ip route replace default via 10.8.0.99',
  },
];

describe('one fault of that pair', () => {
  it.each(faults)('$finding, for who asks for $asks', async (fault) => {
    const { finding, names = '', asks, isHarmless, at = 'lvs1', plant, advised, clear } = fault;
    try {
      await isAnswered(asks);
      await obey(plant, host(at));
      const { findings } = await look(fault.look);
      expect(findings.map(({ name, what }) => [name, what])).toEqual([
        [finding, expect.stringContaining(names)],
      ]);
      if (isHarmless === true) await isAnswered(asks);
      else expect(await ask(asks)).not.toBe(asks);
      await (advised === undefined
        ? obey(findings[0]?.command ?? 'false', host('lvs1'))
        : obey(advised, host(at)));
      await isAnswered(asks);
      expect((await look(fault.look)).findings).toEqual([]);
    } finally {
      await obey(clear ?? advised ?? ':', host(at));
    }
  });
});
