// Keys of the top level that stand for all services in a file that has none: nobody goes by them.
import type { VirtualConfig } from '../../model/config/service.ts';
import { ineffectiveSharedShape } from '../ineffective.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { type GlobalDraft, globalShape } from './keys.ts';

type Draft = GlobalDraft & {
  readonly maintenancedir?: string | undefined;
};

/** Those that no file gives an effect are told of anyway (ineffective.ts). */
const keys = [...Object.keys(globalShape), 'maintenancedir'].filter(
  (key) => !(key in ineffectiveSharedShape),
) as readonly (keyof Draft)[];

export function judgeServiceless(
  draft: Draft,
  virtuals: readonly VirtualConfig[],
  { sites, problems }: Pick<Resolution, 'sites' | 'problems'>,
): void {
  // Where something is wrong a service may be missing for that.
  if (virtuals.length > 0 || problems.some(({ severity }) => severity === 'error')) return;
  for (const key of keys)
    if (draft[key] !== undefined)
      problems.push(warningAt(sites(key), `use ${key}`, 'a service in virtual', 'none'));
}
