// Which checks a real server of a virtual service gets, by checktype and `service`, at which port and within what
// time. What a check of each kind asks is its definition's (model/checks); knows nothing of schedules or verdicts.
// Source: ldirectord's directives checktype, service, checkport and checkcount.
import { type CheckKind, type CheckTarget, checks, type LoneTarget } from '../../model/checks/checks.ts';
import { virtualPortOf } from '../../model/checks/ports.ts';
import { checkOf, portOf } from '../../model/checks/services.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';

/** A target with its hard deadline, counted from the start of the check. */
export type TimedTarget<Target = CheckTarget> = { readonly target: Target; readonly timeoutMs: number };
type LoneCheck = TimedTarget<LoneTarget>;

/** Between two runs of `main` come `connects` runs of `between`; most checks have none. */
export type CheckPlan<Target = CheckTarget> = {
  readonly main: TimedTarget<Target>;
  readonly between?: { readonly check: TimedTarget<Target>; readonly connects: number };
};

/** The plan of checks for `real` as a server of `virtual`. */
export function checkPlanOf(virtual: VirtualConfig, real: RealConfig): CheckPlan {
  const plan = lonePlanOf(virtual, real);
  const { main, between } = plan;
  const { agentPort, service } = virtual;
  if (agentPort === undefined || service === 'agent' || main.target.kind === 'off') return plan;
  const agent = checks.agent.targetOf(virtual, real, agentPort);
  const withAgent = ({ target, timeoutMs }: LoneCheck): TimedTarget => ({
    target: { kind: 'with-agent', main: target, agent },
    timeoutMs,
  });
  if (between === undefined) return { main: withAgent(main) };
  return { main: withAgent(main), between: { ...between, check: withAgent(between.check) } };
}

function lonePlanOf(virtual: VirtualConfig, real: RealConfig): CheckPlan<LoneTarget> {
  const { checktype } = virtual;
  switch (checktype.kind) {
    case 'negotiate':
      return { main: negotiateOf(virtual, real) };
    case 'combined': {
      const main = negotiateOf(virtual, real);
      const { connects } = checktype;
      return connects > 0 ? { main, between: { check: connectOf(virtual, real), connects } } : { main };
    }
    case 'connect':
      return { main: connectOf(virtual, real) };
    case 'ping':
      return { main: pingOf(virtual, real) };
    case 'external-perl':
      return { main: checkOfKind('external', virtual, real) };
    case 'external':
    case 'on':
    case 'off':
      return { main: checkOfKind(checktype.kind, virtual, real) };
  }
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

const checkOfKind = (kind: CheckKind, virtual: VirtualConfig, real: RealConfig): LoneCheck => ({
  target: checks[kind].targetOf(virtual, real, checkPortOf(virtual, real)),
  timeoutMs: virtual.checktimeoutMs,
});

/** Of a service whose language nobody here speaks, whether it takes connections is still worth knowing. */
function negotiateOf(virtual: VirtualConfig, real: RealConfig): LoneCheck {
  const kind = checkOf(virtual.service);
  const { target } = kind === 'connect' ? connectOf(virtual, real) : checkOfKind(kind, virtual, real);
  return { target, timeoutMs: virtual.negotiatetimeoutMs };
}

/** A service over anything but TCP has no connection to open: its server is pinged instead. */
const connectOf = (virtual: VirtualConfig, real: RealConfig): LoneCheck =>
  protocolOf(virtual) === 'tcp' ? checkOfKind('connect', virtual, real) : pingOf(virtual, real);

/** Each try has the whole checktimeout, as in ldirectord, so the check as a whole has a multiple of it. */
function pingOf(virtual: VirtualConfig, real: RealConfig): LoneCheck {
  const { target, timeoutMs } = checkOfKind('ping', virtual, real);
  return { target, timeoutMs: virtual.checkcount * timeoutMs };
}

/** A firewall mark says nothing of the protocol; its servers are taken to speak TCP. */
const protocolOf = ({ id }: VirtualConfig) => (id.kind === 'address' ? id.protocol : 'tcp');
