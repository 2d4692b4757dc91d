// The packets that get the firewall mark of a service from us: every address, protocol and port by itself. What cannot be
// is an error here: no kernel would refuse it, and clients would land anywhere.

import type { Position } from '../../model/config/problem.ts';
import type { MarkedConfig, VirtualConfig } from '../../model/config/service.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import { markKey } from '../../net/mark.ts';
import { errorAt, warningAt } from '../problem.ts';
import { literalFamily, type Resolution, resolveAddress } from '../resolution.ts';
import type { MarkDraft } from './marks-keys.ts';

/** Of each family, in all services: what one message to the kernel holds with ease. */
const marksMax = 2048;

type Site = (...path: readonly (string | number)[]) => Position;

export function resolveMarks(
  drafts: readonly (MarkDraft | undefined)[] | undefined,
  id: ServiceId,
  site: Site,
  resolution: Resolution,
): readonly MarkedConfig[] | undefined {
  if (drafts === undefined) return undefined;
  if (id.kind === 'address') {
    const rule = 'a service of fwmark: one of an address takes its packets by that';
    resolution.problems.push(
      errorAt(site('marks'), 'mark packets', rule, `address ${id.address}:${id.port}`),
    );
    return undefined;
  }
  return drafts.flatMap((draft, index) =>
    draft === undefined ? [] : resolveMark(draft, id.family, (key) => site('marks', index, key), resolution),
  );
}

function resolveMark(
  { address: host, ports, protocol = 'tcp' }: MarkDraft,
  family: 'inet' | 'inet6',
  site: (key: string) => Position,
  resolution: Resolution,
): readonly MarkedConfig[] {
  const address = resolveAddress(host, family, resolution);
  if (address === undefined || (literalFamily(host) ?? family) !== family) {
    const rule = `an ${family === 'inet' ? 'IPv4' : 'IPv6'} address, as the service is of that family`;
    resolution.problems.push(errorAt(site('address'), 'mark packets', rule, host));
    return [];
  }
  const at = site('ports');
  return ports.flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, offset) => ({ protocol, address, port: from + offset, at })),
  );
}

/** What only all services together show. */
export function judgeMarks(virtuals: readonly VirtualConfig[], { problems }: Resolution): void {
  const seen = new Map<string, Position>();
  for (const family of ['inet', 'inet6'] as const) {
    const marks = virtuals.flatMap(({ id, marks = [] }) =>
      id.kind === 'fwmark' && id.family === family ? marks : [],
    );
    const first = marks[marksMax];
    if (first !== undefined) {
      problems.push(errorAt(first.at, 'mark packets', `at most ${marksMax} of a family`, `${marks.length}`));
      return;
    }
    for (const mark of marks) {
      const before = seen.get(markKey(mark));
      if (before !== undefined) {
        const rule = `each address and port once (first in line ${before.line})`;
        problems.push(errorAt(mark.at, 'mark packets', rule, markKey(mark)));
      }
      seen.set(markKey(mark), before ?? mark.at);
    }
  }
  for (const { id, at } of virtuals) {
    // ip_vs_ctl.c, ip_vs_service_find: a mark is looked up before the address.
    if (id.kind !== 'address' || !seen.has(markKey(id))) continue;
    problems.push(warningAt(at, 'take packets', 'an address and port that no service marks', markKey(id)));
  }
}
