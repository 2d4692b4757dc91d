// Connections that live on through a failover, as the kernel's sync daemons follow the roles.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import type { Director } from '../harness/programs.ts';
import {
  becomesActive,
  daemonsAre,
  goesOn,
  handOver,
  knows,
  node,
  pairConfig,
  syncedPair,
} from './synced-pair.ts';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

/** Says a number every 100 ms over one connection, and what came back; silent for so long after the first three. */
const talk = (silentMs: number) => `const socket = require('net').connect(7000, '10.1.0.100');
socket.setNoDelay();
let said = 0;
const say = () => {
  socket.write(++said + '\\n');
  setTimeout(say, said === 3 ? ${silentMs} : 100);
};
socket.on('connect', say);
socket.on('data', (data) => console.log('heard ' + String(data).trim().split('\\n').join(' ')));
socket.on('error', (error) => console.log('broke ' + error.code));
socket.on('close', () => console.log('closed'));`;

const config = pairConfig([
  '7000", scheduler: rr, service: none, checktype: connect, checkinterval: 2, real: ["10.2.0.8:7000 masq"]',
]);

describe('sync daemons by role', () => {
  it('let connections live on through hand-overs and the loss of a director', async () => {
    const { client, hosts, first, second } = await syncedPair(lab, config);
    const [one, other] = hosts;
    const talking = client.start(node(talk(100)));
    await knows(other, 1);
    await handOver(first);
    await becomesActive(second, 0);
    await goesOn(talking);
    await daemonsAre(one, 'backup');
    await daemonsAre(other, 'master');
    expect(steps(first)).toEqual([
      'started backup: role',
      'started master: role',
      'stopped backup: role',
      'started backup: role',
      'stopped master: role',
    ]);
    expect(steps(second)).toEqual(['started backup: role', 'started master: role', 'stopped backup: role']);

    // What the kernel still holds back at a hand-over is sent after it, in time for a client that is silent so long.
    const before = first.running.lineCount();
    const silent = client.start(node(talk(6000)));
    await silent.waitFor(/heard .*\b3$/, { timeoutMs: 20_000 });
    await handOver(second);
    await becomesActive(first, before);
    await goesOn(silent);
    await knows(other, 2);

    const last = second.running.lineCount();
    await one.run('ip', 'link', 'set', 'eth0', 'down');
    await one.run('ip', 'link', 'set', 'eth1', 'down');
    await one.killAll();
    await becomesActive(second, last);
    await goesOn(talking);
    await goesOn(silent);
  });
});

const steps = (director: Director) =>
  director
    .events()
    .filter(({ event }) => event === 'ipvs.sync_daemon')
    .map(({ action, state, why }) => `${action} ${state}: ${why}`);
