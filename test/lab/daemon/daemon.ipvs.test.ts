// The whole daemon, as it is built, with real servers and the kernel's real table: what a user of ldirectord
// does with it from start to stop.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';

let lab: Lab;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
});
afterEach(() => lab.dispose());

const head = `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
ipvs: {resync_interval: 1s}
checkinterval: 1
checktimeout: 20
`;
const service = (port: number, reals: readonly string[], more = '') => `
  - address: 10.9.9.9:${port}
    scheduler: wlc
    service: http
    receive: one|two
    ${more}
    real: [${reals.join(', ')}]
`;
const one = '127.0.0.2:8080 masq 5';
const two = '127.0.0.3:8080 masq 5';
const web = (more = '') => `${head}virtual:${service(80, [one, two], more)}`;

const startServers = () =>
  Promise.all([
    startNginx(lab, host, { listen: ['127.0.0.2:8080'], body: 'one' }),
    startNginx(lab, host, { listen: ['127.0.0.3:8080'], body: 'two' }),
  ]);

/** Sorted: the kernel lists the newest first. */
const table = async () => (await host.run('ipvsadm', '-S', '-n')).trim().split('\n').sort();
const holds = (...lines: readonly string[]) =>
  waitUntil(async () => JSON.stringify(await table()) === JSON.stringify([...lines].sort()), {
    what: `the table holds ${lines.join(' / ')}`,
    timeoutMs: 20_000,
  }).catch(async (error: Error) => {
    throw new Error(`${error.message}, but ${(await table()).join(' / ')}`);
  });

const start = (config: string, again?: Director) =>
  startDirector(lab, host, { config, ...(again === undefined ? {} : { again }) });

const tcp80 = '-A -t 10.9.9.9:80 -s wlc';
const first = '-a -t 10.9.9.9:80 -r 127.0.0.2:8080 -m -w 5';
const second = '-a -t 10.9.9.9:80 -r 127.0.0.3:8080 -m -w 5';

describe('a table from health checks', () => {
  it('lets a server in after its first success, out when it stops, and in again', async () => {
    const [nginx] = await startServers();
    const director = start(web());
    await holds(tcp80, first, second);
    await nginx?.stop();
    await director.waitFor('real.down', ({ real }) => real === '127.0.0.2:8080');
    await holds(tcp80, second);
    await startNginx(lab, host, { listen: ['127.0.0.2:8080'], body: 'one' });
    await holds(tcp80, first, second);
  });

  it('never lets in a server whose page is wrong', async () => {
    await startNginx(lab, host, { listen: ['127.0.0.2:8080'], body: 'one' });
    await startNginx(lab, host, { listen: ['127.0.0.3:8080'], body: 'under construction' });
    const director = start(web());
    await director.waitFor('real.down', ({ real }) => real === '127.0.0.3:8080');
    await holds(tcp80, first);
  });

  it('quiescent: weight 0 instead of removal', async () => {
    const [nginx] = await startServers();
    start(web('quiescent: yes'));
    await holds(tcp80, first, second);
    await nginx?.stop();
    await holds(tcp80, first.replace('-w 5', '-w 0'), second);
  });

  it('puts the fallback in when the last server is out, and takes it out when one is back', async () => {
    const servers = await startServers();
    const director = start(web('fallback: 127.0.0.1:80 masq'));
    await holds(tcp80, first, second);
    for (const nginx of servers) await nginx.stop();
    await director.waitFor('service.fallback_on', () => true, { after: director.running.lineCount() - 1 });
    await holds(tcp80, '-a -t 10.9.9.9:80 -r 127.0.0.1:80 -m -w 1');
    await startServers();
    await holds(tcp80, first, second);
  });
});

describe('drift', () => {
  it('is repaired within the resync interval, and told', async () => {
    await startServers();
    const director = start(web());
    await holds(tcp80, first, second);
    await host.run('ipvsadm', '-C');
    await director.waitFor('ipvs.drift');
    await holds(tcp80, first, second);
    await host.run('ipvsadm', '-e', '-t', '10.9.9.9:80', '-r', '127.0.0.2:8080', '-m', '-w', '77');
    await holds(tcp80, first, second);
  });
});

describe('reload', () => {
  it('by SIGHUP and by command changes only what changed', async () => {
    await startServers();
    const director = start(web());
    await holds(tcp80, first, second);
    director.writeConfig(`${web()}${service(81, [one])}`);
    director.running.signal('SIGHUP');
    await director.waitFor('daemon.reloaded');
    const applied = director.running.lineCount();
    await holds(
      tcp80,
      first,
      second,
      '-A -t 10.9.9.9:81 -s wlc',
      '-a -t 10.9.9.9:81 -r 127.0.0.2:8080 -m -w 5',
    );
    const added = director.events().filter(({ event }) => event === 'ipvs.applied');
    expect(JSON.stringify(added.at(-1)?.changes)).not.toContain('10.9.9.9:80 ');
    director.writeConfig(web());
    expect(await director.cli('reload')).toMatchObject({ status: 0, stdout: 'reloaded\n' });
    await director.waitFor('daemon.reloaded', () => true, { after: applied });
    await holds(tcp80, first, second);
  });

  it('with a bad file changes nothing, names the line, and later checks still count', async () => {
    const [nginx] = await startServers();
    const director = start(web());
    await holds(tcp80, first, second);
    director.writeConfig(`${web()}  - address: 10.9.9.9:81\n    sheduler: rr\n`);
    const answer = await director.cli('reload');
    expect(answer.status).toBe(2);
    expect(answer.stderr).toMatch(/lvs-director\.yaml:\d+:\d+: .*did you mean "scheduler".*"sheduler"/);
    await director.waitFor('daemon.reload_rejected');
    await holds(tcp80, first, second);
    await nginx?.stop();
    await holds(tcp80, second);
  });
});

describe('ends and new beginnings', () => {
  it('SIGTERM takes our services out, leaves those of others, and exits 0', async () => {
    await startServers();
    await host.run('ipvsadm', '-A', '-t', '10.9.9.9:99', '-s', 'rr');
    const director = start(web());
    await director.waitFor('ipvs.foreign');
    await holds(tcp80, first, second, '-A -t 10.9.9.9:99 -s rr');
    expect(await director.running.stop(10_000)).toBe(0);
    await holds('-A -t 10.9.9.9:99 -s rr');
  });

  it('cleanstop: no leaves the table as it is', async () => {
    await startServers();
    const director = start(web('cleanstop: no'));
    await holds(tcp80, first, second);
    expect(await director.running.stop(10_000)).toBe(0);
    await holds(tcp80, first, second);
  });

  it('killed and started again adopts the table with no operation', async () => {
    await startServers();
    const killed = start(web());
    await holds(tcp80, first, second);
    await host.run('ipvsadm', '-Z');
    killed.running.signalAll('SIGKILL');
    await killed.running.exited;
    const director = start(web(), killed);
    expect(await director.waitFor('ipvs.adopted')).toMatchObject({
      services: 1,
      destinations: 2,
      operations: 0,
    });
    await director.waitFor('real.up', ({ real }) => real === '127.0.0.3:8080');
    await holds(tcp80, first, second);
    expect(director.events().filter(({ event }) => event === 'ipvs.applied')).toEqual([]);
  });

  it('removes what it left behind and the config no longer names, and nothing else', async () => {
    await startServers();
    const killed = start(`${web()}${service(81, [one])}`);
    await waitUntil(async () => (await table()).length === 5, { what: 'both services', timeoutMs: 20_000 });
    killed.running.signalAll('SIGKILL');
    await killed.running.exited;
    await host.run('ipvsadm', '-A', '-t', '10.9.9.9:99', '-s', 'rr');
    start(web(), killed);
    await holds(tcp80, first, second, '-A -t 10.9.9.9:99 -s rr');
  });
});

describe('the operator', () => {
  it('drains, weighs and disables a server through a restart, and why tells the reason', async () => {
    await startServers();
    const before = start(web());
    await holds(tcp80, first, second);
    expect(await before.cli('drain', '127.0.0.2:8080')).toMatchObject({ status: 0 });
    await holds(tcp80, first.replace('-w 5', '-w 0'), second);
    expect(await before.cli('weight', '127.0.0.3:8080', '9', '--service', 'tcp 10.9.9.9:80')).toMatchObject({
      status: 0,
    });
    await holds(tcp80, first.replace('-w 5', '-w 0'), second.replace('-w 5', '-w 9'));
    const plan = await before.cli('plan', '-c', before.configFile, '--director', 'lvs1', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ lines: [] });
    before.running.signalAll('SIGKILL');
    await before.running.exited;
    const director = start(web(), before);
    await director.waitFor('real.up', ({ real }) => real === '127.0.0.3:8080');
    await holds(tcp80, first.replace('-w 5', '-w 0'), second.replace('-w 5', '-w 9'));
    const why = await director.cli('why', '127.0.0.2:8080');
    expect(why.stdout).toMatch(/weight +5 +config: weight 5\n +0 +operator: drain\n +table +weight 0, /);
    expect(await director.cli('disable', '127.0.0.2:8080')).toMatchObject({ status: 0 });
    await holds(tcp80, second.replace('-w 5', '-w 9'));
    for (const real of ['127.0.0.2:8080', '127.0.0.3:8080']) await director.cli('enable', real);
    await holds(tcp80, first, second);
    const wrong = await director.cli('drain', '127.0.0.4:8080');
    expect(wrong).toMatchObject({
      status: 1,
      stderr: 'Cannot find: expected a configured real server, got 127.0.0.4:8080\n',
    });
  });
});

describe('what it says of itself', () => {
  it("status and plan tell the kernel's table and the verdicts", async () => {
    const [nginx] = await startServers();
    const director = start(web());
    await holds(tcp80, first, second);
    await nginx?.stop();
    await holds(tcp80, second);
    const status = await director.cli('status');
    expect(status.stdout).toMatch(/127\.0\.0\.2:8080 +down +- /);
    expect(status.stdout).toMatch(/127\.0\.0\.3:8080 +up +5 /);
    const same = await director.cli('plan', '-c', director.configFile, '--director', 'lvs1');
    expect(same.status).toBe(0);
    director.writeConfig(web().replace('wlc', 'rr'));
    const changed = await director.cli('plan', '-c', director.configFile, '--director', 'lvs1');
    expect(changed.stdout).toMatch(/~.*10\.9\.9\.9:80/);
    await holds(tcp80, second);
    const owned = readFileSync(
      director.configFile.replace('lvs-director.yaml', 'state/owned-services.json'),
      'utf8',
    );
    expect(JSON.parse(owned)).toEqual(['tcp 10.9.9.9:80']);
  });
});
