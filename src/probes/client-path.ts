// A check that goes the way of clients: to the virtual address, marked for its private service, which hands it to this one
// server by the server's own method (model/check-marks.ts). From which address it is sent decides what it finds:
// - gate and ipip servers answer from the virtual address, so one of ours beside it, as the routes to the server say;
// - masq servers answer by their gateway. On the active director, after some seconds, the virtual address itself: only who
//   leads there answers right. On a backup the gateway leads to the other director, so as the routes to the server say: it is not looked at.
// What this director lacks says nothing of the server. What each director finds: docs/checks.md "By the way of clients".
import type { LoneTarget } from '../model/checks/checks.ts';
import type { ClientPath } from '../model/checks/client-path.ts';
import type { CheckBinding } from '../model/config/check.ts';
import type { RealName, ServiceName } from '../model/ipvs.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { familyOf, type Ip } from '../net/ip.ts';
import { err, ok, type Result } from '../net/result.ts';
import { unmade } from './talk/judge-error.ts';

export type ClientPathPorts = {
  /** An error tells why there is no private service. */
  readonly markOf: (service: ServiceName, real: RealName) => Result<number>;
  /** From where this host speaks to an address; its own where it is one of this host. */
  readonly sourceTowards: (address: Ip) => Ip | undefined;
  /** The setting without which no answer from our own virtual address is taken in at that one; undefined: it is. */
  readonly missingAcceptLocal: (source: Ip) => string | undefined;
  /** In ms, of a clock that never goes back. */
  readonly now: () => number;
};

export type TargetByPath = LoneTarget & { readonly clientPath: ClientPath };
type Ask = (target: LoneTarget, signal: AbortSignal) => Promise<ProbeResult>;

/** The gateway of masq servers comes with the VIP: so long after that they may still look for it. */
const settledMs = 5000;

/**
 * Enough for a server on the link, as ip_vs_xmit.c takes one off. A server without the virtual address that forwards would
 * send it on to the active director, whose own service would answer.
 */
const hopsOfGate = 2;

export function throughClientPath(ask: Ask, ports: ClientPathPorts) {
  /** A target is asked again and again: who remembers something of it goes by its identity. */
  const bound = new WeakMap<TargetByPath, { readonly key: string; readonly target: TargetByPath }>();
  const boundBy = (target: TargetByPath, bind: CheckBinding): TargetByPath => {
    const key = JSON.stringify(bind);
    const before = bound.get(target);
    if (before?.key === key) return before.target;
    const made = { ...target, bind };
    bound.set(target, { key, target: made });
    return made;
  };
  const isOurs = (vip: Ip) => ports.sourceTowards(vip) === vip;
  /** When a VIP was looked for and not ours; one that was ours from the start on has settled. */
  const lastAway = new Map<Ip, number>();
  const roleOf = (vip: Ip): Role => {
    const [ours, now] = [isOurs(vip), ports.now()];
    if (!ours) lastAway.set(vip, now);
    return { vip, ours, settled: ours && now - (lastAway.get(vip) ?? Number.NEGATIVE_INFINITY) > settledMs };
  };

  return async (target: TargetByPath, signal: AbortSignal): Promise<ProbeResult> => {
    const vip = 'address' in target ? target.address : target.clientPath.towards;
    const role = roleOf(vip);
    const bind = bindingOf(target, role, ports);
    if (!bind.ok) return unmade(bind.error);
    const result = await ask(boundBy(target, bind.value), signal);
    if (result.outcome !== 'failure' || isOurs(vip) === role.ours) return result;
    return unmade(`${vip} ${role.ours ? 'left' : 'came to'} this director meanwhile: ${result.detail}`);
  };
}

/** @property settled ours for some time */
type Role = { readonly vip: Ip; readonly ours: boolean; readonly settled: boolean };

function bindingOf(
  { clientPath, bind = {} }: TargetByPath,
  { vip, ours, settled }: Role,
  ports: ClientPathPorts,
): Result<CheckBinding> {
  const { service, real, forward, towards } = clientPath;
  const mark = ports.markOf(service, real);
  if (!mark.ok) return mark;
  if (forward === 'masq' && settled) return ok({ ...bind, mark: mark.value });
  const isOtherFamily = familyOf(towards) !== familyOf(vip);
  const source = bind.address ?? ports.sourceTowards(isOtherFamily ? vip : towards);
  if (source === undefined || source === vip) {
    return err(`no address of this director beside ${vip} to check from: set bind_address`);
  }
  const missing = ours && forward !== 'masq' && familyOf(vip) === 'inet' && ports.missingAcceptLocal(source);
  if (missing) {
    return err(
      `this director does not take in what servers answer from ${vip}, its own address: set ${missing} to 1`,
    );
  }
  const isHere = ports.sourceTowards(towards) === towards;
  const hops = forward === 'gate' && !isHere && { hops: hopsOfGate };
  return ok({ ...bind, address: source, mark: mark.value, ...hops });
}
