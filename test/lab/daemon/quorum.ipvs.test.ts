// Quorum and fallback tiers on the real kernel with real servers: keepalived and our daemon, on its converted file,
// check the same servers and must come to the same tables; and from tier to tier nobody sees an empty service.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived, startNginx } from '../harness/programs.ts';

let lab: Lab;

beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

const tableOf = async (host: Host) =>
  (await host.run('ipvsadm', '-S', '-n'))
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('-a'))
    .map((line) => line.replace(/.* -r (\S+) .* -w (\d+).*/, '$1 $2'))
    .sort();

const becomes = async (host: Host, wanted: readonly string[]) => {
  const equal = async () => JSON.stringify(await tableOf(host)) === JSON.stringify(wanted);
  await waitUntil(equal, { timeoutMs: 15_000, what: `${host.name} holds ${wanted}` }).catch(() => undefined);
  expect([host.name, await tableOf(host)]).toEqual([host.name, wanted]);
};

describe('quorum and hysteresis', () => {
  it('come to the tables of keepalived, and run its programs in the same order', async () => {
    const lan = await lab.lan('lan');
    const [servers, theirs, ours] = await Promise.all(['web', 'ka', 'lvs1'].map((name) => lab.host(name)));
    if (servers === undefined || theirs === undefined || ours === undefined) throw new Error('no hosts');
    const weights = [1, 2, 3, 4];
    const addresses = weights.map((weight) => `10.7.0.1${weight}`);
    await lab.attach(servers, lan, { addresses: addresses.map((address) => `${address}/24`) });
    await lab.attach(theirs, lan, { addresses: ['10.7.0.1/24'] });
    await lab.attach(ours, lan, { addresses: ['10.7.0.2/24'] });
    const log = lab.directory('quorum-log');
    const keepalivedFile = (up: string, down: string) => `
global_defs {
  script_user root
}
virtual_server 10.9.9.9 80 {
  alpha
  delay_loop 1
  protocol TCP
  lb_algo wlc
  lb_kind NAT
  quorum 5
  hysteresis 2
  quorum_up "${up}"
  quorum_down "${down}"
  sorry_server 10.7.0.99 8080
${weights
  .map(
    (weight) => `  real_server 10.7.0.1${weight} 8080 {
    weight ${weight}
    TCP_CHECK {
      connect_timeout 2
      retry 0
    }
  }`,
  )
  .join('\n')}
}
`;
    const program = (host: string, word: string) => {
      const file = join(log, `${host}-${word}`);
      writeFileSync(file, `#!/bin/sh\necho ${word} >>${join(log, host)}\n`);
      chmodSync(file, 0o755);
      return file;
    };
    const file = (host: string) => keepalivedFile(program(host, 'up'), program(host, 'down'));
    const source = join(lab.directory('lvs1-source'), 'keepalived.conf');
    writeFileSync(source, file('lvs1'));
    const { stdout, stderr } = await ours.attempt(process.execPath, daemonMain, 'convert', source);
    expect(stderr).toBe('');
    expect(stdout).toContain('quorum: 5');

    startKeepalived(lab, theirs, file('ka'));
    const director = startDirector(lab, ours, {
      config: `director: {control_socket: $CONTROL, state_dir: $STATE}\nipvs: {resync_interval: 1s}\n${stdout}`,
    });
    const up = new Map<number, Running>();
    const toggle = async (weight: number) => {
      const running = up.get(weight);
      up.delete(weight);
      if (running !== undefined) await running.stop();
      else up.set(weight, await startNginx(lab, servers, { listen: [`10.7.0.1${weight}:8080`], body: 'x' }));
    };
    const both = (...wanted: readonly number[]) => {
      const lines = wanted.map((weight) => `10.7.0.1${weight}:8080 ${weight}`);
      const table = lines.length === 0 ? ['10.7.0.99:8080 1'] : lines.sort();
      return Promise.all([becomes(theirs, table), becomes(ours, table)]);
    };
    /** The weight after it, and who serves then: gained at 7, lost below 3. */
    const story: readonly (readonly [toggled: number, weight: number, ...serving: number[]])[] = [
      [3, 3],
      [4, 7, 3, 4],
      [4, 3, 3],
      [1, 4, 1, 3],
      [3, 1],
      [4, 5],
      [2, 7, 1, 2, 4],
    ];
    await both();
    await director.waitFor('service.quorum_lost');
    for (const [toggled, weight, ...serving] of story) {
      await toggle(toggled);
      expect([...up.keys()].reduce((sum, each) => sum + each, 0)).toBe(weight);
      const real = `10.7.0.1${toggled}:8080`;
      const event = up.has(toggled) ? 'real.up' : 'real.down';
      await director.waitFor(event, (each) => each.real === real, {
        after: director.running.lineCount() - 4,
      });
      await both(...serving);
    }
    const told = (host: string) =>
      existsSync(join(log, host)) ? readFileSync(join(log, host), 'utf8').trim().split('\n') : [];
    const wanted = ['up', 'down', 'up'];
    const ran = async () => told('lvs1').length >= 4 && told('ka').length >= 3;
    await waitUntil(ran, { timeoutMs: 10_000, what: 'the programs ran' }).catch(() => undefined);
    // keepalived starts with "down" where there is a sorry server; so do we, once all have their verdict.
    expect([told('ka').slice(-3), told('lvs1')]).toEqual([wanted, ['down', ...wanted]]);
    const events = director.events().filter(({ event }) => event.startsWith('service.quorum_'));
    expect(
      events.flatMap(({ event, weight }) => (weight === undefined ? [] : [`${event} ${weight}`])),
    ).toEqual([
      'service.quorum_lost 0',
      'service.quorum_gained 7',
      'service.quorum_lost 1',
      'service.quorum_gained 7',
    ]);
  });
});

describe('a fallback tier that is also a real server', () => {
  it('serves alone while it is up and the quorum is lost, and makes way for the next one while it is down', async () => {
    const host = await lab.host('lvs1');
    const [shared, second, sorry] = ['127.0.0.2:8080', '127.0.0.3:8080', '127.0.0.9:8080'] as const;
    const service = (port: number, fallback: string) => `  - address: 10.9.9.9:${port}
    scheduler: wlc
    service: http
    receive: one
    quorum: 2
    fallback: [${fallback}]
    real: [${shared} masq, ${second} masq]
`;
    const checked = `${shared} masq, ${sorry} masq`;
    const unchecked = `{address: ${shared}, forward: masq, check: no}, ${sorry} masq`;
    startDirector(lab, host, {
      config: `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
checkinterval: 500ms
virtual:
${service(81, checked)}${service(82, unchecked)}${service(83, `${second} masq, ${shared} masq`)}`,
    });
    /** Of the three services, who serves. */
    const serve = async (...servers: readonly (readonly string[])[]) =>
      becomes(
        host,
        servers
          .flat()
          .map((each) => `${each} 1`)
          .sort(),
      );
    const listen = (address: string) => startNginx(lab, host, { listen: [address], body: 'one' });
    await serve([sorry], [sorry], []);
    const first = await listen(shared);
    await serve([shared], [shared], [shared]);
    await first.stop();
    await serve([sorry], [sorry], []);
    await listen(second);
    await serve([sorry], [sorry], [second]);
    await listen(shared);
    await serve([shared, second], [shared, second], [shared, second]);
  });
});

/** Reads the kernel's table over and over; prints a line whenever the service has no server above weight 0. */
const sampler = `
const { readFileSync } = require('node:fs');
let seen = false, samples = 0, empty = 0;
process.on('SIGTERM', () => { console.log('samples ' + samples + ' empty ' + empty); process.exit(0); });
const look = () => {
  for (let i = 0; i < 4; i += 1) {
    const rows = readFileSync('/proc/net/ip_vs', 'utf8').split('\\n').filter((line) => line.startsWith('  -> ') && !line.includes('RemoteAddress'));
    const usable = rows.some((line) => Number(line.trim().split(/ +/)[3]) > 0);
    if (usable && !seen) console.log('seen');
    seen = seen || usable;
    samples += 1;
    if (seen && !usable) empty += 1;
  }
  setTimeout(look, 25);
};
look();
`;

describe('fallback tiers', () => {
  it('are tried in order, each while it is up; the service is never empty, and told who serves and why', async () => {
    const host = await lab.host('lvs1');
    const listen = { real1: '127.0.0.2:8080', real2: '127.0.0.3:8080', tier1: '127.0.0.11:8080' } as const;
    const tier2 = '127.0.0.12:8080';
    const serve = (address: string) => startNginx(lab, host, { listen: [address], body: 'one' });
    const config = `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
checkinterval: 500ms
checktimeout: 20
virtual:
  - address: 10.9.9.9:80
    scheduler: wlc
    service: http
    receive: one
    quorum: 2
    quorum_up: /usr/bin/id -un
    cleanstop: no
    fallback: [${listen.tier1} masq, {address: ${tier2}, forward: masq}, 127.0.0.1:80 masq]
    real: [${listen.real1} masq, ${listen.real2} masq]
`;
    const watch = host.start([process.execPath, '-e', sampler]);
    const director = startDirector(lab, host, { config });
    const holds = (...servers: readonly string[]) => becomes(host, servers.map((each) => `${each} 1`).sort());
    const on = (fallback: string) =>
      director.waitFor('service.fallback_on', (event) => event.fallback === fallback, {
        after: director.running.lineCount() - 6,
      });
    await holds('127.0.0.1:80');
    await watch.waitFor(/seen/);

    const second = await serve(tier2);
    expect(await on(tier2)).toMatchObject({ tier: 2, tiers: 3, reason: 'no_server' });
    await holds(tier2);
    const first = await serve(listen.tier1);
    await holds(listen.tier1);
    const real1 = await serve(listen.real1);
    await director.waitFor('real.up', ({ real }) => real === listen.real1);
    await holds(listen.tier1);
    await second.stop();
    await director.waitFor('real.down', ({ real }) => real === tier2);
    await first.stop();
    expect(await on('127.0.0.1:80')).toMatchObject({ tier: 3, reason: 'no_quorum' });
    await holds('127.0.0.1:80');

    const status = (await director.cli('status')).stdout;
    expect(status).toContain('quorum lost: weight 1 of 2; fallback 127.0.0.1:80 (tier 3) serves');
    expect(status).toMatch(/fallback 1: 127\.0\.0\.11:8080 +down/);
    const why = (await director.cli('why', tier2)).stdout;
    expect(why).toContain(`${tier2} of tcp 10.9.9.9:80, fallback 2`);
    expect(why).toContain('quorum lost: weight 1 of 2; fallback 127.0.0.1:80 (3 of 3) serves: no quorum');
    const plan = (await director.cli('plan', '-c', director.configFile, '--director', 'lvs1')).stdout;
    expect(plan).toContain('Nothing to change');
    expect(plan).toContain('tcp 10.9.9.9:80: fallback 127.0.0.1:80 (3 of 3) serves: no quorum');

    await serve(listen.real2);
    await holds(listen.real1, listen.real2);
    expect(await director.waitFor('service.quorum_gained')).toMatchObject({ weight: 2, quorum: 2 });
    expect(await director.waitFor('service.quorum_command')).toMatchObject({
      action: 'up',
      exit: expect.stringMatching(/^exit 0: (keepalived_script|nobody)$/),
    });

    // Nor does a restart leave a moment of nobody.
    await director.running.stop();
    await serve(listen.tier1);
    const again = startDirector(lab, host, { config, again: director });
    await again.waitFor('real.up', ({ real }) => real === listen.real2);
    await holds(listen.real1, listen.real2);
    await real1.stop();
    await holds(listen.tier1);
    watch.signal('SIGTERM');
    const said = await watch.waitFor(/^samples/);
    expect(said).toMatch(/^samples \d{3,} empty 0$/);
  });
});
