// `tunnel` of a real server or a fallback: how an ipip server is reached, after ipvsadm's --tun- options; as the table has
// it, absent for IP in IP. What the kernel refuses or would pass over (ip_vs_ctl.c, ip_vs_add_dest; ip_vs_xmit.c,
// ipvs_gue_encap and ipvs_gre_encap) is an error here.
import * as z from 'zod';
import type { Position } from '../../model/config/problem.ts';
import type { Forward, Tunnel, TunnelChecksum } from '../../model/ipvs.ts';
import { errorAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { choice, scalar, whole } from '../values/scalars.ts';

const checksums: ReadonlyMap<string, TunnelChecksum> = new Map([
  ...(['no', 'false', 'off'] as const).map((word) => [word, 'nocsum'] as const),
  ...(['yes', 'true', 'on'] as const).map((word) => [word, 'csum'] as const),
  ['remote', 'remcsum'],
]);
const checksum = scalar<TunnelChecksum>('yes, no or remote', (text) => checksums.get(text.toLowerCase()), {
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
type TunnelDraft = z.output<typeof tunnelSchema>;

/** @param site where the tunnel, or a key of it, stands */
export function resolveTunnel(
  draft: TunnelDraft | undefined,
  forward: Forward,
  site: (...keys: readonly string[]) => Position,
  { problems }: Resolution,
): Tunnel | undefined {
  if (draft === undefined) return undefined;
  const { type, port, checksum } = draft;
  const refuse = (at: Position, rule: string, got: string) =>
    void problems.push(errorAt(at, 'use tunnel', rule, got));
  if (forward !== 'ipip') refuse(site(), 'forward ipip beside it', forward);
  if (type === 'gue' && port === undefined) refuse(site(), 'a port beside type gue', 'none');
  if (type !== 'gue' && port !== undefined) refuse(site('port'), `no port beside type ${type}`, `${port}`);
  if (type === 'ipip' && checksum !== undefined) {
    refuse(site('checksum'), 'no checksum beside type ipip', checksumWord[checksum]);
  }
  if (type === 'gre' && checksum === 'remcsum') {
    refuse(site('checksum'), 'checksum yes or no beside type gre', checksumWord[checksum]);
  }
  return type === 'ipip' ? undefined : { type, port: port ?? 0, checksum: checksum ?? 'nocsum' };
}

const checksumWord: Readonly<Record<TunnelChecksum, string>> = {
  nocsum: 'no',
  csum: 'yes',
  remcsum: 'remote',
};
