// Faults of a director, each planted alone in a healthy one that `lvs-director director` has set up: the doctor finds it,
// names it rightly and nothing else, and the command that it prints is run and mends it. Of a healthy one it says nothing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/run-command-line.ts';
import { gatherFacts } from '../../../src/compose/doctor-facts.ts';
import { readConfigNow } from '../../../src/compose/read-config-now.ts';
import { type Examined, examine } from '../../../src/doctor/examine.ts';
import type { Topology } from '../../../src/setup/need.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { enter } from '../vrrp/inside.ts';

const topologies = ['dr', 'tun', 'nat'] as const;

const real: Readonly<Record<Topology, string>> = {
  dr: '10.7.0.2:80 gate',
  tun: '10.7.0.3:80 ipip',
  nat: '10.8.0.2:8080 masq',
};

let lab: Lab;
let director: Host;
let leave: () => void;
const files = new Map<Topology, string>();

const configOf = (topology: Topology, folder: string) => `
director: {control_socket: ${folder}/control.sock, state_dir: ${folder}}
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, virtual_ipaddress: [10.7.0.240/32], virtual_ipaddress_excluded: [10.8.0.254/24 dev eth1]}
virtual:
  - {address: '10.7.0.240:80', checktype: connect, real: [${real[topology]}]}
`;

async function printed(...argv: readonly string[]): Promise<string> {
  let out = '';
  const hear = (text: string) => {
    out += text;
  };
  await runCommandLine([...argv], { stdout: hear, stderr: hear });
  return out;
}

/** Within the namespace of the director, where this process is. */
async function look(topology: Topology): Promise<Examined> {
  const { config } = await readConfigNow(files.get(topology) ?? '', 'lvs1');
  if (config === undefined) throw new Error('Cannot look: expected a good config, got none');
  return examine(await gatherFacts(config));
}

beforeAll(async () => {
  lab = createLab();
  director = await lab.host('lvs1');
  const [outside, inside] = [await lab.lan('out'), await lab.lan('in')];
  await lab.attach(director, outside, { addresses: ['10.7.0.1/24'] });
  await lab.attach(director, inside, { interface: 'eth1', addresses: ['10.8.0.1/24'] });
  await director.run('ip', 'route', 'add', 'default', 'via', '10.7.0.254');
  for (const topology of topologies) {
    const folder = lab.directory(topology);
    const file = join(folder, 'lvs-director.yaml');
    writeFileSync(file, configOf(topology, folder));
    files.set(topology, file);
    const script = join(folder, 'script');
    writeFileSync(script, await printed('director', topology, '-c', file, '--director', 'lvs1'));
    // The modules of IPVS are those of the host.
    await director.attempt('sh', script);
  }
  leave = enter(director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

type Fault = {
  readonly finding: string;
  readonly topology?: Topology;
  /** For sh. */
  readonly plant: string;
  /** What is left of it when it is mended. */
  readonly clear?: string;
};

const faults: readonly Fault[] = [
  { finding: 'ip-forward', plant: 'sysctl -w net.ipv4.ip_forward=0' },
  { finding: 'send-redirects', plant: 'sysctl -w net.ipv4.conf.eth1.send_redirects=1' },
  {
    finding: 'rp-filter',
    plant: 'sysctl -w net.ipv4.conf.all.rp_filter=1; ip route replace default via 10.8.0.253',
    clear: 'ip route replace default via 10.7.0.254; sysctl -w net.ipv4.conf.all.rp_filter=0',
  },
  { finding: 'vip-on-lo', topology: 'dr', plant: 'ip address add 10.7.0.240/32 dev lo' },
  { finding: 'vip-on-other-device', plant: 'ip address add 10.7.0.240/32 dev eth1' },
  { finding: 'vip-prefix', topology: 'dr', plant: 'ip address add 10.7.0.240/24 dev eth0' },
];

describe('a healthy director', () => {
  it.each(topologies)('of %s has no finding', async (topology) => {
    const { findings, looked } = await look(topology);
    expect(findings).toEqual([]);
    expect(looked).toContain('forwarding and redirects');
  });
});

describe('a director with one fault', () => {
  it.each(faults)('$finding: $plant', async ({ finding, topology = 'nat', plant, clear = ':' }) => {
    try {
      await director.run('sh', '-c', plant);
      const { findings } = await look(topology);
      expect(findings.map(({ name }) => name)).toEqual([finding]);
      const [{ why = '', command = '' } = {}] = findings;
      expect(why).not.toBe('');
      await director.run('sh', '-c', command);
      expect((await look(topology)).findings).toEqual([]);
    } finally {
      await director.attempt('sh', '-c', clear);
    }
  });
});
