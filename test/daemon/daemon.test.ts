import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfigReading } from '../../src/config/judge-loss.ts';
import { createDaemon } from '../../src/daemon/daemon.ts';
import type { Daemon, DaemonPorts } from '../../src/daemon/daemon-ports.ts';
import type { ServerHealth } from '../../src/daemon/health/server-health.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import type { Config } from '../../src/model/config/config.ts';
import { ip } from '../../src/net/ip.ts';

/** Everything that the parts were told and the journal heard, in order. */
let story: string[];
let events: JournalEvent[];
let verdict: ServerHealth['verdict'];
/** Every server has been checked once. */
let checkedOnce: () => void;
let timers: { readonly delayMs: number; readonly fire: () => void }[];
let file: ConfigReading | Promise<ConfigReading>;
/** What the roster makes of the configuration. */
let taken: Config;
let made: (config: Config) => Config;
/** What stands in the way of routers. */
let hindered: readonly string[];
/** An earlier run has left addresses. */
let found: boolean;

const router = { name: 'VI_1' } as Config['vrrp'][number];
const service = {
  id: { kind: 'address', protocol: 'tcp', address: ip('10.0.0.9'), port: 80 },
  scheduler: 'wlc',
  reals: [{}],
} as unknown as Config['virtuals'][number];

const config = (changes: Partial<Config> = {}): Config => ({
  file: 'a.yaml',
  director: { name: 'lvs1', controlSocket: '/run/c', stateDir: '/var/lib/s' },
  log: { level: 'info', format: 'text' },
  vrrp: [router],
  ipvs: { resyncIntervalMs: 5000, foreign: 'keep' },
  virtuals: [service],
  autoreload: false,
  ...changes,
});

function daemonOf(initial: Config): Daemon {
  const tell = (text: string) => void story.push(text);
  const ports = {
    clock: {
      now: () => 7_000_000,
      after: (delayMs: number, fire: () => void) => {
        timers.push({ delayMs, fire });
        return () => {};
      },
    },
    journal: (event: JournalEvent) => {
      events.push(event);
      tell(event.event);
    },
    onReload: (next: Config) => tell(`log ${next.log.level}`),
    readConfig: () => file,
    roster: {
      take: async (next: Config) => {
        taken = made(next);
        return taken;
      },
      effective: () => taken,
      status: () => ({ names: [], files: [] }),
      stop: () => {},
    },
    health: {
      configure: (virtuals: readonly unknown[]) => tell(`health configure ${virtuals.length}`),
      seed: () => tell('health seed'),
      verdictOf: () => verdict,
      status: () => [{ service: 'tcp 10.0.0.9:80', real: '10.0.0.2:80', verdict, maintenance: false }],
      activity: () => ({}),
      firstResults: () =>
        verdict === 'unverified'
          ? new Promise<void>((resolve) => {
              checkedOnce = resolve;
            })
          : Promise.resolve(),
      pardon: (real: string, of = 'every service') => tell(`health pardon ${real} ${of}`),
      stop: () => tell('health stop'),
    },
    reconcile: {
      configure: async (virtuals: readonly unknown[], _ipvs: unknown, owned?: readonly string[]) =>
        tell(`reconcile configure ${virtuals.length}${owned === undefined ? '' : ` owned ${owned}`}`),
      request: () => tell('reconcile request'),
      refresh: async () => {},
      status: () => ({ available: undefined, observed: [], leaving: [], services: new Map() }),
      serving: () => () => false,
      stop: async ({ clean }: { clean: boolean }) => tell(`reconcile stop clean=${clean}`),
    },
    director: {
      configure: async () => tell('director configure'),
      status: () => ({ settings: [], syncDaemons: [], refused: [] }),
      plan: async () => ({ settings: [], syncDaemons: [] }),
      stop: async () => tell('director stop'),
    },
    marks: {
      configure: async () => tell('marks configure'),
      status: () => [],
      plan: async () => [],
      stop: async () => tell('marks stop'),
    },
    quorums: { configure: () => {}, look: () => {}, statusOf: () => undefined },
    commands: { drained: async (limitMs: number) => tell(`commands drained ${limitMs}`) },
    weights: { configure: () => {}, stop: () => {}, explain: () => [] },
    operator: {
      set: async (real: string, _service: string | undefined, override: unknown) => {
        tell(`operator ${real} ${JSON.stringify(override ?? 'enabled')}`);
        return { ok: true, value: undefined };
      },
    },
    vrrp: {
      start: async (list: readonly unknown[]) => {
        tell(`vrrp start ${list.length}`);
        return hindered;
      },
      reconfigure: async (list: readonly unknown[]) => {
        tell(`vrrp reconfigure ${list.length}`);
        return hindered;
      },
      failover: (name?: string) => (name === 'VI_1' ? ['VI_1'] : []),
      status: () => [],
      processStatus: () => undefined,
      problems: () => hindered,
      stop: async ({ keeps }: { keeps: boolean }) => tell(keeps ? 'vrrp stop keeps' : 'vrrp stop'),
    },
    findsAddresses: async () => found,
    tracking: {
      configure: ({ vrrp }: Config) => tell(`tracking configure ${vrrp.length}`),
      firstFindings: async () => {},
      verdictChanged: () => {},
      status: () => [],
      stop: () => tell('tracking stop'),
    },
    ownedBefore: ['fwmark 1'],
    version: '1.2.3',
    pid: 42,
  } as unknown as DaemonPorts;
  return createDaemon(ports, initial);
}

beforeEach(() => {
  made = (next) => next;
  story = [];
  events = [];
  timers = [];
  verdict = 'up';
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
    verdict = 'unverified';
    const daemon = daemonOf(config());
    const started = daemon.start();
    await settled();
    expect(story).not.toContain('vrrp start 1');
    verdict = 'down';
    daemon.verdictChanged();
    checkedOnce();
    await started;
    expect(story.slice(-3)).toEqual(['reconcile request', 'vrrp start 1', 'daemon.ready']);
  });

  it('waits for verdicts five seconds at most', async () => {
    verdict = 'unverified';
    const started = daemonOf(config()).start();
    await settled();
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([5000]);
    timers[0]?.fire();
    await started;
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
    verdict = 'unverified';
    found = true;
    await daemonOf(config()).start();
    expect(story.slice(-2)).toEqual(['vrrp start 1', 'daemon.ready']);
  });

  it('starts no VRRP process without a vrrp section', async () => {
    verdict = 'unverified';
    await daemonOf(config({ vrrp: [] })).start();
    expect(story.join()).not.toContain('vrrp start');
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
    verdict = 'unverified';
    const daemon = daemonOf(config({ vrrp: [] }));
    const reloaded = daemon.reload();
    await settled();
    expect(story).not.toContain('vrrp reconfigure 1');
    checkedOnce();
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
  it('of a drain counts from now', () => {
    daemonOf(config()).operate({ real, override: { mode: 'drain' }, timeoutMs: 2000 });
    expect(story).toEqual([`operator ${real} {"mode":"drain","since":7000000,"deadline":9000000}`]);
  });
  it('with enable takes the penalty for flapping back, with anything else does not', () => {
    const daemon = daemonOf(config());
    daemon.operate({ real, override: { mode: 'drain' } });
    expect(story).toEqual([`operator ${real} {"mode":"drain","since":7000000}`]);
    daemon.operate({ real });
    daemon.operate({ real, service: 'tcp 10.0.0.9:80' });
    expect(story.slice(1).filter((line) => line.startsWith('health'))).toEqual([
      `health pardon ${real} every service`,
      `health pardon ${real} tcp 10.0.0.9:80`,
    ]);
  });
});

describe('the roster', () => {
  const real = (address: string, name: string) => ({ address: ip(address), port: 80, name });
  const withServers = (...reals: readonly unknown[]) =>
    config({ virtuals: [{ ...service, reals } as Config['virtuals'][number]] });

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
    const daemon = daemonOf(config());
    await daemon.start();
    story = [];
    taken = withServers(real('10.0.0.2', 'web'), real('10.0.0.3', 'web'));
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
    const daemon = daemonOf(config());
    await daemon.start();
    story = [];
    taken = config({ vrrp: [{ ...router, unicastPeers: [ip('10.0.0.7')] }] });
    daemon.rosterChanged();
    await settled();
    expect(story.at(-1)).toBe('vrrp reconfigure 1');
  });

  it('is not followed where nothing has changed since, nor while the daemon stops', async () => {
    const daemon = daemonOf(config());
    await daemon.start();
    story = [];
    daemon.rosterChanged();
    await settled();
    expect(story).toEqual([]);
    const stopped = daemon.stop('SIGTERM');
    taken = config();
    daemon.rosterChanged();
    await stopped;
    await settled();
    expect(story.join()).not.toContain('configure');
  });

  it('lets the operator name a server by its name, in any case', async () => {
    const daemon = daemonOf(withServers(real('10.0.0.2', 'web'), real('10.0.0.3', 'other')));
    await daemon.start();
    story = [];
    expect(daemon.operate({ real: 'WEB', override: { mode: 'disable' } }).services).toEqual([
      'tcp 10.0.0.9:80',
    ]);
    expect(daemon.operate({ real: 'nobody', override: { mode: 'disable' } }).services).toEqual([]);
    expect(story).toEqual(['operator 10.0.0.2:80 {"mode":"disable"}']);
  });
});

describe('stop', () => {
  it('lets the addresses go first and the table last', async () => {
    const daemon = daemonOf(config());
    await daemon.start();
    story = [];
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
    const daemon = daemonOf(config());
    await daemon.start();
    story = [];
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
    verdict = 'unverified';
    const daemon = daemonOf(config());
    const started = daemon.start();
    await settled();
    await Promise.all([daemon.stop('SIGTERM'), started]);
    expect(story).not.toContain('vrrp start 1');
    expect(story).not.toContain('daemon.ready');
    expect(story.at(-1)).toBe('daemon.stopped');
  });
});

/** Lets every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
