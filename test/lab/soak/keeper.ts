// A director that is kept running as its unit keeps it (systemd/lvs-director.service: Restart=always, RestartSec=200ms):
// whatever ends it, it is started again. What it says becomes samples: verdicts, faults of the program's own, ends that
// nobody has asked for. Its output is read by a process of its own, so that the reader can be stopped or killed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sample } from '../../soak/stream.ts';
import { checkoutRoot } from '../harness/checkout.ts';
import type { Host } from '../harness/namespaces.ts';
import { type Director, type LoggedEvent, startDirector } from '../harness/programs.ts';
import { configOf, type Site } from './site.ts';

export type Keeper = {
  readonly name: string;
  readonly host: Host;
  readonly director: () => Director;
  readonly pids: () => {
    readonly main: number;
    readonly vrrp: number | undefined;
    readonly log: number | undefined;
  };
  /** What the process is started with from the next start on: `LD_PRELOAD=...`. */
  readonly setEnvironment: (words: readonly string[]) => void;
  /** Its end is asked for: none is a violation until this is set back. */
  readonly expectEnds: (expected: boolean) => void;
  /** `undefined`: ready, with both processes, and says that its router is in that phase. Else what is not so. */
  readonly complaint: (phase: 'active' | 'backup') => Promise<string | undefined>;
  readonly lastLines: (count: number) => readonly string[];
  /** For good. */
  readonly stop: () => Promise<void>;
};

const restartMs = 200;
const readOutput = 'exec "$@" > >(exec cat) 2>&1';

export function keep(site: Site, host: Host, gauges: string, record: (sample: Sample) => void): Keeper {
  let environment: readonly string[] = [];
  let ready = false;
  let stopping = false;
  let endsExpected = false;
  const said: string[] = [];
  let director = begin();

  function begin(again?: Director): Director {
    const gauge = join(checkoutRoot, 'test/lab/soak/gauge.mjs');
    const words = [`NODE_OPTIONS=--import=file://${gauge}`, `SOAK_GAUGES=${gauges}`, ...environment];
    return startDirector(site.lab, host, {
      config: configOf(site, host.name),
      prefix: ['env', ...words, 'bash', '-c', readOutput, 'bash'],
      onLine: hear,
      ...(again !== undefined && { again }),
    });
  }
  function hear(line: string): void {
    said.push(line);
    if (said.length > 400) said.splice(0, 200);
    if (!line.startsWith('{')) return;
    const event = JSON.parse(line) as LoggedEvent;
    if (event.event === 'daemon.ready') ready = true;
    const at = performance.now();
    if (event.event === 'daemon.fault' && !endsExpected)
      record({ at, kind: 'broken', host: host.name, what: line });
    const server = String(event.real).replace(/ .*/, '');
    if (event.event === 'real.up' || event.event === 'real.down')
      record({ at, kind: 'verdict', host: host.name, server, up: event.event === 'real.up' });
  }
  const loop = async () => {
    while (!stopping) {
      await exitOf(director.running.pid);
      // Whoever reads its output may hold that open.
      const status = await Promise.race([director.running.exited, delay(300)]);
      if (stopping) return;
      const at = performance.now();
      said.push(`-- the process ended with status ${status ?? 'unknown'}`);
      if (!endsExpected)
        record({
          at,
          kind: 'broken',
          host: host.name,
          what: `the process ended with status ${status ?? 'unknown'}`,
        });
      ready = false;
      await delay(restartMs);
      if (stopping) return;
      director = begin(director);
    }
  };
  void loop();

  return {
    name: host.name,
    host,
    director: () => director,
    pids: () => {
      const main = director.running.pid;
      const children = childrenOf(main);
      const named = (word: string) => children.find((pid) => commandOf(pid).includes(word));
      return { main, vrrp: named('vrrp-process'), log: children.find((pid) => commandOf(pid)[0] === 'cat') };
    },
    setEnvironment: (words) => {
      environment = words;
    },
    expectEnds: (expected) => {
      endsExpected = expected;
    },
    complaint: async (wanted) => {
      if (!ready) return `${host.name} is not ready`;
      if (!childrenOf(director.running.pid).some((pid) => commandOf(pid).includes('vrrp-process')))
        return `${host.name} has no VRRP process`;
      const phase = await askPhase(director.controlSocket);
      return phase === wanted ? undefined : `${host.name} is ${phase ?? 'silent at its control socket'}`;
    },
    lastLines: (count) => said.slice(-count),
    stop: async () => {
      stopping = true;
      await director.running.stop(10_000);
    },
  };
}

async function exitOf(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await delay(50);
}

export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** What the daemon says of its router, within a few seconds. */
function askPhase(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const asked = request({ socketPath, path: '/status', timeout: 5000 }, (answer) => {
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(phaseIn(text)));
    });
    asked.on('error', () => resolve(undefined)).on('timeout', () => asked.destroy());
    asked.end();
  });
}

function phaseIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { readonly vrrp: readonly { readonly phase: string }[] }).vrrp[0]?.phase;
  } catch {
    return undefined;
  }
}
