// One entry of `virtual` to its services: one, or one for each address of a group. Everything that the entry alone
// shows is judged here; what only all services together show, in resolve-document.ts.
import type { VirtualConfig } from '../../model/config/service.ts';
import { judgeTls } from '../checks/tls.ts';
import type { Resolution, Site } from '../resolution.ts';
import { resolveGroup } from './group.ts';
import { judgeVirtual } from './judge.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';
import { judgeServicePrograms } from './programs.ts';
import { resolveVirtual } from './resolve.ts';

/** @param index of the entry in `virtual`; its sites are asked for as those of ('virtual', index). */
export function resolveEntry(
  entry: VirtualDraft,
  index: number,
  globals: GlobalDraft,
  resolution: Resolution,
): readonly VirtualConfig[] {
  const site: Site = (...path) => resolution.sites('virtual', index, ...path);
  const services = resolveGroup(entry, index, resolution).flatMap(({ draft, at }) => {
    const virtual = resolveVirtual({ draft, globals, site, resolution });
    if (virtual === undefined) return [];
    judgeVirtual(virtual, { draft, globals, site, resolution });
    return [{ ...virtual, at }];
  });
  judgeServicePrograms(entry, index, globals, resolution);
  judgeTls(entry, site, resolution);
  return services;
}
