// `tunnel` of a server as the table has it: absent for IP in IP. What the kernel refuses or would pass over
// (ip_vs_ctl.c, ip_vs_add_dest; ip_vs_xmit.c, ipvs_gue_encap and ipvs_gre_encap) is an error here.

import type { Position } from '../../model/config/problem.ts';
import type { Forward, Tunnel, TunnelChecksum } from '../../model/ipvs.ts';
import { errorAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { TunnelDraft } from './tunnel-keys.ts';

const checksumWord: Readonly<Record<TunnelChecksum, string>> = {
  nocsum: 'no',
  csum: 'yes',
  remcsum: 'remote',
};

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
