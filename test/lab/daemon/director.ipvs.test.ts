// What IPVS holds beside its table, on a real kernel: settings and sync daemons that are kept, and left as they were
// found.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sysctlSchema } from '../../../src/config/ipvs/sysctl.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

const daemons = async (host: Host): Promise<string> =>
  [...(await host.run('ipvsadm', '-l', '--daemon')).matchAll(/^(master|backup) sync daemon/gm)]
    .map(([, state]) => state)
    .sort()
    .join(' ');
const daemonsAre = (host: Host, wanted: string) =>
  waitUntil(async () => (await daemons(host)) === wanted, {
    what: `${host.name} has ${wanted || 'no sync daemon'}`,
    timeoutMs: 20_000,
    everyMs: 300,
  });

describe('a director alone', () => {
  const alone = (ipvs: string) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
ipvs: {resync_interval: 500ms, ${ipvs}}
`;
  const settings =
    'timeout: {tcp: 10m, udp: 1m}, sysctl: {expire_nodest_conn: 1, net.ipv4.vs.sync_threshold: "2 20", drop_entry: 1, est_cpulist: 9000}';
  const timeouts = async (host: Host) =>
    (await host.run('ipvsadm', '-l', '--timeout')).replace(/^.*: /, '').trim();
  const sysctl = async (host: Host, name: string) =>
    (await host.run('sysctl', '-n', `net.ipv4.vs.${name}`)).trim().replaceAll(/\s+/g, ' ');
  const found = async (host: Host) => [
    await timeouts(host),
    await sysctl(host, 'expire_nodest_conn'),
    await sysctl(host, 'sync_threshold'),
    await sysctl(host, 'drop_entry'),
  ];

  it('keeps its settings against others, and leaves them as they were found, also after a kill', async () => {
    const host = await lab.host('lvs1');
    await host.run('ipvsadm', '--set', '800', '100', '200');
    const before = ['800 100 200', '0', '3 50', '0'];
    expect(await found(host)).toEqual(before);
    const director = startDirector(lab, host, { config: alone(settings) });
    await director.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
    const wanted = ['600 100 60', '1', '2 20', '1'];
    expect(await found(host)).toEqual(wanted);
    const failed = await director.waitFor('ipvs.failed');
    expect(failed.operation).toBe('sysctl -w net.ipv4.vs.est_cpulist=9000');
    // Before Linux 6.2 there is no such setting, after it there is no such processor.
    expect(['ENOENT', 'EINVAL', 'ERANGE']).toContain(failed.code);

    await host.run('ipvsadm', '--set', '5', '0', '0');
    await director.waitFor('ipvs.timeout', ({ why }) => why === 'drift');
    await host.run('sysctl', '-q', '-w', 'net.ipv4.vs.expire_nodest_conn=0');
    await director.waitFor('ipvs.sysctl', ({ why }) => why === 'drift');
    expect(await found(host)).toEqual(wanted);
    const shown = (await director.cli('status')).stdout;
    expect(shown).toContain('net.ipv4.vs.expire_nodest_conn = 1');
    expect(shown).toContain('The kernel refuses: sysctl -w net.ipv4.vs.est_cpulist=9000');

    await host.killAll();
    expect(await found(host)).toEqual(wanted);
    const next = startDirector(lab, host, { config: alone('timeout: {tcp: 10m}'), again: director });
    await next.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
    expect(await found(host)).toEqual(['600 100 200', '0', '3 50', '0']);
    expect(await next.running.stop(10_000)).toBe(0);
    expect(await found(host)).toEqual(before);
  });

  it('has a key for every setting of this kernel, which takes the least and the most of each number', async () => {
    const host = await lab.host('lvs1');
    const here = (await host.run('ls', '/proc/sys/net/ipv4/vs')).trim().split('\n');
    const ofDebugKernels = ['debug_level'];
    expect(here.filter((name) => !(name in sysctlSchema.shape) && !ofDebugKernels.includes(name))).toEqual(
      [],
    );
    const bounds = Object.entries(sysctlSchema.shape).flatMap(([name, schema]) => {
      const { minimum, maximum } = z.toJSONSchema(schema, { io: 'input' });
      return here.includes(name) && minimum !== undefined ? [`${name}=${minimum}`, `${name}=${maximum}`] : [];
    });
    expect(bounds.length).toBeGreaterThan(20);
    await host.run('sysctl', '-q', '-w', ...bounds.map((bound) => `net.ipv4.vs.${bound}`));
  });

  it('runs both daemons where that is asked for: waits for the interface, repairs, adopts, and ends its own', async () => {
    const host = await lab.host('lvs1');
    const sync =
      'sync: {interface: eth2, mode: both, id: 7, maxlen: 1000, group: 239.1.1.1, port: 9000, ttl: 3}';
    const director = startDirector(lab, host, { config: alone(sync) });
    const refused = await director.waitFor('ipvs.failed', undefined, { timeoutMs: 20_000 });
    expect(refused.operation).toContain('ipvsadm --start-daemon master --mcast-interface eth2 --syncid 7');
    expect(refused.code).toBe('ENODEV');
    await lab.attach(host, await lab.lan('between'), { interface: 'eth2', addresses: ['10.3.0.1/24'] });
    await daemonsAre(host, 'backup master');
    const parameters = await host.run('ipvsadm', '-l', '--daemon');
    expect(parameters).toContain(
      'master sync daemon (mcast=eth2, syncid=7, maxlen=1000, group=239.1.1.1, port=9000, ttl=3)',
    );
    expect(parameters).toContain(
      'backup sync daemon (mcast=eth2, syncid=7, maxlen=1024, group=239.1.1.1, port=9000, ttl=3)',
    );

    await host.run('ipvsadm', '--stop-daemon', 'backup');
    await director.waitFor('ipvs.sync_daemon', ({ why, state }) => why === 'drift' && state === 'backup');
    await daemonsAre(host, 'backup master');

    await host.killAll();
    const next = startDirector(lab, host, { config: alone(sync), again: director });
    await next.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
    const plan = (await next.cli('plan', '-c', next.configFile)).stdout;
    expect(plan).toContain('Nothing to change');
    expect(next.events().filter(({ event }) => event === 'ipvs.sync_daemon')).toEqual([]);
    expect(await next.running.stop(15_000)).toBe(0);
    expect(await daemons(host)).toBe('');
  });

  it('leaves alone what somebody else started as it should be', async () => {
    const host = await lab.host('lvs1');
    await lab.attach(host, await lab.lan('between'), { interface: 'eth2', addresses: ['10.3.0.1/24'] });
    for (const state of ['master', 'backup'])
      await host.run('ipvsadm', '--start-daemon', state, '--mcast-interface', 'eth2', '--syncid', '7');
    const director = startDirector(lab, host, {
      config: alone('sync: {interface: eth2, mode: both, id: 7}'),
    });
    await director.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
    expect(await director.running.stop(10_000)).toBe(0);
    expect(director.events().filter(({ event }) => event.startsWith('ipvs.'))).toEqual([]);
    expect(await daemons(host)).toBe('backup master');
    for (const state of ['master', 'backup']) await host.run('ipvsadm', '--stop-daemon', state);
  });
});
