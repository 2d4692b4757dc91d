// The harness itself: hosts reach each other, processes are watched and ended, nothing is left behind.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLab, withLab } from './namespaces.ts';
import { start, waitUntil } from './process.ts';
import { startKeepalived, startNginx } from './programs.ts';

describe('a lab', () => {
  it('connects hosts of one network, and carrier() cuts one off', async () => {
    await withLab(async (lab) => {
      const lan = await lab.lan('lan');
      const a = await lab.host('a');
      const b = await lab.host('b');
      await lab.attach(a, lan, { addresses: ['10.0.0.1/24', 'fd00::1/64'] });
      await lab.attach(b, lan, { addresses: ['10.0.0.2/24', 'fd00::2/64'] });
      await a.run('ping', '-c', '1', '-W', '2', '10.0.0.2');
      await a.run('ping', '-6', '-c', '1', '-W', '2', 'fd00::2');
      await lab.carrier(b, lan, false);
      expect(await b.run('ip', 'link', 'show', 'eth0')).toContain('NO-CARRIER');
      await lab.carrier(b, lan, true);
      await a.run('ping', '-c', '1', '-W', '2', '10.0.0.2');
    });
  });

  it('removes namespaces, folders and stubborn processes, also when the work fails', async () => {
    let netns = '';
    let pid = 0;
    let folder = '';
    const work = withLab(async (lab) => {
      const host = await lab.host('a');
      netns = host.netns;
      folder = lab.directory('x');
      const stubborn = host.start(['sh', '-c', 'trap "" TERM; echo ready; sleep 60 & wait; sleep 60']);
      await stubborn.waitFor(/^ready$/);
      pid = stubborn.pid;
      throw new Error('planned');
    });
    await expect(work).rejects.toThrow('planned');
    expect(existsSync(`/run/netns/${netns}`)).toBe(false);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('ends every process of a host at once', async () => {
    const lab = createLab();
    try {
      const host = await lab.host('a');
      const one = host.start(['sh', '-c', 'sleep 60 & echo on; wait']);
      await one.waitFor(/on/);
      await host.killAll();
      expect(await one.exited).toBe(137);
      expect(await host.run('ip', 'netns', 'pids', host.netns)).toMatch(/^\d*\n?$/);
    } finally {
      await lab.dispose();
    }
  });

  it('serves with nginx and floats an address with keepalived', async () => {
    await withLab(async (lab) => {
      const lan = await lab.lan('lan');
      const client = await lab.host('client');
      const server = await lab.host('server');
      await lab.attach(client, lan, { addresses: ['10.0.0.1/24'] });
      await lab.attach(server, lan, { addresses: ['10.0.0.2/24'] });
      await startNginx(lab, server, { listen: ['80'], body: 'hello' });
      startKeepalived(
        lab,
        server,
        `vrrp_instance V { interface eth0
           virtual_router_id 9
           priority 200
           advert_int 1
           virtual_ipaddress { 10.0.0.9/32 } }`,
      );
      const fetchPage = () => client.attempt('curl', '-s', '-m', '1', 'http://10.0.0.9/');
      const page = await waitUntil(async () => (await fetchPage()).stdout || undefined, { what: 'the page' });
      expect(page).toBe('hello\n');
    });
  });
});

describe('a started process', () => {
  it('rejects a wait for a line that never comes, with what was said instead', async () => {
    const running = start(['sh', '-c', 'echo one; echo two >&2']);
    await expect(running.waitFor(/three/)).rejects.toThrow(
      /ended before anything fits \/three\/[\s\S]*one[\s\S]*two/,
    );
    expect(await running.exited).toBe(0);
  });

  it('is ended by stop() even if it ignores SIGTERM', async () => {
    const running = start(['sh', '-c', 'trap "" TERM; echo on; while :; do sleep 1; done']);
    await running.waitFor(/on/);
    expect(await running.stop(200)).toBe(137);
  });
});
