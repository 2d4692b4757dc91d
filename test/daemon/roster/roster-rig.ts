// A roster in virtual time, with a resolver and a file that a test answers for.
import { createRoster, type Roster } from '../../../src/daemon/roster/roster.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { Config } from '../../../src/model/config/config.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { realName } from '../../../src/model/ipvs.ts';
import { type Family, ip } from '../../../src/net/ip.ts';
import type { FileContent, NameAnswer } from '../../../src/ports/discovery.ts';
import type { Kept } from '../../../src/roster/kept.ts';
import { aConfig } from '../../make/a-config.ts';
import { aNamedReal, aReal, aVirtual } from '../../make/a-virtual.ts';
import { environment } from '../../make/environment.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

export const at = { file: 'a.yaml', line: 3, column: 5 };
export const named = (name: string) => aNamedReal(name, { at });
export const found = (...addresses: readonly string[]): NameAnswer => ({
  ...{ outcome: 'found', addresses: addresses.map(ip), ttlSec: 10 },
});
export const failed: NameAnswer = { outcome: 'failed', reason: 'SERVFAIL' };
export const configOf = (virtuals: readonly VirtualConfig[], vrrp: Config['vrrp'] = []): Config =>
  aConfig({ virtuals, vrrp });
export const withNames = (...names: readonly string[]) =>
  aVirtual({ reals: [aReal()], namedReals: names.map(named) });
export const withFile = (...names: readonly string[]) => ({
  ...withNames(...names),
  realFile: { path: '/fleet', at },
});

export type World = {
  readonly clock: VirtualTime;
  readonly roster: Roster;
  readonly events: JournalEvent[];
  readonly told: (name: string) => readonly JournalEvent[];
  readonly asked: string[];
  /** What the resolver says from now on; undefined: nothing. */
  readonly answers: Map<string, NameAnswer | undefined>;
  readonly write: (content: FileContent) => void;
  readonly saved: () => Kept | undefined;
  readonly changes: () => number;
  readonly servers: (service?: number) => readonly string[];
};

export function worldOf(config: Config, initial: Kept = { names: {}, files: {} }): World {
  const clock = createVirtualTime();
  const events: JournalEvent[] = [];
  const asked: string[] = [];
  const answers = new Map<string, NameAnswer | undefined>();
  let listener: ((content: FileContent) => void) | undefined;
  let file: FileContent | undefined;
  let saved: Kept | undefined;
  let changes = 0;
  const roster = createRoster(
    {
      clock,
      journal: (event) => void events.push(event),
      resolveName: (name: string, family: Family) => {
        asked.push(`${family} ${name}`);
        const answer = answers.get(name);
        return answer === undefined ? new Promise(() => {}) : Promise.resolve(answer);
      },
      watchText: (_, tell) => {
        listener = tell;
        if (file !== undefined) tell(file);
        return () => {
          listener = undefined;
        };
      },
      environment,
      initial,
      save: (state) => {
        saved = state;
      },
      onChanged: () => {
        changes += 1;
      },
    },
    config,
  );
  return {
    ...{ clock, roster, events, asked, answers },
    told: (name) => events.filter(({ event }) => event === name),
    write: (content) => {
      file = content;
      listener?.(content);
    },
    saved: () => saved,
    changes: () => changes,
    servers: (service = 0) => {
      const virtual = roster.effective().virtuals[service];
      return virtual?.reals.map((real) => realName(virtual.id, real)) ?? [];
    },
  };
}

/** @returns when it has been taken, in milliseconds of the clock. */
export async function take(world: World, config: Config): Promise<number> {
  const begun = world.clock.now();
  let taken: number | undefined;
  void world.roster.take(config, 2000).then(() => {
    taken = world.clock.now();
  });
  for (let ms = 0; taken === undefined && ms < 3000; ms += 10) await world.clock.advance(10);
  return ((taken ?? Number.NaN) - begun) / 1000;
}
