// The servers that fell in the time of a report: how often, for how long, and whether that is flapping: several falls, or a
// hold that the daemon put on it (flap_hold).
import { numberIn, type Told, textIn, whenOf } from './past.ts';

export type FallenServer = {
  readonly director: string;
  readonly service: string;
  readonly real: string;
  readonly falls: number;
  /** Of the falls that it came back from. */
  readonly downSeconds: number;
  readonly flapping: boolean;
  readonly isDown: boolean;
  readonly firstFall: string;
  readonly lastFall: string;
  /** What its check said last. */
  readonly detail: string;
};

type Sum = { -readonly [Key in keyof FallenServer]: FallenServer[Key] };

const flappingFalls = 3;

/** Those that fell most often first. */
export function serversOf(all: readonly Told[]): readonly FallenServer[] {
  const servers = new Map<string, Sum>();
  for (const told of all) {
    const { event } = told.record;
    const [service, real] = [textIn(told, 'service'), textIn(told, 'real')];
    if (service === undefined || real === undefined) continue;
    const key = `${told.director} ${service} ${real}`;
    const found = servers.get(key);
    if (event === 'real.down') servers.set(key, fallen(told, service, real, found));
    else if (found === undefined) continue;
    else if (event === 'real.up') {
      found.isDown = false;
      found.downSeconds += numberIn(told, 'down_s') ?? 0;
    } else if (event === 'real.flapping') found.flapping = true;
  }
  return [...servers.values()].sort((a, b) => b.falls - a.falls);
}

function fallen(told: Told, service: string, real: string, before: Sum | undefined): Sum {
  const falls = (before?.falls ?? 0) + 1;
  const at = whenOf(told);
  return {
    ...{ director: told.director, service, real, falls, downSeconds: before?.downSeconds ?? 0, isDown: true },
    flapping: before?.flapping === true || falls >= flappingFalls,
    ...{ firstFall: before?.firstFall ?? at, lastFall: at, detail: textIn(told, 'detail') ?? '' },
  };
}
