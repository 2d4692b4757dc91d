// What ldirectord has and this daemon does otherwise: taken, and warned of with the reason. `no` asks for nothing.
import type * as z from 'zod';
import type { Position } from '../model/config/problem.ts';
import { warningAt } from './problem.ts';
import type { Resolution } from './resolution.ts';
import { optional } from './values/documented.ts';
import { flag, text } from './values/scalars.ts';

/** At the top level alone. */
export const ineffectiveTopShape = {
  fork: optional(flag(), 'Accepted for ldirectord; checks never wait for one another.'),
  supervised: optional(flag(), 'Accepted for ldirectord; only lvs-director-ldirectord heeds it.'),
} as const;

/** In a virtual service alone. */
export const ineffectiveServiceShape = {
  load: optional(text(), 'Accepted for ldirectord, which does nothing with it either.'),
  monitorfile: optional(text(), 'Accepted for ldirectord; the log has every verdict.'),
} as const;

const shape = { ...ineffectiveTopShape, ...ineffectiveServiceShape };
type IneffectiveKey = keyof typeof shape;
type IneffectiveDraft = Partial<z.output<z.ZodObject<typeof shape>>>;

const reasons: Readonly<Record<IneffectiveKey, string>> = {
  monitorfile: 'the log has every verdict',
  load: 'ldirectord has no use for it either',
  fork: 'checks never wait for one another',
  supervised: 'run always is in the foreground (lvs-director-ldirectord heeds it)',
};
const keys = Object.keys(reasons) as readonly (keyof typeof reasons)[];

/** @param site where a key stands */
export function judgeIneffective(
  draft: IneffectiveDraft,
  site: (key: string) => Position,
  { problems }: Pick<Resolution, 'problems'>,
): void {
  for (const key of keys) {
    const value = draft[key];
    if (value === undefined || value === false) continue;
    const got = value === true ? 'yes' : String(value);
    problems.push(warningAt(site(key), `honour ${key}`, `nothing, as ${reasons[key]}`, got));
  }
}
