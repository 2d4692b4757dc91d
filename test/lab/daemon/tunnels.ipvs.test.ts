// Pages through every kind of tunnel that a config can name: the director sends what a client asks to a server that
// takes the tunnel apart and answers the client itself.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { startDirector, startNginx } from '../harness/programs.ts';

let lab: Lab;
let client: Host;
let director: Host;
let server: Host;

const [vip, vip6] = ['10.9.9.9', 'fd09::9'];

beforeEach(async () => {
  lab = createLab();
  [client, director, server] = await Promise.all([lab.host('client'), lab.host('lvs1'), lab.host('web')]);
  const lan = await lab.lan('lan');
  await lab.attach(client, lan, { addresses: ['10.7.0.5/24', 'fd07::5/64'] });
  await lab.attach(director, lan, { addresses: ['10.7.0.1/24', 'fd07::1/64'] });
  await lab.attach(server, lan, { addresses: ['10.7.0.2/24', '10.7.0.3/24', 'fd07::2/64'] });
  await client.run('ip', 'route', 'add', vip, 'via', '10.7.0.1');
  await client.run('ip', '-6', 'route', 'add', vip6, 'via', 'fd07::1');
  for (const host of [director, server]) {
    await host.run('ip', 'address', 'add', `${vip}/32`, 'dev', 'lo');
    await host.run('ip', '-6', 'address', 'add', `${vip6}/128`, 'dev', 'lo', 'nodad');
  }
});
afterEach(() => lab.dispose());

/** A device for each kind of packet that arrives in a tunnel; they take any sender's. docs/config.md has these. */
async function takeTunnelsApart(): Promise<void> {
  for (const module of ['ipip', 'ip_gre', 'sit', 'ip6_tunnel', 'fou']) await run(['modprobe', module]);
  await server.run('ip', 'fou', 'add', 'port', '6080', 'gue');
  // gre0 takes packets without a checksum only, and ip6tnl0 only IPv6 in IPv6.
  await server.run('ip', 'link', 'add', 'gre1', 'type', 'gre', 'local', '10.7.0.3', 'icsum');
  await server.run('ip', 'link', 'add', 'ip6tnl1', 'type', 'ip6tnl', 'mode', 'ipip6', 'local', 'fd07::2');
  for (const device of ['tunl0', 'gre0', 'gre1', 'sit0', 'ip6tnl1']) {
    await server.run('ip', 'link', 'set', device, 'up');
    await server.sysctl({ [`net.ipv4.conf.${device}.rp_filter`]: 0 });
  }
  await server.sysctl({ 'net.ipv4.conf.all.rp_filter': 0 });
}

const gue = (checksum: string) => `tunnel: {type: gue, port: 6080, checksum: ${checksum}}`;
const kinds: readonly (readonly [what: string, host: string, real: string, tunnel: string])[] = [
  ['IP in IP', vip, '10.7.0.2', ''],
  ['gue', vip, '10.7.0.2', gue('no')],
  ['gue with a checksum', vip, '10.7.0.2', gue('yes')],
  ['gue with a remote checksum', vip, '10.7.0.2', gue('remote')],
  ['gre', vip, '10.7.0.2', 'tunnel: {type: gre}'],
  ['gre with a checksum', vip, '10.7.0.3', 'tunnel: {type: gre, checksum: yes}'],
  ['IPv4 in IPv6', vip, 'fd07::2', ''],
  ['IPv6 in IPv4', vip6, '10.7.0.2', ''],
  ['IPv6 in gre over IPv4', vip6, '10.7.0.2', 'tunnel: {type: gre}'],
];

describe('a page through a tunnel', () => {
  it('comes from the server, whatever the tunnel is made of', async () => {
    await takeTunnelsApart();
    const ports = kinds.map((_, index) => 8000 + index);
    await startNginx(lab, server, {
      listen: ports.flatMap((port) => [`${port}`, `[::]:${port}`]),
      body: 'page',
    });
    const services = kinds.map(([, host, real, tunnel], index) => {
      const [at, to] = [host, real].map((each) =>
        each.includes(':') ? `'[${each}]:${8000 + index}'` : `${each}:${8000 + index}`,
      );
      const keys = [`address: ${to}`, 'forward: ipip', ...(tunnel === '' ? [] : [tunnel])];
      return `  - {address: ${at}, checktype: connect, real: [{${keys.join(', ')}}]}\n`;
    });
    const config = `director: {control_socket: $CONTROL, state_dir: $STATE}\ncheckinterval: 1\nvirtual:\n${services.join('')}`;
    const running = startDirector(lab, director, { config });
    await waitUntil(
      async () =>
        (await director.run('ipvsadm', '-Sn')).split('\n-a ').length === kinds.length + 1 || undefined,
      {
        what: 'every server is in the table',
        timeoutMs: 20_000,
      },
    ).catch(async (error: Error) => {
      throw new Error(
        `${error.message}: ${await director.run('ipvsadm', '-Sn')} ${running.running.lines().join('\n')}`,
      );
    });
    const answers: string[] = [];
    for (const [index, [what, host]] of kinds.entries()) {
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${8000 + index}/`;
      const { stdout } = await client.attempt('curl', '-s', '-m', '3', url);
      answers.push(`${what}: ${stdout.trim()}`);
    }
    expect(answers).toEqual(kinds.map(([what]) => `${what}: page`));
    expect(running.events().filter(({ event }) => event === 'ipvs.failed')).toEqual([]);
    running.running.signalAll('SIGKILL');
    await running.running.exited;
    const again = startDirector(lab, director, { config, again: running });
    expect(await again.waitFor('ipvs.adopted')).toMatchObject({
      services: kinds.length,
      destinations: kinds.length,
      operations: 0,
    });
  });
});
