// Which FIFO gets which lines, and the programs that read them: when they start, and how they end.
import { beforeEach, expect, it } from 'vitest';
import { createFifos, type Fifos } from '../../../src/daemon/commands/fifos.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { FifoConfig } from '../../../src/model/config/fifo.ts';
import { ip } from '../../../src/net/ip.ts';
import { err, ok } from '../../../src/net/result.ts';
import { createScriptedPrograms, type ScriptedPrograms } from '../../make/scripted-programs.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

let clock: VirtualTime;
let programs: ScriptedPrograms;
let events: JournalEvent[];
/** What was done with each path. */
let done: string[];
let asked: string[];
let fifos: Fifos;

beforeEach(() => {
  clock = createVirtualTime();
  programs = createScriptedPrograms(clock);
  [events, done, asked] = [[], [], []];
  fifos = createFifos({
    clock,
    journal: (event) => void events.push(event),
    openFifo: (path, owner) => {
      if (path === '/no') return err('expected a FIFO, got a directory');
      done.push(`open ${path}${owner === undefined ? '' : ` for ${owner}`}`);
      const write = (line: string) => {
        done.push(`${path} ${line.trimEnd()}`);
        return 'written' as const;
      };
      return ok({
        fifo: { write, unread: () => 0, isGone: () => false, close: () => void done.push(`close ${path}`) },
      });
    },
    runScript: (request) => {
      const run = programs.runScript(request);
      return {
        ...run,
        terminate: () => void asked.push('terminate'),
        kill: () => void asked.push('kill'),
      };
    },
  });
});

const all: FifoConfig = { path: '/all', tells: ['routers', 'services'] };
const routers: FifoConfig = { path: '/routers', tells: ['routers'], owner: 'nobody' };
const services: FifoConfig = { path: '/services', tells: ['services'], script: ['/bin/read', '-x'] };
const router = { kind: 'INSTANCE', name: 'VI_1', state: 'MASTER', priority: 100 } as const;
const service = {
  service: { kind: 'address', protocol: 'tcp', address: ip('192.0.2.15'), port: 80 },
  state: 'UP',
} as const;

it('each gets what it is for', async () => {
  fifos.configure([all, routers, services]);
  fifos.tell(router);
  fifos.tell(service);
  await clock.advance(0);
  expect(done.toSorted()).toEqual([
    '/all INSTANCE "VI_1" MASTER 100',
    '/all VS [192.0.2.15]:tcp:80 UP',
    '/routers INSTANCE "VI_1" MASTER 100',
    '/services VS [192.0.2.15]:tcp:80 UP',
    ...['open /all', 'open /routers for nobody', 'open /services'],
  ]);
});

it('a program gets the path last, as its user; that it ends is told, and a reload starts it anew', async () => {
  fifos.configure([{ ...services, scriptUser: 'nobody' }]);
  expect(programs.commands()).toEqual(['/bin/read -x /services']);
  expect(programs.started[0]?.request).toMatchObject({ user: 'nobody', isAction: true });
  expect(programs.started[0]?.request.timeoutMs).toBe(undefined);
  fifos.configure([{ ...services, scriptUser: 'nobody' }]);
  expect(programs.started).toHaveLength(1);
  expect(fifos.status()).toEqual([
    { fifo: '/services', written: 0, waiting: 0, lost: 0, unreadBytes: 0, program: 'running' },
  ]);
  await programs.started[0]?.end('exit 3');
  expect(fifos.status()).toMatchObject([{ program: 'ended' }]);
  expect(events).toEqual([
    { event: 'fifo.script_ended', fifo: '/services', command: '/bin/read -x /services', exit: 'exit 3' },
  ]);
  await clock.advance(600_000);
  expect(programs.started).toHaveLength(1);
  fifos.configure([{ ...services, scriptUser: 'nobody' }]);
  expect(programs.started).toHaveLength(2);
});

it('a reload leaves alone what stays, closes what goes before it opens what comes', () => {
  fifos.configure([all, routers]);
  done = [];
  fifos.configure([all, { ...all, path: '/routers' }]);
  expect(done).toEqual(['close /routers', 'open /routers']);
  fifos.configure([]);
  expect(done.slice(2).toSorted()).toEqual(['close /all', 'close /routers']);
});

it('at the end a program comes to the end of what it reads; only if it goes on it is asked to end, and killed', async () => {
  fifos.configure([services]);
  fifos.tell(service);
  let isOver = false;
  void fifos.close(5000).then(() => {
    isOver = true;
  });
  await clock.advance(0);
  expect(done.at(-1)).toBe('close /services');
  await clock.advance(999);
  expect(asked).toEqual([]);
  await clock.advance(1);
  expect(asked).toEqual(['terminate']);
  await clock.advance(2000);
  expect([asked, isOver]).toEqual([['terminate', 'kill'], false]);
  await programs.started[0]?.end('signal SIGKILL');
  await clock.advance(0);
  expect([isOver, events, clock.waiting()]).toEqual([true, [], 0]);
});

it('one that cannot be opened takes nothing from the others', async () => {
  fifos.configure([{ ...all, path: '/no' }, routers]);
  fifos.tell(router);
  await clock.advance(0);
  expect(done).toContain('/routers INSTANCE "VI_1" MASTER 100');
  expect(events).toMatchObject([{ event: 'fifo.failed', fifo: '/no' }]);
});
