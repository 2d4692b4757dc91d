// One run: a fresh pair, one scenario, one set of numbers. Everything it made is gone when it resolves.
import { setTimeout as delay } from 'node:timers/promises';
import { withLab } from '../../test/lab/harness/namespaces.ts';
import { bothHeld, changesOf, coarsestUs, outageUs } from './observation.ts';
import { createPair, type PairOptions, sources } from './pair.ts';
import type { Scenario } from './scenarios.ts';

export type Measured = {
  /** All the time in which the client was not answered, milliseconds. */
  readonly outageMs: number;
  readonly bothMs: number;
  /** Both held it to the end of the run: `bothMs` is how long that was watched. */
  readonly bothWithoutEnd: boolean;
  /** Comings and goings of the address at the backup, and its adverts, if it was not to do anything. */
  readonly backupActed: number;
  /** What the protocol allows as an outage in this run. */
  readonly limitMs?: number;
  /** The longest time between two probes: the outage is not known better than that. */
  readonly resolutionMs: number;
};

const startLimitMs = 15_000;
/** A program that has just started is not yet what it is later. */
const warmUpMs = 1000;

export const measure = (options: PairOptions, scenario: Scenario, phase: number): Promise<Measured> =>
  withLab(async (lab) => {
    const pair = await createPair(lab, options);
    const begun = scenario.begins === 'both' ? 'a' : 'b';
    const first = await pair.start(begun);
    const holds = await pair.until(
      ({ holders, answered }) => answered && holders.join() === begun,
      startLimitMs,
    );
    if (!holds)
      throw new Error(`Cannot begin: expected ${begun} holds the address, got\n${first.lines().join('\n')}`);
    const routers = scenario.begins === 'both' ? { a: first, b: await pair.start('b') } : { b: first };
    await delay(warmUpMs + 2 * options.intervalMs);
    const happenedUs = await scenario.act(pair, routers, phase);
    const observation = await pair.observed();
    const both = bothHeld(observation, happenedUs);
    const limitUs = scenario.limitUs(observation, happenedUs, options.intervalMs);
    const adverts = observation.adverts.filter(
      ({ source, atUs }) => source === sources.b && atUs >= happenedUs,
    );
    return {
      outageMs: outageUs(observation, happenedUs) / 1000,
      bothMs: both.us / 1000,
      bothWithoutEnd: both.withoutEnd,
      backupActed: changesOf(observation, 'b', happenedUs) + adverts.length,
      ...(limitUs !== undefined && { limitMs: limitUs / 1000 }),
      resolutionMs: coarsestUs(observation, happenedUs) / 1000,
    };
  });
