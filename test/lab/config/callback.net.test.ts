// `callback` of an ldirectord.cf, as ldirectord 4.12 has it (check_cfgfile): when the file says something else, whether it is
// taken or not, with its path and nothing more.
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';

const limit = { timeoutMs: 20_000 };
let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
});
afterAll(() => lab.dispose());

it('calls it when the file says something else, taken or not, and not when it is only touched', async () => {
  const folder = lab.directory('callback');
  const [said, program] = [join(folder, 'said'), join(folder, 'call')];
  writeFileSync(program, `#!/bin/sh\necho "$# $*" >>${said}\n`, { mode: 0o755 });
  const text = (autoreload: string) =>
    `director: {control_socket: $CONTROL, state_dir: $STATE}\ncallback: ${program}\nautoreload: ${autoreload}`;
  const calls = () => (existsSync(said) ? readFileSync(said, 'utf8').trim().split('\n') : []);
  const { configFile: file, ...running } = startDirector(lab, host, { config: text('no\n') });
  await running.waitFor('daemon.ready', undefined, limit);
  utimesSync(file, new Date(), new Date());
  running.writeConfig(text('yes\n'));
  await waitUntil(() => calls().length === 1, { what: 'the first call', ...limit });
  expect(calls()).toEqual([`1 ${file}`]);
  expect(running.events().map(({ event }) => event)).not.toContain('daemon.reloaded');
  expect(await running.cli('reload')).toMatchObject({ status: 0 });
  running.writeConfig(text('yes\nnonsense: 1\n'));
  await waitUntil(() => calls().length === 2, { what: 'the call for a bad file', ...limit });
  expect(await running.waitFor('config.callback', undefined, limit)).toMatchObject({
    config: file,
    exit: 'exit 0',
  });
  await running.waitFor('daemon.reload_rejected', undefined, limit);
});
