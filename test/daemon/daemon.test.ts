import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfigReading } from '../../src/config/judge-loss.ts';
import { createDaemon } from '../../src/daemon/daemon.ts';
import type { Daemon } from '../../src/daemon/daemon-ports.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import type { Config } from '../../src/model/config/config.ts';
import { ip } from '../../src/net/ip.ts';
import { aConfig } from '../make/a-config.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';
import {
  createFakeCommands,
  createFakeDirector,
  createFakeHealth,
  createFakeMarks,
  createFakeOperator,
  createFakeQuorums,
  createFakeReconcile,
  createFakeRoster,
  createFakeSupervisor,
  createFakeTracking,
  createFakeWeights,
  type FakeHealth,
  type FakeRoster,
} from '../make/fake-parts.ts';
import { serviceNamed } from '../make/names.ts';
import { createVirtualTime, type VirtualTime } from '../make/virtual-time.ts';
import { instance } from '../make/vrrp-instance.ts';

/** Everything that the parts were told and the journal heard, in order. */
let story: string[];
let events: JournalEvent[];
let clock: VirtualTime;
let health: FakeHealth;
let roster: FakeRoster;
let file: ConfigReading | Promise<ConfigReading>;
/** What the roster makes of the configuration. */
let made: (config: Config) => Config;
/** What stands in the way of routers. */
let hindered: readonly string[];
/** An earlier run has left addresses. */
let found: boolean;

const router = instance({ name: 'VI_1' });
const service = aVirtual({
  id: { kind: 'address', protocol: 'tcp', address: ip('10.0.0.9'), port: 80 },
  reals: [aReal({ address: ip('10.0.0.2') })],
});
const config = (changes: Partial<Config> = {}): Config =>
  aConfig({ vrrp: [router], virtuals: [service], ...changes });

const tell = (line: string) => void story.push(line);

function daemonOf(initial: Config): Daemon {
  roster = createFakeRoster(initial, (next) => made(next));
  return createDaemon(
    {
      ...{ clock, health, roster, ownedBefore: [serviceNamed('fwmark 1')], version: '1.2.3', pid: 42 },
      journal: (event) => {
        events.push(event);
        tell(event.event);
      },
      onReload: (next) => tell(`log ${next.log.level}`),
      readConfig: () => file,
      reconcile: createFakeReconcile(tell),
      director: createFakeDirector(tell),
      marks: createFakeMarks(tell),
      quorums: createFakeQuorums(),
      commands: createFakeCommands(tell),
      weights: createFakeWeights(),
      operator: createFakeOperator(tell),
      vrrp: createFakeSupervisor(tell, () => hindered),
      findsAddresses: async () => found,
      tracking: createFakeTracking(tell),
    },
    initial,
  );
}

/** Its start is told already. */
async function started(initial: Config): Promise<Daemon> {
  const daemon = daemonOf(initial);
  await daemon.start();
  story = [];
  return daemon;
}

beforeEach(() => {
  made = (next) => next;
  story = [];
  events = [];
  clock = createVirtualTime();
  health = createFakeHealth(tell);
  hindered = [];
  found = false;
  file = { config: config({ log: { level: 'debug', format: 'text' } }), problems: [] };
});

describe('start', () => {
  it('adopts the table, then checks, then stands for election, then is ready', async () => {
    await daemonOf(config()).start();
    expect(story).toEqual([
      'daemon.started',
      'director configure',
      'reconcile configure 1 owned fwmark 1',
      'marks configure',
      'health configure 1',
      'health seed',
      'tracking configure 1',
      'vrrp start 1',
      'daemon.ready',
    ]);
    expect(events.at(-1)).toMatchObject({ instances: 1, services: 1, servers: 1 });
  });

  it('does not stand for election before each server has its first verdict', async () => {
    health.become('unverified');
    const daemon = daemonOf(config());
    const start = daemon.start();
    await settled();
    expect(story).not.toContain('vrrp start 1');
    health.become('down');
    daemon.verdictChanged();
    await start;
    expect(story.slice(-3)).toEqual(['reconcile request', 'vrrp start 1', 'daemon.ready']);
  });

  it('waits for verdicts five seconds at most', async () => {
    health.become('unverified');
    const start = daemonOf(config()).start();
    await settled();
    expect(clock.nextInMs()).toBe(5000);
    await clock.advance(5000);
    await start;
    expect(story).toContain('vrrp start 1');
  });

  it('deletes nothing of the previous run while the config names no service, and says so', async () => {
    const empty = config({ virtuals: [] });
    const daemon = daemonOf(empty);
    await daemon.start();
    expect(story).toContain('reconcile configure 0');
    const warning = events.find(({ event }) => event === 'config.warning');
    expect(warning).toMatchObject({ message: expect.stringContaining('1 of its services stay') });
    await daemon.reload();
    expect(story).toContain('reconcile configure 1 owned fwmark 1');
  });

  it('deletes what the previous run left where a reload asks for nothing in so many words', async () => {
    const daemon = daemonOf(config({ virtuals: [] }));
    await daemon.start();
    file = { config: config({ virtuals: [] }), problems: [] };
    await daemon.reload();
    expect(story.join()).not.toContain('owned fwmark');
    await daemon.reload({ empty: true });
    expect(story).toContain('reconcile configure 0 owned fwmark 1');
  });

  it('waits for nothing where an earlier run has left the addresses: it serves already', async () => {
    health.become('unverified');
    found = true;
    await daemonOf(config()).start();
    expect(story.slice(-2)).toEqual(['vrrp start 1', 'daemon.ready']);
  });

  it('without a vrrp section waits for nothing, and lets the supervisor put back what an earlier run has left', async () => {
    health.become('unverified');
    await daemonOf(config({ vrrp: [] })).start();
    expect(story.filter((line) => line.startsWith('vrrp') || line.startsWith('tracking'))).toEqual([
      'vrrp start 0',
    ]);
    expect(story.at(-1)).toBe('daemon.ready');
  });
});

describe('reload', () => {
  it('takes on log, checks, table and routers', async () => {
    const daemon = daemonOf(config());
    expect(await daemon.reload()).toEqual({ reloaded: true, problems: [] });
    expect(story).toEqual([
      'log debug',
      'director configure',
      'health configure 1',
      'reconcile configure 1',
      'marks configure',
      'tracking configure 1',
      'vrrp reconfigure 1',
      'daemon.reloaded',
    ]);
  });

  it('leaves everything as it was for a bad file, and names every problem', async () => {
    const at = { file: 'a.yaml', line: 3, column: 5 };
    file = {
      problems: [
        { severity: 'warning', at, message: 'no matter' },
        { severity: 'error', at, message: 'Cannot x: expected y, got z' },
      ],
    };
    const result = await daemonOf(config()).reload();
    expect(result.reloaded).toBe(false);
    expect(result.problems).toHaveLength(2);
    expect(story).toEqual(['daemon.reload_rejected']);
    expect(events[0]).toMatchObject({ problems: ['a.yaml:3:5: Cannot x: expected y, got z'] });
  });

  it('answers with what stands in the way of routers, and status says it too', async () => {
    hindered = ['Cannot read links and addresses: EPERM'];
    file = { config: config({ virtuals: [] }), problems: [] };
    const daemon = daemonOf(config({ virtuals: [] }));
    expect(await daemon.reload()).toEqual({ reloaded: true, problems: hindered });
    expect(await daemon.status()).toMatchObject({ vrrpProblems: hindered });
  });

  it('that brings the first routers waits for verdicts as a start does; another does not', async () => {
    health.become('unverified');
    const daemon = daemonOf(config({ vrrp: [] }));
    const reloaded = daemon.reload();
    await settled();
    expect(story).not.toContain('vrrp reconfigure 1');
    health.become('up');
    await reloaded;
    expect(story).toContain('vrrp reconfigure 1');
    await daemon.reload();
  });

  it('says what only a restart can change', async () => {
    file = {
      config: config({ director: { name: 'lvs2', controlSocket: '/run/c', stateDir: '/var/lib/s' } }),
      problems: [],
    };
    const { problems } = await daemonOf(config()).reload();
    expect(problems.join()).toContain('Cannot change director.name by a reload');
  });

  it.each([
    ['every service', { virtuals: [] }, 'expected a service'],
    ['every virtual router', { vrrp: [] }, 'expected a virtual router'],
  ] as const)('that takes away %s is refused, unless it is asked for', async (_, changes, said) => {
    file = { config: config(changes), problems: [] };
    const daemon = daemonOf(config());
    const { reloaded, problems } = await daemon.reload();
    expect([reloaded, problems.join()]).toEqual([false, expect.stringContaining(said)]);
    expect(story).toEqual(['daemon.reload_rejected']);
    expect(await daemon.reload({ empty: true })).toEqual({ reloaded: true, problems: [] });
    expect(story.at(-1)).toBe('daemon.reloaded');
  });

  it('of a file that is read for long holds up neither a start nor a stop', async () => {
    let read = (_: ConfigReading) => {};
    file = new Promise<ConfigReading>((resolve) => {
      read = resolve;
    });
    const daemon = daemonOf(config());
    const reload = daemon.reload();
    await daemon.start();
    await daemon.stop('SIGTERM');
    expect(story.at(-1)).toBe('daemon.stopped');
    read({ config: config(), problems: [] });
    expect(await reload).toMatchObject({ reloaded: false });
  });

  it('is refused while the daemon stops', async () => {
    const daemon = daemonOf(config());
    await daemon.stop('SIGTERM');
    expect(await daemon.reload()).toMatchObject({ reloaded: false });
    expect(story).not.toContain('daemon.reloaded');
  });
});

describe('what the operator says', () => {
  const real = '10.0.0.2:80';
  it('of a drain counts from now', async () => {
    const daemon = await started(config());
    daemon.operate({ real, override: { mode: 'drain' }, timeoutMs: 2000 });
    const since = clock.now();
    expect(story).toEqual([
      `operator ${real} {"mode":"drain","since":${since},"deadline":${since + 2_000_000}}`,
    ]);
  });
  it('with enable takes the penalty for flapping back, with anything else does not', async () => {
    const daemon = await started(config());
    daemon.operate({ real, override: { mode: 'drain' } });
    expect(story).toEqual([`operator ${real} {"mode":"drain","since":${clock.now()}}`]);
    daemon.operate({ real });
    daemon.operate({ real, service: 'tcp 10.0.0.9:80' });
    expect(story.slice(1).filter((line) => line.startsWith('health'))).toEqual([
      `health pardon ${real} every service`,
      `health pardon ${real} tcp 10.0.0.9:80`,
    ]);
  });
});

describe('the roster', () => {
  const real = (address: string, name: string) => aReal({ address: ip(address), name });
  const withServers = (...reals: Config['virtuals'][number]['reals']) =>
    config({ virtuals: [{ ...service, reals }] });

  it('is asked before anything is sent, and what it makes of the config is what counts', async () => {
    const daemon = daemonOf(config());
    made = (next) => ({ ...next, virtuals: [service, service], vrrp: [router, router] });
    await daemon.start();
    expect(story.slice(0, 3)).toEqual([
      'daemon.started',
      'director configure',
      'reconcile configure 2 owned fwmark 1',
    ]);
    expect(story).toContain('vrrp start 2');
    expect(events.at(-1)).toMatchObject({ instances: 2, services: 2 });
  });

  it('that changes is followed by all that know servers, and leaves the routers alone', async () => {
    const daemon = await started(config());
    roster.become(withServers(real('10.0.0.2', 'web'), real('10.0.0.3', 'web')));
    daemon.rosterChanged();
    await settled();
    expect(story).toEqual([
      'health configure 1',
      'reconcile configure 1',
      'marks configure',
      'tracking configure 1',
    ]);
  });

  it('with other peers is followed by the routers too', async () => {
    const daemon = await started(config());
    roster.become(config({ vrrp: [{ ...router, unicastPeers: [ip('10.0.0.7')] }] }));
    daemon.rosterChanged();
    await settled();
    expect(story.at(-1)).toBe('vrrp reconfigure 1');
  });

  it('is not followed where nothing has changed since, nor while the daemon stops', async () => {
    const daemon = await started(config());
    daemon.rosterChanged();
    await settled();
    expect(story).toEqual([]);
    const stopped = daemon.stop('SIGTERM');
    roster.become(config());
    daemon.rosterChanged();
    await stopped;
    await settled();
    expect(story.join()).not.toContain('configure');
  });

  it('lets the operator name a server by its name, in any case', async () => {
    const daemon = await started(withServers(real('10.0.0.2', 'web'), real('10.0.0.3', 'other')));
    expect(daemon.operate({ real: 'WEB', override: { mode: 'disable' } }).services).toEqual([
      'tcp 10.0.0.9:80',
    ]);
    expect(daemon.operate({ real: 'nobody', override: { mode: 'disable' } }).services).toEqual([]);
    expect(story).toEqual(['operator 10.0.0.2:80 {"mode":"disable"}']);
  });
});

describe('stop', () => {
  it('lets the addresses go first and the table last', async () => {
    const daemon = await started(config());
    await Promise.all([daemon.stop('SIGTERM'), daemon.stop('SIGINT')]);
    expect(story).toEqual([
      'daemon.stopping',
      'tracking stop',
      'vrrp stop',
      'health stop',
      'reconcile stop clean=true',
      'marks stop',
      'director stop',
      'commands drained 10000',
      'daemon.stopped',
    ]);
  });

  it('for a restart leaves the table, and what nobody takes over, to the next run', async () => {
    const daemon = await started(config());
    await daemon.stop('SIGTERM', { restarts: true });
    expect(story).toEqual([
      'daemon.stopping',
      'tracking stop',
      'vrrp stop keeps',
      'health stop',
      'reconcile stop clean=false',
      'commands drained 10000',
      'daemon.stopped',
    ]);
    expect(events.find(({ event }) => event === 'daemon.stopping')).toMatchObject({ restarts: true });
  });

  it('during a start does not stand for election any more', async () => {
    health.become('unverified');
    const daemon = daemonOf(config());
    const start = daemon.start();
    await settled();
    await Promise.all([daemon.stop('SIGTERM'), start]);
    expect(story).not.toContain('vrrp start 1');
    expect(story).not.toContain('daemon.ready');
    expect(story.at(-1)).toBe('daemon.stopped');
  });

  it('before a start has begun leaves nothing to be started', async () => {
    const daemon = daemonOf(config());
    const start = daemon.start();
    await Promise.all([daemon.stop('SIGTERM'), start]);
    expect(story.join()).not.toContain('configure');
    expect(story.at(-1)).toBe('daemon.stopped');
  });

  it('during a start that has reached the table leaves the routers and what they track alone', async () => {
    const daemon = daemonOf(config());
    const start = daemon.start();
    await settledUntil('director configure');
    await Promise.all([daemon.stop('SIGTERM'), start]);
    expect(story.join()).not.toContain('tracking configure');
    expect(story.at(-1)).toBe('daemon.stopped');
  });

  it('during a reload that has reached the table leaves the routers and what they track alone', async () => {
    const daemon = await started(config());
    const reload = daemon.reload();
    await settledUntil('director configure');
    await Promise.all([daemon.stop('SIGTERM'), reload]);
    expect(story.join()).not.toContain('tracking configure');
    expect(story.at(-1)).toBe('daemon.stopped');
  });
});

/** Lets every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Lets promises settle until the story has come so far. */
async function settledUntil(line: string): Promise<void> {
  while (!story.includes(line)) await Promise.resolve();
}
