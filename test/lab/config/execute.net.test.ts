// `execute`: one daemon serves the services of further files, each by its own settings; a change of any of them is taken, a bad
// one leaves all as it is, and a restart with one goes on with the copies of those that were in force.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { startDirector } from '../harness/programs.ts';

const limit = { timeoutMs: 20_000 };
let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
});
afterAll(() => lab.dispose());

const service = (port: number) => `virtual=10.8.0.1:${port}\n\treal=127.0.0.1:80 masq\n\tchecktype=connect\n`;

it('serves the services of several files, follows each, and keeps what was good', async () => {
  const folder = lab.directory('execute');
  const maintenance = join(folder, 'maintenance');
  mkdirSync(maintenance);
  writeFileSync(join(maintenance, '127.0.0.1'), '');
  const [a, b, state] = [join(folder, 'a.cf'), join(folder, 'b.cf'), join(folder, 'kept')];
  mkdirSync(state);
  writeFileSync(a, `checkinterval=1\nmaintenancedir=${maintenance}\nexecute=b.cf\n${service(81)}`);
  writeFileSync(b, `execute-not=1\n`);
  const config = `director: {control_socket: $CONTROL, state_dir: $STATE}\nautoreload: yes\nexecute: ["${a}"]\nvirtual:\n  - {address: 10.8.0.1:80, checktype: connect, real: [127.0.0.1:80 masq]}\n`;
  const prefix = ['env', `STATE_DIRECTORY=${state}`];
  const refused = startDirector(lab, host, { config, name: 'refused', prefix });
  expect(await refused.running.exited).toBe(2);
  writeFileSync(b, service(82));
  const director = startDirector(lab, host, { config, prefix });
  await director.waitFor('daemon.ready', undefined, limit);
  const served = async () => {
    const status = JSON.parse((await director.cli('status', '--json')).stdout) as {
      readonly services: readonly { readonly service: string }[];
    };
    return status.services.map(({ service }) => service);
  };
  expect(await served()).toEqual(['tcp 10.8.0.1:80', 'tcp 10.8.0.1:81', 'tcp 10.8.0.1:82']);
  expect(
    await director.waitFor('real.down', ({ service }) => service === 'tcp 10.8.0.1:81', limit),
  ).toMatchObject({
    detail: 'in maintenance',
  });
  expect(
    await director.waitFor('real.down', ({ service }) => service === 'tcp 10.8.0.1:80', limit),
  ).not.toMatchObject({
    detail: 'in maintenance',
  });
  writeFileSync(b, service(83));
  await director.waitFor('daemon.reloaded', undefined, limit);
  expect(await served()).toEqual(['tcp 10.8.0.1:80', 'tcp 10.8.0.1:81', 'tcp 10.8.0.1:83']);
  writeFileSync(b, 'nonsense=1\n');
  const rejected = await director.waitFor('daemon.reload_rejected', undefined, limit);
  expect(JSON.stringify(rejected)).toContain(`${b}:1:1: `);
  expect(await served()).toEqual(['tcp 10.8.0.1:80', 'tcp 10.8.0.1:81', 'tcp 10.8.0.1:83']);
  director.running.signalAll('SIGKILL');
  await director.running.exited;
  const again = startDirector(lab, host, { config, prefix, again: director });
  expect(JSON.stringify(await again.waitFor('daemon.config_rejected', undefined, limit))).toContain(b);
  await again.waitFor('daemon.ready', undefined, limit);
  expect(await served()).toEqual(['tcp 10.8.0.1:80', 'tcp 10.8.0.1:81', 'tcp 10.8.0.1:83']);
  await again.running.stop();
});
