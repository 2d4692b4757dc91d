// A director that gets a fraction of the processor it needs, as where a group of processes is throttled or its host is
// crowded: its checks come late, and no living server goes out for that; a silent one goes all the same.

import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

let lab: Lab;
let host: Host;
let director: Director;
let silenced: Server;
let isSilent = false;

const servers = 600;
const silent = '127.0.2.1:81';
const reals = Array.from({ length: servers }, (_, at) => `"127.0.${at >> 7}.${(at & 127) + 1}:80 gate"`);
const config = `
director: {control_socket: $CONTROL, state_dir: $STATE}
negotiatetimeout: 1
checktimeout: 1
checkinterval: 1
virtual:
  - {address: "10.9.9.9:80", service: http, real: [${reals.join(', ')}, "${silent} gate"]}
`;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  await startNginx(lab, host, { listen: ['80'], body: 'Test Page' });
  silenced = createServer((_, answer) => void (isSilent || answer.end('Test Page')));
  const leave = enter(host);
  await new Promise<void>((resolve) => void silenced.listen(81, '127.0.2.1', resolve));
  leave();
  director = startDirector(lab, host, { config });
  await waitUntil(() => Promise.resolve(told('real.up').length === servers + 1), { what: 'all servers' });
});
afterEach(async () => {
  silenced.closeAllConnections();
  silenced.close();
  await lab?.dispose();
});

const told = (event: string) => director.events().filter((each) => each.event === event);

/** It runs for 24 ms of each 400, until it is done or so much time has passed. */
async function throttled(limitMs: number, isDone = () => false): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end && !isDone(); ) {
    director.running.signal('SIGSTOP');
    await delay(376);
    director.running.signal('SIGCONT');
    await delay(24);
  }
}

it(
  'takes no living server out, and a silent one all the same',
  byTheClock('it gives the daemon so many milliseconds a second'),
  async () => {
    await throttled(8000);
    expect([...told('real.down'), ...told('real.failing')]).toEqual([]);
    isSilent = true;
    await throttled(30_000, () => told('real.down').length > 0);
    expect(told('real.down').map(({ real }) => real)).toEqual([silent]);
  },
);
