// Operations as something to read or to hand on as JSON: one line each with what was and what will be, and
// counts. How it looks on a terminal is render/plan.ts's.

import type { FallbackServing } from '../journal/describe-fallback.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { destinationName, formatServiceId, type Operation } from '../model/ipvs.ts';
import { isCheckService } from './check-services.ts';
import { describeDestination, describeService } from './describe.ts';
import { fallbackServing } from './fallback.ts';
import type { Leaving } from './leaving.ts';
import type { Proposal } from './propose.ts';

export type PlanLine = {
  readonly sign: '+' | '~' | '-';
  /** formatServiceId. */
  readonly service: string;
  /** destinationName; absent where the line is about the service itself. */
  readonly real?: string;
  /** Settings in ipvsadm's options; `before` is absent where it is added, `after` where it is deleted. */
  readonly before?: string;
  readonly after?: string;
};

export type ChangeCounts = { readonly adds: number; readonly edits: number; readonly deletes: number };
export type Plan = {
  readonly lines: readonly PlanLine[];
  /** Beside the table; absent where nothing changes there. */
  readonly settings?: readonly SettingLine[];
  /** Of both. */
  readonly counts: ChangeCounts;
  /** Services that a fallback is to serve, and why; absent where none is. */
  readonly fallbacks?: readonly PlannedFallback[];
  /** Servers that leave the table slowly; absent where none does. */
  readonly leaving?: readonly PlannedLeaving[];
};
/** A server at weight 0 until its connections have ended. @property longestSec absent: however long that takes. */
export type PlannedLeaving = {
  readonly service: string;
  readonly real: string;
  readonly longestSec?: number;
  readonly by: Leaving['by'];
};
export type PlannedFallback = FallbackServing & { readonly service: string };

/** A timeout, a sysctl, a sync daemon, a mark, or what a virtual router holds. */
export type SettingLine = {
  readonly sign: '+' | '~' | '-';
  /** "timeout tcp", "net.ipv4.vs.conntrack", "sync daemon master", "VI_1 address" */
  readonly setting: string;
  readonly before?: string;
  readonly after?: string;
};

/** The plan, with what happens beside the table. */
export function withSettingLines(plan: Plan, lines: readonly SettingLine[]): Plan {
  if (lines.length === 0) return plan;
  const count = (sign: SettingLine['sign']) => lines.filter((line) => line.sign === sign).length;
  const { adds, edits, deletes } = plan.counts;
  const counts = { adds: adds + count('+'), edits: edits + count('~'), deletes: deletes + count('-') };
  return { ...plan, settings: [...(plan.settings ?? []), ...lines], counts };
}

/** The lines stand in the order in which the kernel would be told. */
export const planOf = (operations: readonly Operation[]): Plan => ({
  lines: operations.map(lineOf),
  counts: countChanges(operations),
});

/** What a proposal comes to. @param virtuals that it was made for. @param all with the private services of checks */
export function planFor(virtuals: readonly VirtualConfig[], proposal: Proposal, all = false): Plan {
  const { services, leavingServer } = proposal;
  const operations = all ? proposal.operations : proposal.operations.filter((each) => !isOfCheck(each));
  const fallbacks = virtuals.flatMap((virtual, index): readonly PlannedFallback[] => {
    const { tier, withheld = false } = services[index] ?? {};
    const serving = fallbackServing(virtual, tier, withheld);
    return serving === undefined ? [] : [{ service: formatServiceId(virtual.id), ...serving }];
  });
  const leaving = (leavingServer?.servers ?? []).filter(({ end }) => end === undefined).map(plannedLeaving);
  return {
    ...planOf(operations),
    ...(fallbacks.length > 0 && { fallbacks }),
    ...(leaving.length > 0 && { leaving }),
  };
}

const isOfCheck = ({ service }: Operation): boolean =>
  isCheckService('kind' in service ? service : service.id);

const plannedLeaving = ({ service, real, by, since, deadline }: Leaving): PlannedLeaving => ({
  ...{ service, real, by },
  ...(deadline !== undefined && { longestSec: (deadline - since) / 1e6 }),
});

/** Services and destinations alike. */
export function countChanges(operations: readonly Operation[]): ChangeCounts {
  const count = (verb: string) => operations.filter(({ type }) => type.startsWith(verb)).length;
  return { adds: count('add'), edits: count('edit'), deletes: count('delete') };
}

function lineOf(operation: Operation): PlanLine {
  switch (operation.type) {
    case 'addService':
      return { sign: '+', ...aboutService(operation), after: describeService(operation.service) };
    case 'editService': {
      const [before, after] = [describeService(operation.before), describeService(operation.service)];
      return { sign: '~', ...aboutService(operation), before, after };
    }
    case 'deleteService':
      return { sign: '-', ...aboutService(operation), before: describeService(operation.service) };
    case 'addDestination':
      return { sign: '+', ...aboutReal(operation), after: describeDestination(operation.destination) };
    case 'editDestination': {
      const [before, after] = [
        describeDestination(operation.before),
        describeDestination(operation.destination),
      ];
      return { sign: '~', ...aboutReal(operation), before, after };
    }
    case 'deleteDestination':
      return { sign: '-', ...aboutReal(operation), before: describeDestination(operation.destination) };
  }
}

type ServiceOperation = Extract<Operation, { type: `${string}Service` }>;
type DestinationOperation = Exclude<Operation, ServiceOperation>;

const aboutService = ({ service }: ServiceOperation) => ({ service: formatServiceId(service.id) });
const aboutReal = ({ service, destination }: DestinationOperation) => ({
  service: formatServiceId(service),
  real: destinationName(destination),
});
