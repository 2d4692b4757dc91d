// Addresses, routes and rules that a director has in every state: keepalived runs a file, our daemon what `convert` makes
// of it, and the kernel has the same of both while they run and after they have stopped. What somebody removes comes back.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';

let lab: Lab;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  host = await hostOn(lab, await lab.lan('lan'), 'a', '10.9.0.1/24', 'fd00::1/64');
  // The host's own, which the file names as well: it stays.
  await host.run('ip', 'address', 'add', '10.66.0.9/24', 'dev', 'eth0');
});
afterEach(() => lab?.dispose());

/** It hears nobody for a long time: backup all the while. */
const file = `
static_ipaddress {
  10.66.0.1/24 dev eth0
  10.66.0.9/24 dev eth0
  fd66::1/64 dev eth0
}
static_routes {
  10.77.0.0/16 via 10.66.0.2 dev eth0 src 10.66.0.1
  fd77::/32 via fd66::2 dev eth0
}
static_rules {
  from 10.66.0.0/24 table 100
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 200
  virtual_ipaddress {
    10.9.0.100/24
  }
  virtual_rules {
    from 10.9.0.100 table 101
  }
}
`;

/** In short: addresses, routes by gateway, and rules. */
async function kernel(): Promise<readonly string[]> {
  const shown = async (...words: string[]) => (await host.run('ip', ...words)).split('\n');
  const addresses = (await shown('-o', 'address', 'show', 'dev', 'eth0')).flatMap(
    (line) => /inet6? (\S+)/.exec(line)?.[1] ?? [],
  );
  const routes = [...(await shown('route')), ...(await shown('-6', 'route'))].flatMap(
    (line) => /^(\S+ via \S+ dev \S+)/.exec(line)?.[1] ?? [],
  );
  const rules = (await shown('rule')).flatMap(
    (line) => /^(\d+:\s+from 10\S+ lookup \d+)/.exec(line)?.[1] ?? [],
  );
  return [...addresses.filter((each) => !each.startsWith('fe80')), ...routes, ...rules].sort();
}

const before = ['10.66.0.9/24', '10.9.0.1/24', 'fd00::1/64'];
const has = (wanted: readonly string[]) =>
  waitUntil(async () => (await kernel()).join() === wanted.join(), { what: `the kernel has ${wanted}` });

async function converted(text: string): Promise<string> {
  const path = join(lab.directory('old'), 'keepalived.conf');
  writeFileSync(path, text);
  return `director: {control_socket: $CONTROL, state_dir: $STATE}\n${await host.run(process.execPath, daemonMain, 'convert', path)}`;
}

describe('static addresses, routes and rules', () => {
  it('are those that keepalived has, and go with the daemon', async () => {
    const keepalived = startKeepalived(lab, host, file);
    await keepalived.waitFor(/Entering BACKUP STATE/, { timeoutMs: 15_000 });
    const theirs = await kernel();
    expect(theirs).toHaveLength(before.length + 5);
    await keepalived.stop();
    await host.run('ip', 'address', 'replace', '10.66.0.9/24', 'dev', 'eth0');
    await has(before);

    const ours = startDirector(lab, host, { config: await converted(file) });
    await ours.waitFor('daemon.ready');
    await has(theirs);
    ours.running.signal('SIGTERM');
    expect(await ours.running.exited).toBe(0);
    expect(await kernel()).toEqual(before);
  });

  it('come back, outlive a crash, and change with a reload', async () => {
    const config = await converted(file);
    const ours = startDirector(lab, host, { config });
    await ours.waitFor('daemon.ready');
    const all = await kernel();
    await host.run('ip', 'address', 'del', '10.66.0.1/24', 'dev', 'eth0');
    await host.run('ip', 'rule', 'del', 'from', '10.66.0.0/24', 'table', '100');
    await has(all);
    expect((await ours.waitFor('vip.restored')).address).toBe('10.66.0.1/24');

    await host.killAll();
    await ours.running.exited;
    expect(await kernel()).toEqual(all);
    const again = startDirector(lab, host, { config, again: ours });
    await again.waitFor('daemon.ready');
    again.writeConfig(config.replace('10.66.0.1/24', '10.66.0.7/24').replace(/ src \S+/, ''));
    expect((await again.cli('reload')).status).toBe(0);
    await has(all.map((each) => each.replace('10.66.0.1/24', '10.66.0.7/24')).sort());
    again.running.signal('SIGTERM');
    expect(await again.running.exited).toBe(0);
    expect(await kernel()).toEqual(before);
  });
});
