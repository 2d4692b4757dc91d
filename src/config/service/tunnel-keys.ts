// How an ipip server is reached: keys of `tunnel` of a real server or a fallback, after ipvsadm's --tun- options.
import { z } from 'zod';
import type { TunnelChecksum } from '../../model/ipvs.ts';
import { optional, required } from '../values/documented.ts';
import { choice, leaf, whole } from '../values/leaves.ts';

const checksums: ReadonlyMap<string, TunnelChecksum> = new Map([
  ...(['no', 'false', 'off'] as const).map((word) => [word, 'nocsum'] as const),
  ...(['yes', 'true', 'on'] as const).map((word) => [word, 'csum'] as const),
  ['remote', 'remcsum'],
]);
const checksum = leaf<TunnelChecksum>('yes, no or remote', (text) => checksums.get(text.toLowerCase()), {
  enum: ['yes', 'no', 'remote', true, false],
});

export const tunnelSchema = z.strictObject({
  type: required(choice(['ipip', 'gue', 'gre']), 'ipip (IP in IP), gue (in UDP) or gre.'),
  port: optional(whole(1, 65_535), 'The UDP port that the server listens on for gue.'),
  checksum: optional(
    checksum,
    'Whether gue and gre carry a checksum; remote: of gue, the one inside, made by the sender (remote checksum offload).',
    'no',
  ),
});
export type TunnelDraft = z.output<typeof tunnelSchema>;
