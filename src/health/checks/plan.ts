// Which checks a real server of a virtual service gets, by checktype and `service`, at which port and within what
// time. What a check of each kind asks is its definition's (model/checks); knows nothing of schedules or verdicts.
// Source: ldirectord's directives checktype, service, checkport and checkcount.
import { type CheckKind, type CheckTarget, checks, type LoneTarget } from '../../model/checks/checks.ts';
import { isAgentAsked, kindsOf } from '../../model/checks/chosen.ts';
import { clientAddress, clientPathOf, clientPort } from '../../model/checks/client-path.ts';
import { takesClientPath } from '../../model/checks/goes-clients-way.ts';
import { virtualPortOf } from '../../model/checks/ports.ts';
import { portOf, reads } from '../../model/checks/services.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';

/** A target with its hard deadline, counted from the start of the check. */
export type TimedTarget<Target = CheckTarget> = { readonly target: Target; readonly timeoutMs: number };
type LoneCheck = TimedTarget<LoneTarget>;

/** Between two runs of `main` come `connects` runs of `between`; most checks have none. */
export type CheckPlan<Target = CheckTarget> = {
  readonly main: TimedTarget<Target>;
  readonly between?: { readonly check: TimedTarget<Target>; readonly connects: number };
  /** How soon a failure is looked into (health/schedule.ts); absent: when the next check is due. */
  readonly retryMs?: number;
  /** Within which it begins (health/schedule.ts); absent: within a second. */
  readonly warmupMs?: number;
};

/** The plan of checks for `real` as a server of `virtual`. */
export const checkPlanOf = (virtual: VirtualConfig, real: RealConfig): CheckPlan => ({
  ...targetsOf(virtual, real),
  ...(virtual.retryintervalMs !== undefined && { retryMs: virtual.retryintervalMs }),
  ...(virtual.warmupMs !== undefined && { warmupMs: virtual.warmupMs }),
});

function targetsOf(virtual: VirtualConfig, real: RealConfig): CheckPlan {
  const plan = lonePlanOf(virtual, real);
  const { main, between } = plan;
  const { agentPort } = virtual;
  if (agentPort === undefined || !isAgentAsked(virtual)) return plan;
  const there = atCheckAddress('agent', virtual, real);
  const agent = bound('agent', virtual, checks.agent.targetOf(virtual, there, agentPort));
  const withAgent = ({ target, timeoutMs }: LoneCheck): TimedTarget => ({
    target: { kind: 'with-agent', main: target, agent },
    timeoutMs,
  });
  if (between === undefined) return { main: withAgent(main) };
  return { main: withAgent(main), between: { ...between, check: withAgent(between.check) } };
}

function lonePlanOf(virtual: VirtualConfig, real: RealConfig): CheckPlan<LoneTarget> {
  const { checktype } = virtual;
  const [first, second] = kindsOf(virtual);
  const negotiates = checktype.kind === 'negotiate' || checktype.kind === 'combined';
  const main = checkOfKind(first, virtual, real);
  return {
    main: negotiates ? { ...main, timeoutMs: virtual.negotiatetimeoutMs } : main,
    ...(second !== undefined &&
      checktype.kind === 'combined' && {
        between: { check: checkOfKind(second, virtual, real), connects: checktype.connects },
      }),
  };
}

/**
 * checkport, else the real server's port, else the service's own (ldirectord looks no further and then
 * checks port 0), else the virtual's; 0 where none of them says.
 */
export function checkPortOf(virtual: VirtualConfig, real: RealConfig): number {
  if (virtual.checkport !== undefined) return virtual.checkport;
  if (real.port !== 0) return real.port;
  return portOf(virtual.service) ?? virtualPortOf(virtual);
}

/** Each try of a ping has the whole checktimeout, as in ldirectord, so the check as a whole has a multiple of it. */
const checkOfKind = (kind: CheckKind, virtual: VirtualConfig, real: RealConfig): LoneCheck => ({
  target: takesClientPath(kind, virtual)
    ? byClientPath(kind, virtual, real)
    : bound(
        kind,
        virtual,
        checks[kind].targetOf(virtual, atCheckAddress(kind, virtual, real), checkPortOf(virtual, real)),
      ),
  timeoutMs: virtual.checktimeoutMs * (kind === 'ping' ? virtual.checkcount : 1),
});

/** The server, as if it were at the address that is checked in its place. */
function atCheckAddress(kind: CheckKind, virtual: VirtualConfig, real: RealConfig): RealConfig {
  const { checkaddress: address, service } = virtual;
  return address === undefined || !reads(kind, service, 'checkaddress') ? real : { ...real, address };
}

/** To the virtual address; the mark is that of the private service, and the interface the way to there. */
function byClientPath(kind: CheckKind, virtual: VirtualConfig, real: RealConfig): LoneTarget {
  const port = clientPort(virtual, real, checkPortOf(virtual, real));
  const there = { ...real, address: clientAddress(virtual)?.address ?? real.address };
  const source = virtual.bind?.address;
  return {
    ...checks[kind].targetOf(virtual, there, port),
    ...(source !== undefined && { bind: { address: source } }),
    clientPath: clientPathOf(virtual, real),
  };
}

/** What goes over no network leaves by no interface. */
function bound<Target extends LoneTarget>(kind: CheckKind, virtual: VirtualConfig, target: Target): Target {
  const { bind, service } = virtual;
  if (bind === undefined || !reads(kind, service, 'bind_address')) return target;
  const { port, ...route } = bind;
  const read = port !== undefined && reads(kind, service, 'bind_port') ? bind : route;
  return Object.keys(read).length === 0 ? target : { ...target, bind: read };
}
