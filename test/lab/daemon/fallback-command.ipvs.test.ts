// A fallbackcommand that runs while the daemon is stopped: the table is cleaned meanwhile, and the daemon ends after it.
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

it('is waited for by a stop', async () => {
  const host = await lab.host('lvs1');
  const folder = lab.directory('command');
  const file = (name: string) => join(folder, name);
  writeFileSync(
    file('page'),
    `#!/bin/sh\ncd ${folder}; : >begun; until [ -e go ]; do sleep 0.1; done; echo "$@" >ended\n`,
  );
  chmodSync(file('page'), 0o755);
  const director = startDirector(lab, host, {
    config: `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
checkinterval: 500ms
virtual:
  - address: 10.9.9.9:80
    scheduler: rr
    checktype: connect
    fallback: 127.0.0.1:80
    fallbackcommand: ${file('page')}
    real: [127.0.0.2:8080 masq]
`,
  });
  await waitUntil(() => existsSync(file('begun')), { timeoutMs: 60_000, what: 'the command runs' });
  director.running.signal('SIGTERM');
  await waitUntil(async () => !(await host.run('ipvsadm', '-S', '-n')).includes('10.9.9.9'), {
    timeoutMs: 60_000,
    what: 'the service is out of the table',
  });
  writeFileSync(file('go'), '');
  expect(await director.running.exited).toBe(0);
  expect(existsSync(file('ended'))).toBe(true);
  const told = director.events().map(({ event }) => event);
  expect(told.slice(-2)).toEqual(['service.fallbackcommand', 'daemon.stopped']);
  expect(director.events().at(-2)).toMatchObject({ action: 'start', exit: 'exit 0' });
});
