// What a service of a firewall mark may list as `marks`: the packets that get its mark from us.
import { z } from 'zod';
import { optional, required } from '../values/documented.ts';
import { choice, leaf } from '../values/leaves.ts';

/** Both ends belong to it. */
export type PortRange = { readonly from: number; readonly to: number };

const rule = 'ports from 1 to 65535, or FROM-TO';

const ports = leaf<PortRange>(
  rule,
  (text) => {
    const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text.trim());
    const from = Number(match?.[1] ?? 0);
    const to = Number(match?.[2] ?? from);
    return from >= 1 && to <= 65_535 && from <= to ? { from, to } : undefined;
  },
  { type: ['integer', 'string'], minimum: 1, maximum: 65_535 },
);

const host = leaf(
  'an address, or a name that has one',
  (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
  { type: 'string' },
);

export const markSchema = z.strictObject({
  address: required(host, 'The virtual address that the packets are sent to.'),
  ports: required(
    z.array(ports, { error: `a list of ${rule}` }).min(1, { error: 'at least one port' }),
    'Their ports, FROM-TO for several in a row.',
  ),
  protocol: optional(choice(['tcp', 'udp', 'sctp']), 'Their protocol.', 'tcp'),
});
export type MarkDraft = z.output<typeof markSchema>;
