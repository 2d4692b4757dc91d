// The packets that get the firewall mark of a service from us: every address, protocol and port by itself. What cannot be
// is an error here: no kernel would refuse it, and clients would land anywhere.
import * as z from 'zod';
import type { Position } from '../../model/config/problem.ts';
import type { MarkedConfig, VirtualConfig } from '../../model/config/service.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import { markKey } from '../../net/mark.ts';
import { errorAt, warningAt } from '../problem.ts';
import { literalFamily, type Resolution, resolveAddress, type Site } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { choice, scalar } from '../values/scalars.ts';
import type { Subject } from './subject.ts';

/** Of each family, in all services: what one message to the kernel holds with ease. */
const marksMax = 2048;

/** Both ends belong to it. */
type PortRange = { readonly from: number; readonly to: number };

const portsRule = 'ports from 1 to 65535, or FROM-TO';

const ports = scalar<PortRange>(
  portsRule,
  (text) => {
    const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text.trim());
    const from = Number(match?.[1] ?? 0);
    const to = Number(match?.[2] ?? from);
    return from >= 1 && to <= 65_535 && from <= to ? { from, to } : undefined;
  },
  { type: ['integer', 'string'], minimum: 1, maximum: 65_535 },
);

const host = scalar(
  'an address, or a name that has one',
  (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
  { type: 'string' },
);

export const markSchema = z.strictObject({
  address: required(host, 'The virtual address that the packets are sent to.'),
  ports: required(
    z.array(ports, { error: `a list of ${portsRule}` }).min(1, { error: 'at least one port' }),
    'Their ports, FROM-TO for several in a row.',
  ),
  protocol: optional(choice(['tcp', 'udp', 'sctp']), 'Their protocol.', 'tcp'),
});
type MarkDraft = z.output<typeof markSchema>;

export const marksShape = {
  marks: optional(
    z.array(markSchema.optional()),
    'With fwmark: packets that we give that mark, by an nftables table of our own.',
  ),
} as const;
type MarksDraft = z.output<z.ZodObject<typeof marksShape>>;

export function resolveMarks(
  { draft: { marks }, site, resolution }: Subject<MarksDraft>,
  id: ServiceId,
): readonly MarkedConfig[] | undefined {
  if (marks === undefined) return undefined;
  if (id.kind === 'address') {
    const rule = 'a service of fwmark: one of an address takes its packets by that';
    const got = `address ${id.address}:${id.port}`;
    resolution.problems.push(errorAt(site('marks'), 'mark packets', rule, got));
    return undefined;
  }
  return marks.flatMap((mark, index) =>
    mark === undefined ? [] : resolveMark(mark, id.family, (key) => site('marks', index, key), resolution),
  );
}

function resolveMark(
  { address: host, ports, protocol = 'tcp' }: MarkDraft,
  family: 'inet' | 'inet6',
  site: Site,
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
