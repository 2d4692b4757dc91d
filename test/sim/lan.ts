// The network: a directed path between any two places, each with its delay, its weather and its cuts. It knows
// nothing of what it carries, and remembers when a path last did harm: the invariants ask for that.
import type { Micros } from '../../src/ports/clock.ts';
import type { Agenda } from './agenda.ts';
import type { Random } from './random.ts';
import type { Place, Scenario, Weather } from './scenario.ts';

export type Lan = {
  readonly places: number;
  /** Carries something, if it can; `deliver` is called once for each copy that arrives. */
  readonly send: (from: Place, to: Place, deliver: (flipped: boolean) => void) => void;
  readonly isOpen: (from: Place, to: Place) => boolean;
  /** Cuts add up: as many heals as cuts open a path again. */
  readonly cut: (from: Place, to: Place) => void;
  readonly heal: (from: Place, to: Place) => void;
  /** When the path last lost, changed or held up something, or was healed. */
  readonly harmedAt: (from: Place, to: Place) => Micros;
  readonly endWeather: () => void;
};

const calm: Weather = { loss: 0, late: 0, lateUs: 0, duplicate: 0, flip: 0 };

export function createLan(scenario: Scenario, agenda: Agenda, random: Random): Lan {
  const places = scenario.hosts.length + 1;
  const cuts = new Array<number>(places * places).fill(0);
  const harmed = new Array<Micros>(places * places).fill(0);
  const isBad = new Array<boolean>(places * places).fill(false);
  const touched = new Set(scenario.weather.paths);
  const isTouched = cuts.map((_, path) => {
    const name = `${Math.floor(path / places)}>${path % places}`;
    return scenario.weather.paths === undefined || touched.has(name);
  });
  const least = Math.max(1, Math.floor(scenario.delayUs / 4));
  let weather = scenario.weather;
  const pathOf = (from: Place, to: Place): number => from * places + to;
  const harm = (path: number, at: Micros): void => {
    harmed[path] = Math.max(harmed[path] as Micros, at);
  };

  function isLost(path: number): boolean {
    const { burst, loss } = weather;
    if (burst !== undefined) {
      if (random.chance(isBad[path] ? burst.ends : burst.begins)) isBad[path] = !isBad[path];
      if (isBad[path]) return true;
    }
    return random.chance(loss);
  }

  function carry(path: number, deliver: (flipped: boolean) => void): void {
    const stormy = weather !== calm && isTouched[path] === true;
    if (stormy && isLost(path)) {
      harm(path, agenda.now());
      return;
    }
    const late = stormy && random.chance(weather.late) ? random.around(weather.lateUs) : 0;
    const flipped = stormy && random.chance(weather.flip);
    const at = agenda.now() + random.between(least, scenario.delayUs) + late;
    if (late > 0 || flipped) harm(path, at);
    // The weather leaves nothing behind that arrives in the quiet phase.
    if (late > 0 && at > scenario.faultsEndAt) return;
    agenda.plan(at, () => {
      if (cuts[path] === 0) deliver(flipped);
      else harm(path, agenda.now());
    });
  }

  return {
    places,
    send: (from, to, deliver) => {
      const path = pathOf(from, to);
      if ((cuts[path] as number) > 0) return;
      carry(path, deliver);
      if (weather !== calm && isTouched[path] && random.chance(weather.duplicate)) carry(path, deliver);
    },
    isOpen: (from, to) => cuts[pathOf(from, to)] === 0,
    cut: (from, to) => {
      cuts[pathOf(from, to)] = (cuts[pathOf(from, to)] as number) + 1;
    },
    heal: (from, to) => {
      const path = pathOf(from, to);
      cuts[path] = Math.max(0, (cuts[path] as number) - 1);
      harm(path, agenda.now());
    },
    harmedAt: (from, to) => harmed[pathOf(from, to)] as Micros,
    endWeather: () => {
      weather = calm;
    },
  };
}
