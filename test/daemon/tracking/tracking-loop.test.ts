// What the main process tracks: when scripts run, what is told, and what a reload leaves alone.
import { beforeEach, describe, expect, it } from 'vitest';
import type { QuorumStatus } from '../../../src/daemon/reconcile/quorums.ts';
import { readValue } from '../../../src/daemon/tracking/file.ts';
import { countOf } from '../../../src/daemon/tracking/process.ts';
import { judgeService } from '../../../src/daemon/tracking/service.ts';
import { createTrackingLoop, type TrackingLoop } from '../../../src/daemon/tracking/tracking-loop.ts';
import type { Findings } from '../../../src/daemon/vrrp/messages.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { TrackProcessConfig, TrackScriptConfig } from '../../../src/model/config/tracked.ts';
import type { Tracker } from '../../../src/model/tracking.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { ip } from '../../../src/net/ip.ts';
import type { ScriptResult } from '../../../src/ports/tracked.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';
import { instance } from '../../make/vrrp-instance.ts';

const at = { file: 'test', line: 1, column: 1 };
const script = (changes: Partial<TrackScriptConfig> = {}): TrackScriptConfig => ({
  name: 'web',
  command: ['/bin/check'],
  intervalMs: 1000,
  timeoutMs: 500,
  rise: 1,
  fall: 2,
  at,
  ...changes,
});
const tracker = (kind: Tracker['kind'], name: string): Tracker => ({ kind, name, weight: 0, reverse: false });
const service = aVirtual({
  id: { kind: 'address', protocol: 'tcp', address: ip('10.0.0.9'), port: 80 },
  reals: [aReal({ address: ip('10.0.0.2') }), aReal({ address: ip('10.0.0.3') })],
});

type Run = {
  readonly command: readonly string[];
  /** Unless `lingers`, nothing of it runs any more either. */
  end: (result: ScriptResult, lingers?: true) => void;
  killed: boolean;
};

let clock: VirtualTime;
let runs: Run[];
let events: JournalEvent[];
let told: Findings[];
let verdicts: Record<string, Verdict>;
let setFile: (text: string | undefined) => void;
let processes: string[][];
let looks: number;
let quorums: Record<string, QuorumStatus>;
let loop: TrackingLoop;

beforeEach(() => {
  clock = createVirtualTime();
  [runs, events, told, verdicts, processes, looks, quorums] = [[], [], [], {}, [], 0, {}];
  loop = createTrackingLoop({
    clock,
    journal: (event) => void events.push(event),
    runScript: ({ command }) => {
      let answer = (_: ScriptResult) => {};
      let gone = () => {};
      const result = new Promise<ScriptResult>((resolve) => {
        answer = resolve;
      });
      const ended = new Promise<void>((resolve) => {
        gone = resolve;
      });
      const end: Run['end'] = (said, lingers) => {
        answer(said);
        if (lingers !== true) gone();
      };
      const run: Run = { command, end, killed: false };
      runs.push(run);
      return { result, ended, terminate: () => {}, kill: () => (run.killed = true) };
    },
    watchFile: (_, listener) => {
      setFile = listener;
      listener(undefined);
      return () => {};
    },
    listProcesses: async () => {
      looks += 1;
      return processes;
    },
    quorumOf: (service) => quorums[service],
    verdictOf: (_, real) => verdicts[real] ?? 'unverified',
    onFindings: (findings) => void told.push(findings),
  });
});

const good: ScriptResult = { outcome: 'success', detail: 'exit 0' };
const bad: ScriptResult = { outcome: 'failure', detail: 'exit 1' };
const endLast = async (result: ScriptResult) => {
  runs.at(-1)?.end(result);
  await clock.advance(0);
};
const configure = (trackers: readonly Tracker[], scripts: readonly TrackScriptConfig[] = [script()]) =>
  loop.configure({
    vrrp: [instance({ trackers })],
    tracked: {
      scripts,
      files: [{ name: 'num', file: '/n', at }],
      processes: [process()],
    },
    virtuals: [service],
  });
const process = (changes: Partial<TrackProcessConfig> = {}): TrackProcessConfig => ({
  name: 'p',
  program: 'nginx',
  paramMatch: 'exact',
  quorum: 1,
  intervalMs: 1000,
  at,
  ...changes,
});

describe('a tracked script', () => {
  const web = [tracker('script', 'web')];

  it('runs only where a router refers to it', () => {
    configure([]);
    expect(runs).toEqual([]);
    configure(web);
    expect(runs.map(({ command }) => command)).toEqual([['/bin/check']]);
  });

  it('is told by its first result, then by fall and rise; an unmade run counts for nothing', async () => {
    configure(web);
    await endLast(good);
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
    for (const result of [bad, { outcome: 'unmade', detail: 'EAGAIN' } as const]) {
      await clock.advance(1000);
      await endLast(result);
    }
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
    await clock.advance(1000);
    await endLast(bad);
    expect(told.at(-1)).toEqual({ 'script web': 'down' });
    expect(events).toEqual([
      { event: 'vrrp.track_changed', tracked: 'script web', state: 'up', detail: 'exit 0' },
      { event: 'vrrp.track_changed', tracked: 'script web', state: 'down', detail: 'exit 1' },
    ]);
    expect(loop.status()).toEqual([{ name: 'script web', state: 'down', detail: 'exit 1' }]);
  });

  it('with init_fail is down from the start, until it has succeeded rise times in a row', async () => {
    const wary = script({ rise: 2, fall: 1, initFail: true });
    configure(web, [wary]);
    expect(told.at(-1)).toEqual({ 'script web': 'down' });
    for (const result of [good, bad, good]) {
      await endLast(result);
      await clock.advance(1000);
    }
    expect(told.at(-1)).toEqual({ 'script web': 'down' });
    await endLast(good);
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
    // A reload that changes it knows of it already.
    configure(web, [{ ...wary, intervalMs: 2000 }]);
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
  });

  it('never runs twice at a time: one that takes long puts the next off', async () => {
    configure(web);
    await clock.advance(10_000);
    expect(runs).toHaveLength(1);
    await endLast(good);
    expect(runs).toHaveLength(2);
    await endLast(good);
    await clock.advance(999);
    expect(runs).toHaveLength(2);
    await clock.advance(1);
    expect(runs).toHaveLength(3);
  });

  it('that has been given up, but not ended, counts at once, and is not run beside itself', async () => {
    configure(web);
    runs[0]?.end(bad, true);
    await clock.advance(10_000);
    expect(told.at(-1)).toEqual({ 'script web': 'down' });
    expect(runs).toHaveLength(1);
    await endLast(bad);
    expect(runs).toHaveLength(2);
  });

  it('goes on undisturbed through a reload that leaves it as it is, wherever it stands in the file', async () => {
    configure(web);
    await endLast(good);
    await clock.advance(500);
    configure(web, [script({ at: { ...at, line: 99 } })]);
    expect(runs).toHaveLength(1);
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
  });

  it('that is changed is run anew, and counts as before until then', async () => {
    configure(web);
    await endLast(good);
    configure(web, [script({ command: ['/bin/other'] })]);
    expect(runs.at(-1)?.command).toEqual(['/bin/other']);
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
    await endLast(bad);
    expect(told.at(-1)).toEqual({ 'script web': 'down' });
  });

  it('that nobody refers to any more is ended, and its last words count no more', async () => {
    configure(web);
    configure([]);
    expect(runs[0]?.killed).toBe(true);
    await endLast(bad);
    expect(told.at(-1)).toEqual({ 'script web': 'unknown' });
    expect(events).toEqual([]);
    await clock.advance(5000);
    expect(runs).toHaveLength(1);
  });
});

describe('a reload', () => {
  it('keeps what was found until the routers know their new configuration', async () => {
    configure([tracker('script', 'web')]);
    await endLast(bad);
    configure([tracker('file', 'num')]);
    expect(told.slice(1).every((each) => each['script web'] === 'down')).toBe(true);
    expect(told.at(-1)).toEqual({ 'script web': 'down', 'file num': { value: 0 } });
    configure([tracker('file', 'num')]);
    expect(told.at(-1)).toEqual({ 'file num': { value: 0 } });
  });
});

describe('the first findings', () => {
  it('are there when every script has answered', async () => {
    configure([tracker('script', 'web')]);
    let done = false;
    void loop.firstFindings(5000).then(() => {
      done = true;
    });
    await clock.advance(100);
    expect(done).toBe(false);
    await endLast(good);
    expect(done).toBe(true);
  });

  it('are down for a script that has not answered in time, until it does', async () => {
    configure([tracker('script', 'web')]);
    const first = loop.firstFindings(5000);
    await clock.advance(5000);
    await first;
    expect(told.at(-1)).toEqual({ 'script web': 'down' });
    await endLast(good);
    expect(told.at(-1)).toEqual({ 'script web': 'up' });
  });

  it('are not waited for where nothing is tracked', async () => {
    configure([]);
    await loop.firstFindings(5000);
  });
});

describe('a tracked file', () => {
  it('is its number; 0 where there is none', async () => {
    configure([tracker('file', 'num')]);
    expect(told.at(-1)).toEqual({ 'file num': { value: 0 } });
    setFile('-20\n');
    expect(told.at(-1)).toEqual({ 'file num': { value: -20 } });
    setFile('many');
    expect(told.at(-1)).toEqual({ 'file num': { value: 0 } });
    expect(loop.status()[0]?.detail).toBe('no number');
  });

  it.each([
    ['12', 12],
    [' +7 seven', 7],
    ['-254\n', -254],
    ['999', 254],
    ['-999', -254],
    ['', undefined],
    ['1.5', undefined],
    ['0x10', undefined],
  ])('%j is %s', (text, value) => expect(readValue(text)).toBe(value));
});

describe('a tracked process', () => {
  it('is looked for once an interval, and well while there are enough of it', async () => {
    processes = [['/usr/sbin/nginx', '-g']];
    configure([tracker('process', 'p')]);
    await clock.advance(0);
    expect(told.at(-1)).toEqual({ 'process p': 'up' });
    processes = [];
    await clock.advance(1000);
    expect(told.at(-1)).toEqual({ 'process p': 'down' });
    expect(looks).toBe(2);
    loop.stop();
    await clock.advance(5000);
    expect(looks).toBeLessThanOrEqual(3);
  });

  it.each([
    [{}, 2],
    [{ program: '/usr/sbin/nginx' }, 1],
    [{ program: '/sbin/nginx' }, 0],
    [{ parameters: '-c a b' }, 1],
    [{ parameters: '-c' }, 0],
    [{ parameters: '-c', paramMatch: 'initial' }, 1],
    [{ parameters: 'a', paramMatch: 'partial' }, 1],
  ] as const)('%j is found %i times', (changes, count) => {
    const all = [['/usr/sbin/nginx', '-c', 'a', 'b'], ['nginx'], ['/bin/not-nginx'], []];
    expect(countOf(process(changes), all)).toBe(count);
  });
});

describe('a tracked virtual service', () => {
  const judged = (quorum: number) =>
    judgeService(service, quorum, (_, real) => verdicts[real] ?? 'unverified').finding;

  it('is up with a quorum of servers, down when it cannot be reached, unknown between', () => {
    expect([judged(1), judged(2)]).toEqual(['unknown', 'unknown']);
    verdicts = { '10.0.0.2:80': 'up' };
    expect([judged(1), judged(2), judged(3)]).toEqual(['up', 'unknown', 'down']);
    verdicts = { '10.0.0.2:80': 'up', '10.0.0.3:80': 'down' };
    expect([judged(1), judged(2)]).toEqual(['up', 'down']);
  });

  it('is looked at again with each verdict, and told only when it changes', () => {
    configure([tracker('virtual', 'tcp 10.0.0.9:80')]);
    verdicts = { '10.0.0.2:80': 'up' };
    loop.verdictChanged();
    expect(told.at(-1)).toEqual({ 'virtual tcp 10.0.0.9:80': 'up' });
    const before = told.length;
    verdicts = { '10.0.0.2:80': 'up', '10.0.0.3:80': 'down' };
    loop.verdictChanged();
    expect(told).toHaveLength(before);
    expect(loop.status()[0]?.detail).toBe('1 of 2 server(s) up');
  });

  it('that has a quorum of its own goes by that, unless the tracker names a number of servers', () => {
    verdicts = { '10.0.0.2:80': 'up', '10.0.0.3:80': 'up' };
    quorums = { 'tcp 10.0.0.9:80': { state: 'unknown', weight: 0, quorum: 5, hysteresis: 1 } };
    const own = tracker('virtual', 'tcp 10.0.0.9:80');
    configure([own, { ...own, quorum: 2 }]);
    const [plain, counted] = ['virtual tcp 10.0.0.9:80', 'virtual tcp 10.0.0.9:80 quorum 2'];
    expect(told.at(-1)).toEqual({ [plain]: 'unknown', [counted]: 'up' });
    for (const [state, finding] of [
      ['lost', 'down'],
      ['held', 'up'],
    ] as const) {
      quorums = { 'tcp 10.0.0.9:80': { state, weight: 4, quorum: 5, hysteresis: 1 } };
      loop.verdictChanged();
      expect(told.at(-1)).toEqual({ [plain]: finding, [counted]: 'up' });
    }
    expect(loop.status()[0]?.detail).toBe('weight 4, quorum 5, hysteresis 1');
  });
});
