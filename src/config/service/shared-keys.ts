// Keys of the top level, which stand for all services, where no service goes by them: each is told of once. Those of one
// service are judged with it.
import type { VirtualConfig } from '../../model/config/service.ts';
import { judgeSharedTiming } from '../checks/timing.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { judgeFallbackPorts } from './fallback-ports.ts';
import type { GlobalDraft } from './keys.ts';
import { judgeOverridden } from './overridden.ts';
import { judgeServiceless } from './serviceless.ts';

export function judgeSharedKeys(
  draft: GlobalDraft & { readonly maintenancedir?: string | undefined },
  virtuals: readonly VirtualConfig[],
  resolution: Resolution,
): void {
  const { problems, sites, environment } = resolution;
  judgeSharedTiming(draft, virtuals, resolution);
  judgeFallbackPorts(virtuals, resolution);
  judgeOverridden(draft, virtuals, resolution);
  judgeServiceless(draft, virtuals, resolution);
  if (draft.readdquiescent === true && virtuals.length > 0 && !virtuals.some(({ quiescent }) => quiescent)) {
    problems.push(
      warningAt(sites('readdquiescent'), 'use readdquiescent', 'a service with quiescent: yes', 'none'),
    );
  }
  const { maintenancedir } = draft;
  if (maintenancedir !== undefined && environment.isDirectory?.(maintenancedir) === false) {
    const rule = 'a directory, as no server is taken out until there is one';
    problems.push(warningAt(sites('maintenancedir'), 'use maintenancedir', rule, maintenancedir));
  }
}
