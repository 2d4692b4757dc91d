// What several checks of one server say together: it is up only where each of them finds it up. Each has a count of its own
// (verdict.ts). Pure; one check alone says what it says.
import type { VerdictState } from './verdict.ts';

type State = Pick<VerdictState, 'verdict' | 'adopted'>;

/** Down where one is, else unverified where one is. */
export function verdictOfAll(states: readonly State[]): VerdictState['verdict'] {
  const verdicts = states.map(({ verdict }) => verdict);
  return verdicts.find((each) => each === 'down') ?? verdicts.find((each) => each === 'unverified') ?? 'up';
}

/** Whether it serves only because the table had it, as no check has failed and not all have spoken. */
export const isAdopted = (states: readonly State[]): boolean =>
  verdictOfAll(states) === 'unverified' && states.some(({ adopted }) => adopted);

/** The least that any of them asks for; undefined where none asks for anything. */
export function leastOf(wishes: readonly (number | undefined)[]): number | undefined {
  const said = wishes.filter((wish) => wish !== undefined);
  return said.length === 0 ? undefined : Math.min(...said);
}
