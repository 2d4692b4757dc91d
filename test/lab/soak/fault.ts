// What a fault of a soak run is: a row of the table in faults.ts. It is injected, lasts, and is mended; what it may cost
// beyond the usual is its bound.
import type { Random } from '../../sim/random.ts';
import type { Dealt } from '../../soak/plan.ts';
import type { Bound } from '../../soak/stream.ts';
import type { Keeper } from './keeper.ts';
import type { Site } from './site.ts';
import type { Witnesses } from './witnesses.ts';

/** What a fault can reach. */
export type Scene = {
  readonly site: Site;
  /** The director that it happens to, and the other one. */
  readonly target: Keeper;
  readonly other: Keeper;
  readonly witnesses: Witnesses;
  readonly lastsMs: number;
  readonly random: Random;
};

export type Fault = Dealt & {
  /** Why it cannot be done here; undefined: it can. */
  readonly lacks?: string | undefined;
  /** What it may cost where that is not the usual. */
  readonly bound?: (lastsMs: number) => Partial<Bound>;
  /** @returns what ends it; it has lasted by then. */
  readonly inject: (scene: Scene) => Promise<() => Promise<void>>;
};

/** A fault that lasts as long as its own doing, and leaves nothing to mend. */
export const once =
  (act: (scene: Scene) => Promise<void> | void) =>
  async (scene: Scene): Promise<() => Promise<void>> => {
    await act(scene);
    return async () => {};
  };

/** Sends it, if there is such a process now: it may have ended by itself. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
