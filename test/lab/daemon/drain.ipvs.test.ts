// Draining in the kernel's own table, with a connection that lives through it: from a client over the director (masq)
// to a server that echoes what it hears. What is asserted of a connection is what the client sees of it.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
let client: Host;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  client = await lab.host('client');
  host = await lab.host('lvs1');
  const servers = await lab.host('servers');
  const [outside, inside] = [await lab.lan('outside'), await lab.lan('inside')];
  await lab.attach(client, outside, { addresses: ['10.0.0.2/24'] });
  await lab.attach(host, outside, { addresses: ['10.0.0.1/24', '10.0.0.9/32'] });
  await lab.attach(host, inside, { interface: 'eth1', addresses: ['10.1.0.1/24'] });
  await lab.attach(servers, inside, { addresses: ['10.1.0.2/24', '10.1.0.3/24'] });
  await servers.run('ip', 'route', 'add', 'default', 'via', '10.1.0.1');
  await host.sysctl({ 'net.ipv4.ip_forward': 1 });
  const echo = `
    for (const address of ['10.1.0.2', '10.1.0.3'])
      require('node:net').createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (data) => socket.write(address.slice(-1) + data));
      }).listen(8080, address, () => console.log('listening'));`;
  const echoing = servers.start([process.execPath, '-e', echo]);
  await echoing.waitFor(/listening/);
});
afterEach(() => lab.dispose());

/** Says a number every 100 ms and prints what comes back, "27": the server's number before it. SIGTERM resets it. */
async function connect(): Promise<Running> {
  const talk = `
    use IO::Socket::INET; use Socket; $| = 1; my $said = 0;
    my $socket = IO::Socket::INET->new(PeerAddr => '10.0.0.9:80', Timeout => 3) or die "refused\\n";
    $SIG{TERM} = sub { setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)); close $socket; exit };
    while (1) {
      syswrite($socket, $said++ % 10) && sysread($socket, my $heard, 99) or die "lost\\n";
      print "heard $heard\\n";
      select(undef, undef, undef, 0.1);
    }`;
  const running = client.start(['perl', '-e', talk]);
  await running.waitFor(/^heard /, { timeoutMs: 60_000 });
  return running;
}
const serverOf = (connection: Running) =>
  `10.1.0.${connection.lines().find((line) => line.startsWith('heard'))?.[6]}`;
/** It is answered anew. */
const lives = (connection: Running) =>
  connection.waitFor(/^heard/, { after: connection.lineCount(), timeoutMs: 60_000 });

const config = (drainTimeout: string, reals: readonly string[], services = true) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
ipvs: {resync_interval: 60s}
checkinterval: 1
drain_timeout: ${drainTimeout}
cleanstop: no
virtual:${services ? '' : ' []'}
${services ? `  - {address: '10.0.0.9:80', scheduler: rr, checktype: connect, real: [${reals.map((real) => `${real}:8080 masq 5`).join(', ')}]}` : ''}
`;
const both = ['10.1.0.2', '10.1.0.3'];

/** "10.1.0.2 5" */
async function weights(): Promise<readonly string[]> {
  const lines = (await host.run('ipvsadm', '-S', '-n')).split('\n');
  return lines.flatMap((line) => /-r (\S+):8080 .*-w (\d+)/.exec(line)?.slice(1).join(' ') ?? []).sort();
}
const holds = (...wanted: readonly string[]) =>
  waitUntil(async () => JSON.stringify(await weights()) === JSON.stringify(wanted), {
    what: `the table holds ${wanted.join(', ')}`,
    timeoutMs: 60_000,
  });

/** Both serve; a connection lives. @returns also who has it, and who has not. */
async function serving(drainTimeout: string) {
  const director = startDirector(lab, host, { config: config(drainTimeout, both) });
  await holds('10.1.0.2 5', '10.1.0.3 5');
  const connection = await connect();
  const leaver = serverOf(connection);
  const other = both.find((real) => real !== leaver) ?? expect.fail('one server only');
  return { director, connection, leaver, other };
}

async function reload(director: Director, text: string): Promise<void> {
  const after = director.running.lineCount();
  director.writeConfig(text);
  director.running.signal('SIGHUP');
  await director.waitFor('daemon.reloaded', () => true, { after });
}

describe('a server that a reload drops', () => {
  it('keeps its connection, also over a crash of the daemon, gets no new ones, and goes after its last one', async () => {
    const { director, connection, leaver, other } = await serving('5m');
    await reload(director, config('5m', [other]));
    const draining = [`${leaver} 0`, `${other} 5`].sort();
    await holds(...draining);
    await lives(connection);
    for (let i = 0; i < 3; i++) expect(serverOf(await connect())).toBe(other);
    const status = await director.cli('status');
    expect(status.stdout).toMatch(
      new RegExp(`${leaver}:8080 +leaving +0 +1 .*not configured any more, out in [45] min`),
    );

    director.running.signalAll('SIGKILL');
    await director.running.exited;
    const again = startDirector(lab, host, { config: config('5m', [other]), again: director });
    await again.waitFor('daemon.ready', () => true, { timeoutMs: 60_000 });
    await holds(...draining);
    await lives(connection);

    // Reset, it is inactive for ten seconds more (CLOSE), and then gone.
    connection.signal('SIGTERM');
    const drained = await again.waitFor('real.drained', () => true, { timeoutMs: 60_000 });
    expect(drained).toMatchObject({ real: `${leaver}:8080`, by: 'configuration', active: 0, inactive: 0 });
    await holds(`${other} 5`);
  });
});

describe('a client that persistence keeps', () => {
  it('still gets to its server while that leaves, and is waited for when its connections have ended', async () => {
    const persistent = (reals: readonly string[]) =>
      config('5m', reals).replace('scheduler: rr', 'scheduler: rr, persistent: 6');
    const director = startDirector(lab, host, { config: persistent(both) });
    await holds('10.1.0.2 5', '10.1.0.3 5');
    const connection = await connect();
    const leaver = serverOf(connection);
    await reload(director, persistent(both.filter((real) => real !== leaver)));
    await waitUntil(async () => (await weights()).includes(`${leaver} 0`), { what: 'it drains' });
    const second = await connect();
    expect(serverOf(second)).toBe(leaver);
    for (const each of [connection, second]) each.signal('SIGTERM');
    // Its template outlives its connections; the kernel ends one that it found in use a minute later.
    const noConnections = new RegExp(
      `${leaver}:8080 +leaving +0 +0 +0 .*, 1 persistent client\\(s\\), out in`,
    );
    await waitUntil(async () => noConnections.test((await director.cli('status')).stdout), {
      what: 'the client alone is left',
      timeoutMs: 60_000,
      everyMs: 1000,
    });
    expect(director.events().map(({ event }) => event)).not.toContain('real.drained');
  });
});

describe('a connection', () => {
  it('never notices that its server left and came back; lives as long as a drain lets it, and a service that goes', async () => {
    const { director, connection, leaver, other } = await serving('6s');
    const draining = [`${leaver} 0`, `${other} 5`].sort();
    await reload(director, config('6s', [other]));
    await holds(...draining);
    await reload(director, config('6s', both));
    await holds('10.1.0.2 5', '10.1.0.3 5');
    await lives(connection);

    const real = `${leaver}:8080`;
    expect(await director.cli('drain', real, '--timeout', '3s')).toMatchObject({ status: 0 });
    await holds(...draining);
    await lives(connection);
    const cut = await director.waitFor('real.drained', () => true, { timeoutMs: 60_000 });
    expect(cut).toMatchObject({ real, by: 'operator', active: 1 });
    expect(Number(cut.took_s)).toBeGreaterThanOrEqual(3);
    await holds(`${other} 5`);
    expect(await director.cli('enable', real)).toMatchObject({ status: 0 });
    await holds('10.1.0.2 5', '10.1.0.3 5');
    // Its entry in the kernel has outlived the absence of the server.
    await lives(connection);

    const after = director.running.lineCount();
    director.writeConfig(config('6s', both, false));
    expect(await director.cli('reload')).toMatchObject({ status: 2 });
    expect(await director.cli('reload', '--empty')).toMatchObject({ status: 0 });
    await waitUntil(async () => (await weights()).includes(`${leaver} 0`), { what: 'the service drains' });
    await lives(connection);
    await expect(connect()).rejects.toThrow();
    await director.waitFor('real.drained', (event) => event.real === real, { after, timeoutMs: 60_000 });
    await waitUntil(async () => (await host.run('ipvsadm', '-S', '-n')).trim() === '', { what: 'no table' });
  });
});

describe('a server that a real_file no longer lists', () => {
  it('keeps its connection and gets no new ones, as one that a reload drops; and comes back as it was', async () => {
    const path = join(lab.directory('fleet'), 'fleet.json');
    const list = (reals: readonly string[]) => {
      writeFileSync(`${path}.new`, JSON.stringify(reals.map((real) => `${real}:8080 masq 5`)));
      renameSync(`${path}.new`, path);
    };
    list(both);
    const text = config('5m', []).replace('real: []', `real_file: ${path}`);
    const director = startDirector(lab, host, { config: text });
    await holds('10.1.0.2 5', '10.1.0.3 5');
    const connection = await connect();
    const leaver = serverOf(connection);
    const other = both.find((real) => real !== leaver) ?? expect.fail('one server only');
    list([other]);
    await holds(...[`${leaver} 0`, `${other} 5`].sort());
    await lives(connection);
    expect(serverOf(await connect())).toBe(other);
    expect(await director.waitFor('roster.changed')).toMatchObject({
      removed: [`${leaver}:8080`],
      from: [path],
    });
    list(both);
    await holds('10.1.0.2 5', '10.1.0.3 5');
    await lives(connection);
  });
});
