// Hostile clients at the control socket of a real director that is active: it stays what it is, and answers.
import { connect, type Socket } from 'node:net';
import { describe, expect } from 'vitest';
import { sayTo, statusesIn } from '../../system/hostile-client.ts';
import { hostileBytes, mannerOf, rollOf } from '../../system/hostile-requests.ts';
import { hostOn } from '../harness/host-on.ts';
import { it } from '../harness/lab-each.ts';
import type { Lab } from '../harness/namespaces.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { steadyRouter } from '../vrrp/router-config.ts';

async function activeDirector(lab: Lab): Promise<Director> {
  const host = await hostOn(lab, await lab.lan('lan'), 'a', '10.9.0.1/24');
  const director = startDirector(lab, host, { config: steadyRouter('10.9.0.9/24') });
  await director.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 60_000 });
  return director;
}

/** It never ceased to be what it was, its processes are the first ones, and it answers. */
async function expectUnharmed(director: Director): Promise<void> {
  const { status, stdout } = await director.cli('status', '--json');
  expect(status).toBe(0);
  const [router] = (JSON.parse(stdout) as { readonly vrrp: readonly { readonly phase: string }[] }).vrrp;
  expect(router?.phase).toBe('active');
  const told = director.events();
  const transitions = told.filter(({ event }) => event === 'vrrp.transition').map(({ to }) => to);
  expect(transitions, JSON.stringify(told.slice(-20))).toEqual(['active']);
  const bad = [
    'daemon.fault',
    'control.failed',
    'vrrp.process_lost',
    'vrrp.supervisor_lost',
    'daemon.stopping',
  ];
  expect(told.filter(({ event }) => bad.includes(event))).toEqual([]);
  expect(director.running.ended()).toBe(false);
}

/** A failover and an order are good questions, and would be obeyed. */
const isObeyed = (bytes: Buffer) => /POST \/(?:failover|server|reload)/.test(bytes.toString('latin1'));

describe('the control socket of an active director', () => {
  it.concurrent.for([1, 2, 3])('takes whatever bytes come (seed %d)', async (seed, { lab }) => {
    const director = await activeDirector(lab);
    const roll = rollOf(seed);
    for (let round = 0; round < 10; round += 1) {
      const clients = Array.from({ length: 25 }, () => ({
        bytes: hostileBytes(roll),
        manner: mannerOf(roll),
      }));
      const outcomes = await Promise.all(
        clients
          .filter(({ bytes }) => !isObeyed(bytes))
          .map(({ bytes, manner }) => sayTo(director.controlSocket, bytes, manner, 55_000)),
      );
      expect(outcomes.filter(({ closed }) => !closed)).toEqual([]);
      const others = outcomes.flatMap(({ answer }) => statusesIn(answer)).filter((status) => status >= 500);
      expect(others).toEqual([]);
    }
    await expectUnharmed(director);
  });

  it('takes thousands of clients that say nothing, half of it, or never listen', async ({ lab }) => {
    const director = await activeDirector(lab);
    const says = [
      '',
      'GET /sta',
      'GET /status HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST /reload HTTP/1.1\r\nContent-Length: 9\r\n',
    ];
    const sockets: Socket[] = [];
    for (let count = 0; count < 3000; count += 1) {
      const socket = connect(director.controlSocket)
        .on('error', () => {})
        .pause();
      socket.write(says[count % says.length] ?? '');
      sockets.push(socket);
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expectUnharmed(director);
    for (const socket of sockets) socket.destroy();
    await expectUnharmed(director);
  });
});
