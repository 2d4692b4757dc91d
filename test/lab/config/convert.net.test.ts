// A real keepalived runs a file, our daemon what `convert` makes of the same file (but for the priority), on one LAN: they
// hear each other, so that one of them has the address at a time.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const head = 'director: {control_socket: $CONTROL, state_dir: $STATE}\n';
const address = '10.9.0.99';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab?.dispose());

const file = (globals: string, priority: string, more: string) => `global_defs {
  ${globals}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  ${priority}
  ${more}
  virtual_ipaddress {
    ${address}
  }
}
`;
const password = 'authentication {\n auth_type PASS\n auth_pass 1111\n }';

async function converted(host: Host, text: string): Promise<string> {
  const source = join(lab.directory(`${host.name}-source`), 'keepalived.conf');
  writeFileSync(source, text);
  const { stdout, stderr, status } = await host.attempt(process.execPath, daemonMain, 'convert', source);
  expect(status, stderr).toBe(0);
  return head + stdout;
}

const holds = async (host: Host) =>
  (await host.run('ip', '-o', '-4', 'address', 'show', 'dev', 'eth0')).includes(` ${address}/`);

it.skipIf(!hasKeepalived).each([
  { name: 'strict mode with a password', globals: 'vrrp_strict', more: password },
  { name: 'a password without an auth_type', globals: '', more: 'authentication {\n auth_pass 1111\n }' },
  {
    name: 'a password in two blocks',
    globals: '',
    more: `${password}\nauthentication {\n auth_pass 2222\n }`,
  },
  { name: 'hundredths of a second that are rounded', globals: 'vrrp_version 3', more: 'advert_int 0.333' },
])('$name: one has the address, then the other', async ({ globals, more }) => {
  const lan = await lab.lan('lan');
  const [theirs, ours] = await Promise.all([lab.host('ka'), lab.host('lvs1')]);
  await lab.attach(theirs, lan, { addresses: ['10.9.0.1/24'] });
  await lab.attach(ours, lan, { addresses: ['10.9.0.2/24'] });
  const keepalived = startKeepalived(lab, theirs, file(globals, 'priority 100', more));
  await waitUntil(() => holds(theirs), { timeoutMs: 30_000, what: 'the address at keepalived' });
  // Lower: it hears keepalived, and waits.
  const low = startDirector(lab, ours, {
    config: await converted(ours, file(globals, 'priority 90', more)),
  });
  await low.waitFor('vrrp.transition', ({ to }) => to === 'backup', { timeoutMs: 30_000 });
  await new Promise((done) => setTimeout(done, 6000));
  expect([await holds(theirs), await holds(ours)]).toEqual([true, false]);
  // Higher: keepalived hears it, and gives way.
  low.writeConfig(await converted(ours, file(globals, 'priority 110', more)));
  low.running.signal('SIGHUP');
  await waitUntil(async () => (await holds(ours)) && !(await holds(theirs)), {
    timeoutMs: 30_000,
    what: 'the address at ours alone',
  });
  expect(keepalived.lines().filter((line) => /expecting|mismatch|bad|invalid|dropped/i.test(line))).toEqual(
    [],
  );
});
