// A long download through the virtual address while the daemon is reloaded forty times, each time with another
// configuration. The server that it comes from stands in all of them alike; everything around it changes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';

const reloads = 40;
const seed = Number(process.env.SEED ?? 17);

let lab: Lab;
let client: Host;
let host: Host;
let server: Running;

beforeEach(async () => {
  lab = createLab();
  client = await lab.host('client');
  host = await lab.host('lvs1');
  const web = await lab.host('web');
  const [outside, inside] = [await lab.lan('outside'), await lab.lan('inside')];
  await lab.attach(client, outside, { addresses: ['10.0.0.2/24'] });
  await lab.attach(host, outside, { addresses: ['10.0.0.1/24', '10.0.0.9/32'] });
  await lab.attach(host, inside, { interface: 'eth1', addresses: ['10.1.0.1/24'] });
  await lab.attach(web, inside, { addresses: ['10.1.0.2/24', '10.1.0.3/24', '10.1.0.4/24'] });
  await web.run('ip', 'route', 'add', 'default', 'via', '10.1.0.1');
  await host.sysctl({ 'net.ipv4.ip_forward': 1 });
  // Numbers, a line each, without end; SIGUSR2 ends it.
  const numbers = `
    let ends = false;
    process.on('SIGUSR2', () => { ends = true; });
    const serve = (_request, response) => {
      let number = 0;
      const go = () => {
        for (let line = 0; line < 100; line += 1) response.write(String(number++) + '\\n');
        if (ends) response.end('end\\n');
        else setTimeout(go, 10);
      };
      go();
    };
    for (const address of ['10.1.0.2', '10.1.0.3', '10.1.0.4'])
      require('node:http').createServer(serve).listen(8080, address, () => console.log('listening', address));`;
  server = web.start([process.execPath, '-e', numbers]);
  await server.waitFor(/listening 10.1.0.4/);
});
afterEach(() => lab.dispose());

/** As random as its number: the same again for the same SEED (mulberry32). */
function randomOf(number: number): () => number {
  let state = (seed * 1_000_003 + number) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const unchanged = '10.1.0.2:8080 masq 5';

function config(number: number): string {
  const random = randomOf(number);
  const pick = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  const others = ['10.1.0.3', '10.1.0.4'].filter(() => random() < 0.6);
  const reals = [unchanged, ...others.map((address) => `${address}:8080 masq ${pick(1, 2, 7)}`)];
  const more = ['10.0.0.9:81', '10.0.0.9:82', '10.0.0.9:83'].filter(() => random() < 0.5);
  return `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 60s}
checkinterval: 1
quiescent: ${pick('yes', 'no')}
virtual:
  - {address: "10.0.0.9:80", scheduler: ${pick('rr', 'wlc', 'sh', 'mh')}, checktype: connect, real: [${reals
    .sort(() => random() - 0.5)
    .map((real) => `"${real}"`)
    .join(', ')}]}
${more
  .map(
    (address) =>
      `  - {address: "${address}", scheduler: ${pick('rr', 'lc')}, checktype: on, real: ["10.1.0.3:8080 masq ${pick(1, 2)}"]}`,
  )
  .join('\n')}
`;
}

const table = async () => (await host.run('ipvsadm', '-S', '-n')).trim().split('\n').sort();

describe('forty reloads', () => {
  it('do not disturb a download that goes on meanwhile', async () => {
    const director = startDirector(lab, host, {
      config: config(0).replace(/real: \[[^\]]*\]/, `real: ["${unchanged}"]`),
    });
    await director.waitFor('daemon.ready', undefined, { timeoutMs: 30_000 });
    await waitUntil(async () => (await table()).some((line) => line.includes('-r 10.1.0.2:8080')), {
      what: 'the server serves',
    });
    const target = join(lab.directory('download'), 'long');
    const curl = client.start(['curl', '-sS', '--max-time', '800', '-o', target, 'http://10.0.0.9/']);
    await waitUntil(async () => / 10\.1\.0\.2:8080\s+Masq\s+5\s+1 /.test(await host.run('ipvsadm', '-Ln')), {
      what: 'the download goes through the director',
    });

    const begun = director.events().length;
    for (let number = 1; number <= reloads; number += 1) {
      const after = director.running.lineCount();
      director.writeConfig(config(number));
      director.running.signal('SIGHUP');
      await director.waitFor('daemon.reloaded', undefined, { after, timeoutMs: 20_000 });
    }
    expect(curl.ended(), 'the download outlasts the reloads').toBe(false);
    server.signal('SIGUSR2');
    expect(await curl.exited, curl.lines().join('\n')).toBe(0);
    const lines = readFileSync(target, 'utf8').split('\n').slice(0, -1);
    expect(lines.pop()).toBe('end');
    expect(lines.findIndex((line, index) => line !== String(index))).toBe(-1);
    expect(lines.length).toBeGreaterThan(10_000);

    const told = director
      .events()
      .slice(begun)
      .filter(({ event }) => event === 'ipvs.applied');
    expect(told.length).toBeGreaterThan(reloads / 2);
    const changes = told.flatMap((event) => event.changes as readonly string[]);
    expect(changes.filter((change) => change.includes('10.1.0.2:8080'))).toEqual([]);
    expect(director.events().filter(({ event }) => event === 'ipvs.failed')).toEqual([]);

    // What the last file says, a fresh start says as well.
    const wanted = config(reloads).match(/ masq /g)?.length ?? 0;
    const complete = async () => (await table()).filter((line) => line.startsWith('-a')).length === wanted;
    await waitUntil(complete, { what: `${wanted} servers`, timeoutMs: 20_000 });
    const reloaded = await table();
    await director.running.stop();
    await host.run('ipvsadm', '-C');
    const fresh = startDirector(lab, host, { config: config(reloads) });
    await fresh.waitFor('daemon.ready', undefined, { timeoutMs: 30_000 });
    await waitUntil(async () => JSON.stringify(await table()) === JSON.stringify(reloaded), {
      what: `the table of a fresh start is\n${reloaded.join('\n')}`,
      timeoutMs: 20_000,
    });
  });
});
