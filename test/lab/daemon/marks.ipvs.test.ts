// Services of a firewall mark with the kernel's real IPVS: two ports of one site land on one server. Where the kernel's
// nftables knows IPv4 the daemon marks the packets (`make test-machine`); user-mode-linux does not, so there it says so,
// all else works, and tc(8) marks them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMarkKernel } from '../../../src/kernel/marks.ts';
import type { MarkKernel } from '../../../src/ports/marks.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, daemonMain, startDirector, startNginx } from '../harness/programs.ts';
import { inside } from '../vrrp/inside.ts';

const vip = '10.9.0.100';
const vip6 = 'fd09::100';
let lab: Lab;
let host: Host;
let client: Host;
let director: Director;
let kernel: MarkKernel;

const head = `
director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
checkinterval: 1
checktimeout: 20
`;
const site = (family: 'inet' | 'inet6', ports: string, more = '') => {
  const [address, servers] =
    family === 'inet'
      ? [vip, ['10.9.1.1 masq', '10.9.1.2 masq']]
      : [`"${vip6}"`, ['"[fd09:1::1] masq"', '"[fd09:1::2] masq"']];
  return `
  - fwmark: ${family === 'inet' ? 7 : 8}
    family: ${family}
    marks: [{address: ${address}, ports: ${ports}}]
    scheduler: rr
    persistent: 60
    checktype: connect
    checkport: 80
    ${more}
    real: [${servers.join(', ')}]
`;
};
const config = (ports = '[80, 443]', more = '') =>
  `${head}virtual:${site('inet', ports, more)}${site('inet6', ports, more)}`;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  client = await lab.host('c');
  kernel = createMarkKernel(() => inside(host, () => openNetlinkSocket('netfilter')), systemClock);
  const lan = await lab.lan('lan');
  await lab.attach(host, lan, { addresses: ['10.9.0.1/24', `${vip}/32`, 'fd09::1/64', `${vip6}/128`] });
  await lab.attach(client, lan, { addresses: ['10.9.0.3/24', '10.9.0.4/24', 'fd09::3/64'] });
  // The real servers are addresses of the director itself: IPVS serves them locally, and each says who it is.
  for (const at of [1, 2]) {
    await host.run('ip', 'address', 'add', `10.9.1.${at}/32`, 'dev', 'lo');
    await host.run('ip', 'address', 'add', `fd09:1::${at}/128`, 'dev', 'lo');
    const listen = [80, 443].flatMap((port) => [`10.9.1.${at}:${port}`, `[fd09:1::${at}]:${port}`]);
    await startNginx(lab, host, { listen, body: `server ${at} port $server_port` });
  }
});
afterEach(() => lab.dispose());

const start = async (text: string, again?: Director) => {
  director = startDirector(lab, host, { config: text, ...(again !== undefined && { again }) });
  await waitUntil(async () => (await table()).split('-r').length === 5, {
    what: 'four servers',
    timeoutMs: 30_000,
  });
};
const table = () => host.run('ipvsadm', '-Sn');

const ask = async (address: string) =>
  (await client.attempt('curl', '-s', '-m', '20', `http://${address}/`)).stdout.trim();
const marksNow = async () => {
  const answer = await kernel.observe('inet');
  return answer.ok ? answer.value : answer.error;
};

/** Who answers, of those that ask so. */
async function answers(from: Host, address: string, ...options: string[]): Promise<readonly string[]> {
  const replies: string[] = [];
  for (const port of [80, 443, 80, 443]) {
    const { stdout } = await from.attempt('curl', '-s', '-m', '5', ...options, `http://${address}:${port}/`);
    replies.push(stdout.trim());
  }
  return replies;
}
const serversIn = (replies: readonly string[]) =>
  new Set(replies.map((reply) => /^server (\d)/.exec(reply)?.[1]));

const noMarks = "this kernel's nftables has no IPv4: make test-machine";
const marksHere = async () => (await kernel.replace('inet', [])) === undefined;

async function keepsToOneServer() {
  const first = await answers(client, vip, '--interface', '10.9.0.3');
  const second = await answers(client, vip, '--interface', '10.9.0.4');
  expect(first.map((reply) => reply.split(' ').at(-1))).toEqual(['80', '443', '80', '443']);
  expect([serversIn(first).size, serversIn(second).size]).toEqual([1, 1]);
  expect(serversIn([...first, ...second])).toEqual(new Set(['1', '2']));
  expect(serversIn(await answers(client, `[${vip6}]`)).size).toBe(1);
}

describe('a service whose packets we mark', () => {
  it('keeps both ports of a client on one server, and other clients on another', async (context) => {
    if (!(await marksHere())) context.skip(noMarks);
    await start(config());
    await keepsToOneServer();
    expect(serversIn(await answers(host, vip)).size).toBe(1);
    director.writeConfig(config('[80, 8080-8081]'));
    const plan = await host.attempt(process.execPath, ...planOf(director));
    expect(plan.stdout).toMatch(/\+ mark tcp 10\.9\.0\.100:8080/);
    expect(plan.stdout).toMatch(/- mark tcp 10\.9\.0\.100:443/);
  });

  it('that a reload drops has its marks until it has drained: its clients still get to their server', async (context) => {
    if (!(await marksHere())) context.skip(noMarks);
    await start(config('[80]', 'drain_timeout: 40s'));
    const before = await ask(vip);
    const lines = director.running.lineCount();
    director.writeConfig(`${head}virtual: []\n`);
    expect(await director.cli('reload', '--empty')).toMatchObject({ status: 0 });
    await director.waitFor('daemon.reloaded', undefined, { after: lines });
    expect(await marksNow()).toMatchObject([{ port: 80, mark: 7 }]);
    expect([before, await ask(vip)]).toEqual([expect.stringMatching(/^server \d port 80$/), before]);
    await waitUntil(async () => (await table()).trim() === '', { what: 'it has gone', timeoutMs: 60_000 });
    await waitUntil(async () => (await marksNow()) === 'none', { what: 'so have its marks' });
  });

  it('does so with marks of others where the kernel knows none of ours, which is told', async (context) => {
    if (await marksHere()) context.skip('this kernel knows our marks');
    await start(config());
    expect(await director.waitFor('marks.failed')).toMatchObject({
      family: 'inet',
      reason: 'operation not supported (EOPNOTSUPP)',
    });
    expect((await director.cli('status')).stdout).toContain('not set: operation not supported');
    expect(serversIn(await answers(client, vip))).toEqual(new Set([undefined]));
    await host.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'ingress');
    for (const [protocol, address, mark] of [
      ['ip', vip, '7'],
      ['ipv6', vip6, '8'],
    ] as const) {
      const match = ['flower', 'ip_proto', 'tcp', 'dst_ip', address, 'action', 'skbedit', 'mark', mark];
      await host.run('tc', 'filter', 'add', 'dev', 'eth0', 'parent', 'ffff:', 'protocol', protocol, ...match);
    }
    await keepsToOneServer();
    expect(await director.running.stop(10_000)).toBe(0);
  });
});

const planOf = ({ configFile, controlSocket }: Director): readonly string[] => [
  ...[daemonMain, 'plan', '-c', configFile, '--socket', controlSocket],
];
