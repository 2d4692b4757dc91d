// Makes a failing scenario smaller while it breaks the same invariant: without a fault, a storm, a broken host.
// Greedy, one at a time, until nothing more can go; the seed of the run stays, so that the rest stays alike.
import type { Scenario, Weather } from './scenario.ts';
import { type Options, simulate } from './simulate.ts';

const CALM: Weather = { loss: 0, late: 0, lateUs: 0, duplicate: 0, flip: 0 };

/** Runs at most; each is a whole simulation. */
const RUNS_MAX = 200;

export function shrink(scenario: Scenario, { machine }: Options = {}): Scenario {
  const run = (tried: Scenario) => simulate(tried, machine === undefined ? {} : { machine }).finding;
  const invariant = run(scenario)?.invariant;
  if (invariant === undefined) return scenario;
  let smallest = scenario;
  let runs = 0;
  for (let goesOn = true; goesOn; ) {
    goesOn = false;
    for (const tried of smaller(smallest)) {
      if (++runs > RUNS_MAX) return smallest;
      if (run(tried)?.invariant !== invariant) continue;
      smallest = tried;
      goesOn = true;
      break;
    }
  }
  return smallest;
}

/** The same, each without one thing. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { faults, weather, broken } = scenario;
  for (let index = faults.length - 1; index >= 0; index--) {
    yield { ...scenario, faults: faults.filter((_, other) => other !== index) };
  }
  const { burst: _, ...steady } = weather;
  const calmer: Weather[] = [CALM, steady];
  for (const what of ['loss', 'late', 'duplicate', 'flip'] as const) calmer.push({ ...weather, [what]: 0 });
  for (const tried of calmer) {
    if (JSON.stringify(tried) !== JSON.stringify(weather) && !isCalm(weather)) {
      yield { ...scenario, weather: tried };
    }
  }
  if (broken.length > 0) yield { ...scenario, broken: [] };
}

const isCalm = ({ burst, loss, late, duplicate, flip }: Weather): boolean =>
  burst === undefined && loss + late + duplicate + flip === 0;
