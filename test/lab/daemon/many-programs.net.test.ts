// Hundreds of servers fall at once, and each has a program that is told: only some run at a time, each is told in the end,
// and neither adverts nor checks wait for them.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programsMax } from '../../../src/daemon/commands/command-queue.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { routerConfig, withAdverts } from '../vrrp/router-config.ts';

const many = 400;
const limit = { timeoutMs: 60_000 };

let lab: Lab;
let web: Host;
let nginx: Running;
let folder: string;
let director: Director;

const config = () => {
  const reals = Array.from(
    { length: many },
    (_, n) =>
      `{address: "10.9.${16 + Math.floor(n / 250)}.${(n % 250) + 1}:8080", forward: masq, notify_down: ${folder}/told}`,
  );
  const more = `checkinterval: 1s
fall: 1
virtual: [{address: "10.9.0.100:81", checktype: connect, real: [${reals.join(', ')}]}]
`;
  return withAdverts(routerConfig(150, '10.9.0.100/24', '', more), '500ms');
};

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const host = await hostOn(lab, lan, 'lvs1', '10.9.0.1/24');
  web = await hostOn(lab, lan, 'web', '10.9.0.11/24');
  nginx = await startNginx(lab, web, { listen: ['8080'], body: 'x' });
  await web.run('ip', 'route', 'add', 'local', '10.9.16.0/20', 'dev', 'lo');
  await host.run('ip', 'route', 'add', '10.9.16.0/20', 'via', '10.9.0.11');
  folder = lab.directory('told');
  for (const each of [folder, join(folder, '..')]) chmodSync(each, 0o755);
  // Long enough that all would run at once.
  writeFileSync(join(folder, 'told'), '#!/bin/sh\nsleep 3\n', { mode: 0o755 });
  director = startDirector(lab, host, { config: config() });
  await waitUntil(() => count('real.up') === many, { what: 'all are up', ...limit });
  await director.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
});
afterAll(() => lab?.dispose());

const count = (event: string) => director.events().filter((each) => each.event === event).length;

/** Also what a first try saw: there are no more to be told. */
let most = 0;

it('has told each, some at a time, and was active all the while', async () => {
  const watching = setInterval(() => {
    void director.host.attempt('pgrep', '-fc', `^/bin/sh ${folder}/told`).then(({ stdout }) => {
      most = Math.max(most, Number(stdout));
    });
  }, 200);
  await nginx.stop();
  await waitUntil(() => count('real.notified') === many, { what: 'each is told', ...limit });
  clearInterval(watching);
  expect(most).toBeGreaterThan(0);
  // Who counts them one after the other may see one that ends and the one that takes its place.
  expect(most).toBeLessThan(1.5 * programsMax);
  const exits = new Set(
    director.events().flatMap(({ event, exit }) => (event === 'real.notified' ? [exit] : [])),
  );
  expect([...exits]).toEqual(['exit 0']);
  const roles = director.events().flatMap(({ event, to }) => (event === 'vrrp.transition' ? [to] : []));
  expect(roles).toEqual(['backup', 'active']);
  expect(director.events().filter(({ event }) => /process_lost|supervisor|stall/.test(event))).toEqual([]);
});
