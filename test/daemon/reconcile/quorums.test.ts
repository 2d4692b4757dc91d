// What is told of a quorum, when, and which programs run.

import { beforeEach, describe, expect, it } from 'vitest';
import { createCommandQueue } from '../../../src/daemon/commands/command-queue.ts';
import { createQuorumCommands } from '../../../src/daemon/commands/quorum-commands.ts';
import { createQuorums, type Quorums } from '../../../src/daemon/reconcile/quorums.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { QuorumConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { formatServiceId, type ServiceId } from '../../../src/model/ipvs.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { ip } from '../../../src/net/ip.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';
import { serviceNamed } from '../../make/names.ts';
import { createScriptedPrograms, type ScriptedPrograms } from '../../make/scripted-programs.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const name = formatServiceId(vip);
const scripts = { up: ['/bin/announce', '-x'], down: ['/bin/withdraw'] };
const web = (limits: QuorumConfig = { quorum: 3, hysteresis: 1, ...scripts }): VirtualConfig =>
  virtualOf(vip, {
    reals: [1, 2, 3, 4, 5].map((last) => realOf(`10.0.0.${last}`, 80)),
    quorum: limits,
  });

let clock: VirtualTime;
let events: JournalEvent[];
let programs: ScriptedPrograms;
let verdicts: Record<string, Verdict>;
let weight: number | 'out';
let quorums: Quorums;

function create(): void {
  const journal = (event: JournalEvent) => void events.push(event);
  const queue = createCommandQueue({ clock, runScript: programs.runScript });
  const commands = createQuorumCommands({ journal, queue });
  const verdictOf = (_service: string, real: string) => verdicts[real] ?? 'unverified';
  quorums = createQuorums({ journal, verdictOf, weigh: () => weight, commands });
}

beforeEach(() => {
  clock = createVirtualTime();
  programs = createScriptedPrograms(clock);
  [events, verdicts, weight] = [[], {}, 1];
  create();
});

/** The first `up` servers are up and the others down. */
function servers(up: number): void {
  for (let last = 1; last <= 5; last++) verdicts[`10.0.0.${last}:80`] = last <= up ? 'up' : 'down';
  quorums.look(name);
}
const told = () =>
  events.splice(0).map((event) => ('weight' in event ? `${event.event} ${event.weight}` : event.event));
const ran = async () => {
  await clock.advance(0);
  return programs.commands();
};

describe('a quorum', () => {
  it('is told when it is gained and lost, with the weight and the limits', () => {
    quorums.configure([web()]);
    expect(told()).toEqual([]);
    servers(4);
    expect(events).toEqual([
      { event: 'service.quorum_gained', service: name, weight: 4, quorum: 3, hysteresis: 1 },
    ]);
    told();
    servers(2);
    servers(4);
    expect(told()).toEqual([]);
    servers(1);
    servers(3);
    expect(told()).toEqual(['service.quorum_lost 1']);
    expect(quorums.statusOf(name)).toEqual({ state: 'lost', weight: 3, quorum: 3, hysteresis: 1 });
    servers(5);
    expect(told()).toEqual(['service.quorum_gained 5']);
  });

  it('is told after a start, once the checks have said what it is', () => {
    quorums.configure([web()]);
    expect([quorums.quorumOf(name), quorums.statusOf(name)?.state]).toEqual(['open', 'unknown']);
    verdicts = { '10.0.0.1:80': 'down' };
    quorums.look(name);
    expect(told()).toEqual([]);
    verdicts = { '10.0.0.1:80': 'down', '10.0.0.2:80': 'down' };
    quorums.look(name);
    expect(told()).toEqual(['service.quorum_lost 0']);
    expect(quorums.quorumOf(name)).toBe('lost');
  });

  it('counts as held after a restart where the table serves: within the band it stays', () => {
    quorums.configure([web()], (service, real) => service === name && real === '10.0.0.2:80');
    expect([quorums.quorumOf(name), quorums.statusOf(name)?.state]).toEqual(['held', 'unknown']);
    servers(2);
    expect(told()).toEqual(['service.quorum_gained 2']);
    create();
    quorums.configure([web()], () => false);
    servers(2);
    expect(told()).toEqual(['service.quorum_lost 2']);
  });

  it('outlives a reload, with other limits from then on', () => {
    quorums.configure([web()]);
    servers(4);
    told();
    quorums.configure([web()]);
    quorums.configure([web({ quorum: 5, hysteresis: 1 })]);
    expect(told()).toEqual([]);
    quorums.configure([web({ quorum: 5, hysteresis: 0 })]);
    expect(told()).toEqual(['service.quorum_lost 4']);
    quorums.configure([virtualOf(vip)]);
    expect([quorums.statusOf(name), quorums.quorumOf(name)]).toEqual([undefined, 'held']);
    expect(told()).toEqual([]);
  });

  it('goes by the weights of the moment, of every service where none is named', () => {
    quorums.configure([web()]);
    servers(2);
    told();
    weight = 2;
    quorums.look(serviceNamed('tcp 10.9.9.9:1'));
    expect(told()).toEqual([]);
    quorums.look();
    expect(told()).toEqual(['service.quorum_gained 4']);
    weight = 'out';
    quorums.look();
    expect(told()).toEqual(['service.quorum_lost 0']);
  });
});

describe('the programs of a quorum', () => {
  beforeEach(() => quorums.configure([web({ quorum: 3, hysteresis: 0, ...scripts, user: 'bird' })]));

  it('run as they are written, as that user, each for a bounded time, and are told', async () => {
    servers(3);
    await clock.advance(0);
    expect(programs.started[0]?.request).toEqual({
      command: ['/bin/announce', '-x'],
      user: 'bird',
      timeoutMs: 30_000,
    });
    told();
    await programs.started[0]?.end('exit 3');
    expect(events).toEqual([
      {
        event: 'service.quorum_command',
        ...{ service: name, action: 'up', command: '/bin/announce -x', exit: 'exit 3' },
      },
    ]);
    servers(0);
    expect(await ran()).toEqual(['/bin/announce -x', '/bin/withdraw']);
  });

  it('never run two at once; of what changes meanwhile the last is caught up with', async () => {
    for (const up of [3, 0, 3, 0]) servers(up);
    expect(await ran()).toEqual(['/bin/announce -x']);
    await programs.started[0]?.end();
    expect(await ran()).toEqual(['/bin/announce -x', '/bin/withdraw']);
    for (const up of [3, 0]) servers(up);
    await programs.started[1]?.end();
    expect(await ran()).toEqual(['/bin/announce -x', '/bin/withdraw']);
  });

  it('may be one alone', async () => {
    quorums.configure([web({ quorum: 3, hysteresis: 0, down: scripts.down })]);
    for (const up of [3, 0, 3, 0]) {
      servers(up);
      await clock.advance(0);
    }
    expect(await ran()).toEqual(['/bin/withdraw']);
    await programs.started[0]?.end();
    servers(3);
    await clock.advance(0);
    servers(0);
    expect(await ran()).toEqual(['/bin/withdraw', '/bin/withdraw']);
  });

  it('tell the loss of a service that leaves, and start anew for one that comes back', async () => {
    servers(3);
    await clock.advance(0);
    await programs.started[0]?.end();
    quorums.configure([]);
    expect(await ran()).toEqual(['/bin/announce -x', '/bin/withdraw']);
    await programs.started[1]?.end();
    quorums.configure([web({ quorum: 3, hysteresis: 0, ...scripts })]);
    expect(await ran()).toEqual(['/bin/announce -x', '/bin/withdraw', '/bin/announce -x']);
  });

  it('say nothing of a service that leaves without a quorum, nor where only the quorum leaves', async () => {
    servers(0);
    await clock.advance(0);
    await programs.started[0]?.end();
    quorums.configure([]);
    quorums.configure([web({ quorum: 3, hysteresis: 0, ...scripts })]);
    servers(3);
    await clock.advance(0);
    await programs.started[1]?.end();
    quorums.configure([virtualOf(vip)]);
    expect((await ran()).filter((line) => line === '/bin/withdraw')).toHaveLength(1);
  });

  it('tell the loss at a stop of a service with omega alone', async () => {
    servers(3);
    await clock.advance(0);
    await programs.started[0]?.end();
    quorums.stop();
    expect(await ran()).toHaveLength(1);
    quorums.configure([{ ...web({ quorum: 3, hysteresis: 0, ...scripts }), omega: true }]);
    quorums.stop();
    expect(await ran()).toEqual(['/bin/announce -x', '/bin/withdraw']);
  });
});
