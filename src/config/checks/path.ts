// Whose way a check goes: to the server itself, or to the virtual address as clients do (checkpath: vip). What that cannot
// reach, what it has no use for, what this director lacks for it, and the firewall marks that it keeps for itself.
import type { z } from 'zod';
import { checkMarkMax, checkMarkMin, isCheckMark } from '../../model/check-marks.ts';
import { checksOf, checksOfService } from '../../model/checks/checks-of.ts';
import { isAgentAsked, kindsOf } from '../../model/checks/chosen.ts';
import { clientAddress } from '../../model/checks/client-path.ts';
import { goesClientsWay, takesClientPath } from '../../model/checks/goes-clients-way.ts';
import type { CheckConfig } from '../../model/config/check.ts';
import type { Config } from '../../model/config/config.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import { familyOf } from '../../net/ip.ts';
import { errorAt, type Warn, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { choice } from '../values/scalars.ts';

export const pathShape = {
  checkpath: optional(
    choice(['direct', 'vip']),
    'Where a check goes: to the server itself, or as clients to the virtual address, and on by the method of the server.',
    'direct',
  ),
} as const;
type PathDraft = z.output<z.ZodObject<typeof pathShape>>;

export const saidOfPath = ({ checkpath }: PathDraft): Pick<CheckConfig, 'checkpath'> =>
  present({ checkpath });

const isByPath = (virtual: VirtualConfig): boolean => takesClientPath(kindsOf(virtual)[0], virtual);

/** For checks/judge.ts: keys that such a check has no use for; the agent beside it has. */
export const pathNeeds = (['checkaddress', 'bind_port', 'bind_interface', 'bind_mark'] as const).map(
  (key) => ({
    key,
    rule: 'checkpath: direct, as the way of clients has its own',
    isMet: (virtual: VirtualConfig) => !isByPath(virtual) || isAgentAsked(virtual),
    got: () => 'checkpath vip',
  }),
);

/** Of a mark nobody here knows what it stands for, unless it is ours. */
export function judgePath(virtual: VirtualConfig, _draft: unknown, warn: Warn): void {
  if (virtual.checkpath !== 'vip' || clientAddress(virtual) !== undefined) return;
  const rule = 'a service of an address, or marks of tcp beside fwmark';
  warn('checkpath', 'use checkpath', rule, formatServiceId(virtual.id));
}

/** Two programs on one mark would have each other's packets: those of a check would reach another server. */
export function judgeCheckMarks(virtuals: readonly VirtualConfig[], { problems }: Resolution): void {
  for (const virtual of virtuals) {
    const { id, reals, at } = virtual;
    const checks = [...checksOfService(virtual), ...reals.flatMap((real) => ownChecks(virtual, real))];
    const marks = [...checks.map(({ bind }) => bind?.mark), id.kind === 'fwmark' ? id.fwmark : undefined];
    const taken = marks.find((mark) => mark !== undefined && isCheckMark(mark));
    if (taken === undefined) continue;
    const rule = `one outside ${checkMarkMin} to ${checkMarkMax}, which checks by the way of clients have`;
    problems.push(errorAt(at, 'use firewall mark', rule, `${taken}`));
  }
}

const ownChecks = (virtual: VirtualConfig, real: VirtualConfig['reals'][number]) =>
  real.checks === undefined ? [] : checksOf(virtual, real).map((each) => each.virtual);

/** What the active director needs to hear gate and ipip servers, which answer from its own address; once for all. */
export function judgeAcceptLocal(
  { virtuals, vrrp }: Pick<Config, 'virtuals' | 'vrrp'>,
  { problems, environment: { readSysctl } }: Resolution,
): void {
  const first = virtuals.find(hearsItself);
  if (first === undefined || readSysctl === undefined) return;
  const devices = ['all', ...new Set(vrrp.map((router) => router.interface))];
  const values = devices.map((device) => readSysctl(`net/ipv4/conf/${device}/accept_local`));
  if (values[0] === undefined || values.some((value) => value !== undefined && value !== '0')) return;
  const rule =
    'net.ipv4.conf.all.accept_local 1 (or that of the interface), as gate and ipip servers answer from an address of the active director itself';
  problems.push(warningAt(first.at, 'hear checks by the VIP while active', rule, '0'));
}

const hearsItself = (virtual: VirtualConfig): boolean => {
  const there = clientAddress(virtual)?.address;
  return (
    there !== undefined &&
    familyOf(there) === 'inet' &&
    virtual.reals.some((real) => real.forward !== 'masq' && goesClientsWay(virtual, real))
  );
};
