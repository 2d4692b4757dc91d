// Firewall marks as the daemon keeps them in the real kernel's nftables, on a host without IPVS: who marks what, how the
// table follows, is put back, taken over and taken away, and that nobody else's table is touched. That two ports land on
// one server is marks.ipvs.test.ts's.
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMarkKernel } from '../../../src/kernel/marks.ts';
import type { MarkKernel } from '../../../src/ports/marks.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { enter, inside } from '../vrrp/inside.ts';

const vip = '10.9.0.100';
const vip6 = 'fd09::100';
let lab: Lab;
let host: Host;
let client: Host;
let kernel: MarkKernel;
let servers: Server[];
let accepted: Socket[];

const service = (fwmark: number, marks: string, more = '') =>
  `  - {fwmark: ${fwmark}, ${more} marks: [${marks}], persistent: 60, checktype: "on", real: [10.9.1.1 masq]}\n`;
const v4 = (ports: string) => `{address: ${vip}, ports: ${ports}}`;
const v6 = (ports: string) => `{address: "${vip6}", ports: ${ports}}`;
const config = (services: string) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
virtual:
${services}`;
const both = (more = '') =>
  config(
    service(7, v4('[80, 443]'), more) +
      service(8, v6('[80, 443]'), `family: inet6, ${more}`).replace('10.9.1.1 masq', '"[fd09:1::1] masq"'),
  );

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  client = await lab.host('c');
  const lan = await lab.lan('lan');
  await lab.attach(host, lan, { addresses: ['10.9.0.1/24', `${vip}/24`, 'fd09::1/64', `${vip6}/64`] });
  await lab.attach(client, lan, { addresses: ['10.9.0.3/24', 'fd09::3/64'] });
  kernel = createMarkKernel(() => inside(host, () => openNetlinkSocket('netfilter')), systemClock);
  // A connection takes on the mark of the packet that began it: ss shows it.
  await host.sysctl({ 'net.ipv4.tcp_fwmark_accept': 1 });
  [servers, accepted] = [[], []];
  const leave = enter(host);
  for (const port of [80, 81, 443]) {
    const server = createServer((socket) => void accepted.push(socket.on('error', () => {})));
    servers.push(server);
    await new Promise<void>((resolve) => void server.listen({ port, host: '::' }, resolve));
  }
  leave();
});
afterEach(async () => {
  for (const socket of accepted) socket.destroy();
  for (const server of servers) server.close();
  await lab?.dispose();
});

const start = async (text: string, again?: Director) => {
  const director = startDirector(lab, host, { config: text, ...(again !== undefined && { again }) });
  await director.waitFor('daemon.ready');
  return director;
};

async function portsIn(family: 'inet' | 'inet6') {
  const answer = await kernel.observe(family);
  if (!answer.ok) throw new Error(answer.error.message);
  return typeof answer.value === 'string'
    ? answer.value
    : answer.value.map(({ port }) => port).sort((a, b) => a - b);
}

/** The mark of a connection's first packet, from there to here; undefined: none. */
async function markOf(from: Host, address: string, port: number): Promise<number | undefined> {
  const script = `require('node:net').connect(${port}, '${address}').on('connect', () => setTimeout(() => {}, 5000))`;
  const caller = from.start([process.execPath, '-e', script]);
  const side = address.includes(':') ? `[${address}]` : address;
  const line = await waitUntil(
    async () => {
      const sockets = await host.run('ss', '-Htne', 'state', 'established', `sport = :${port}`);
      return sockets
        .split('\n')
        .find((each) => each.includes(`${side}:${port}`) || each.includes(`${side}]:${port}`));
    },
    { what: `a connection to ${address}:${port}` },
  );
  await caller.stop(0);
  for (const socket of accepted.splice(0)) socket.destroy();
  const mark = /fwmark:0x([0-9a-f]+)/.exec(line)?.[1];
  return mark === undefined ? undefined : Number.parseInt(mark, 16);
}

describe('marks', () => {
  it('are on packets to those addresses and ports, from outside and from here, and on no others', async () => {
    await start(both());
    for (const from of [client, host]) {
      expect(await markOf(from, vip, 80)).toBe(7);
      expect(await markOf(from, vip, 443)).toBe(7);
      expect(await markOf(from, vip6, 443)).toBe(8);
      expect(await markOf(from, vip, 81)).toBeUndefined();
      expect(await markOf(from, '10.9.0.1', 80)).toBeUndefined();
    }
  });

  it('are shown, follow a reload in one step, and go with a stop', async () => {
    const director = await start(both());
    const { stdout } = await director.cli('status');
    expect(stdout).toContain(`Firewall marks (inet): tcp ${vip}:443 -> 7, tcp ${vip}:80 -> 7`);
    director.writeConfig(config(service(7, v4('[80, 8080-8082]'))));
    expect((await director.cli('reload')).status).toBe(0);
    expect([await portsIn('inet'), await portsIn('inet6')]).toEqual([[80, 8080, 8081, 8082], 'none']);
    expect(await markOf(client, vip, 443)).toBeUndefined();
    director.writeConfig(config(service(0, v4('[80]'))));
    expect((await director.cli('reload')).status).toBe(2);
    expect(await portsIn('inet')).toEqual([80, 8080, 8081, 8082]);
    expect(await director.running.stop(10_000)).toBe(0);
    expect(await portsIn('inet')).toBe('none');
  });

  it('are put back and told of when somebody deletes them, and left to the next run by one that is killed', async () => {
    const director = await start(both('cleanstop: no,'));
    await kernel.replace('inet', []);
    await director.waitFor('marks.drift');
    await waitUntil(async () => (await portsIn('inet')).length === 2, { what: 'the table is back' });
    director.running.signalAll('SIGKILL');
    await director.running.exited;
    expect(await portsIn('inet')).toEqual([80, 443]);
    const next = await start(both('cleanstop: no,'), director);
    expect(next.events().filter(({ event }) => event.startsWith('marks.'))).toEqual([]);
    expect(await next.running.stop(10_000)).toBe(0);
    expect(await portsIn('inet6')).toEqual([80, 443]);
    const last = await start(
      config('  - {address: "10.9.0.100:90", checktype: "on", real: ["10.9.1.1:90 gate"]}\n'),
      next,
    );
    // When the start is over: they are in nobody's way.
    const found = async () => `${await portsIn('inet')} ${await portsIn('inet6')}`;
    await waitUntil(async () => (await found()) === 'none none', { what: 'no marks' });
    await last.running.stop(10_000);
  });

  it("leave everybody else's tables alone, and are readable to nft", async (context) => {
    const nft = (...words: string[]) => host.attempt('nft', ...words);
    if ((await nft('--version').catch(() => ({ status: 127 }))).status !== 0) context.skip('no nft here');
    await nft('add', 'table', 'ip', 'theirs');
    await nft('add', 'chain', 'ip', 'theirs', 'input', '{ type filter hook input priority 0; policy drop; }');
    const before = (await nft('list', 'table', 'ip', 'theirs')).stdout;
    expect(before).toContain('policy drop');
    const director = await start(both());
    const ours = (await nft('list', 'table', 'ip', 'lvs-director-marks')).stdout;
    expect(ours).toContain('type inet_proto . ipv4_addr . inet_service : mark');
    expect(ours).toMatch(/tcp \. 10\.9\.0\.100 \. 80 : 0x0*7\b/);
    expect(ours).toContain('meta mark set meta l4proto . ip daddr . th dport map @marks');
    await nft('flush', 'chain', 'ip', 'lvs-director-marks', 'prerouting');
    await director.waitFor('marks.drift');
    await waitUntil(async () => (await portsIn('inet')).length === 2, { what: 'the rule is back' });
    await director.running.stop(10_000);
    expect((await nft('list', 'ruleset')).stdout).toBe(before);
  });
});
