// In which order programs run, how many may wait, and what a stop waits for.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type CommandQueue,
  createCommandQueue,
  programsMax,
} from '../../../src/daemon/commands/command-queue.ts';
import { createScriptedPrograms, type ScriptedPrograms } from '../../make/scripted-programs.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

let time: VirtualTime;
let programs: ScriptedPrograms;
let queue: CommandQueue;
/** What was told of each, in order. */
let told: string[];

beforeEach(() => {
  time = createVirtualTime();
  programs = createScriptedPrograms(time);
  queue = createCommandQueue({ clock: time, runScript: programs.runScript });
  told = [];
});

async function add(subject: string, program: string, waitingMax?: number): Promise<void> {
  const onEnded = (exit: string) => void told.push(`${program} ${exit}`);
  queue.add(subject, {
    command: () => ({ request: { command: [program], isAction: true }, onEnded }),
    onLeftOut: () => onEnded('left out'),
    ...(waitingMax !== undefined && { waitingMax }),
  });
  await time.advance(0);
}

describe('a program', () => {
  it('is started after whoever asked for it has gone on, for a bounded time', async () => {
    const added = add('a', '/bin/a');
    expect(programs.started).toEqual([]);
    await added;
    expect(programs.started[0]?.request).toEqual({ command: ['/bin/a'], isAction: true, timeoutMs: 30_000 });
    await programs.started[0]?.end('exit 3');
    expect(told).toEqual(['/bin/a exit 3']);
  });

  it('waits for those of its subject, not for others', async () => {
    for (const [subject, program] of [
      ['a', '/bin/a1'],
      ['a', '/bin/a2'],
      ['b', '/bin/b'],
    ] as const)
      await add(subject, program);
    expect(programs.commands()).toEqual(['/bin/a1', '/bin/b']);
    await programs.started[0]?.end();
    expect(programs.commands().at(-1)).toBe('/bin/a2');
  });

  it('of thousands begins as others have their turn, and some run at once; one of a router waits for none', async () => {
    const started = () => programs.commands().filter((each) => each !== '/bin/router').length;
    const request = { command: ['/bin/a'], isAction: true as const };
    const command = () => ({ request, onEnded: () => {} });
    for (let n = 0; n < 1000; n++) queue.add(`server ${n}`, { command, waitingMax: 1 });
    await Promise.resolve();
    await Promise.resolve();
    expect(started()).toBeLessThan(10);
    await time.advance(1000);
    expect(started()).toBe(programsMax);
    queue.add('router VI_1', {
      isUrgent: true,
      command: () => ({ request: { command: ['/bin/router'], isAction: true }, onEnded: () => {} }),
    });
    await time.advance(0);
    expect(programs.commands()).toContain('/bin/router');
    for (let n = 0; n < 3; n++) await programs.started[n]?.end();
    await time.advance(1000);
    expect(started()).toBe(programsMax + 3);
  });

  it('that there is no reason for any more, when its turn comes, is passed over', async () => {
    await add('a', '/bin/a1');
    queue.add('a', { command: () => undefined });
    await add('a', '/bin/a3');
    await programs.started[0]?.end();
    expect(programs.commands()).toEqual(['/bin/a1', '/bin/a3']);
  });
});

describe('one that hangs', () => {
  it('holds up sixteen of its subject; the oldest are left out, and said to be', async () => {
    for (let i = 0; i <= 18; i += 1) await add('a', `/bin/${i}`);
    expect(told).toEqual(['/bin/1 left out', '/bin/2 left out']);
    for (let i = 0; i <= 18; i += 1) await programs.started[i]?.end();
    expect(programs.commands()).toHaveLength(17);
    expect(programs.commands().at(-1)).toBe('/bin/18');
  });

  it('holds up as many as it is told', async () => {
    for (const program of ['/bin/1', '/bin/2', '/bin/3']) await add('a', program, 1);
    await programs.started[0]?.end();
    expect(programs.commands()).toEqual(['/bin/1', '/bin/3']);
  });
});

describe('a stop', () => {
  const drained = (limitMs: number) => void queue.drained(limitMs).then(() => told.push('drained'));

  it('waits for what runs and for what waits, of every subject', async () => {
    for (const [subject, program] of [
      ['a', '/bin/a1'],
      ['a', '/bin/a2'],
      ['b', '/bin/b'],
    ] as const)
      await add(subject, program);
    drained(1000);
    for (const program of [...programs.started]) await program.end();
    expect(told).toEqual(['/bin/a1 exit 0', '/bin/b exit 0']);
    await programs.started[2]?.end();
    expect(told).toEqual(['/bin/a1 exit 0', '/bin/b exit 0', '/bin/a2 exit 0', 'drained']);
    expect(time.waiting()).toBe(0);
  });

  it('waits for a bounded time', async () => {
    await add('a', '/bin/a');
    drained(1000);
    await time.advance(999);
    expect(told).toEqual([]);
    await time.advance(1);
    expect(told).toEqual(['drained']);
  });

  it('waits for nothing where nothing runs', async () => {
    drained(1000);
    await time.advance(0);
    expect([told, time.waiting()]).toEqual([['drained'], 0]);
  });
});
