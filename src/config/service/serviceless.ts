// Keys of the top level that stand for all services in a file that has none: nobody goes by them.
import type { VirtualConfig } from '../../model/config/service.ts';
import { mailSharedShape } from '../notices/service-mail.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { type GlobalDraft, globalShape } from './keys.ts';

type Draft = GlobalDraft & {
  readonly maintenancedir?: string | undefined;
};

/** Mail is told of virtual routers as well. */
const keys = [...Object.keys(globalShape), 'maintenancedir'].filter(
  (key) => !(key in mailSharedShape),
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
