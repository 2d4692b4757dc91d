// The one table of all kinds of check, each defined in the file of its family, and what a probe is asked: a target.
// Two servers of two virtual services with an equal target are one check (its key is the JSON of the target).
import type { CheckBinding } from '../config/check.ts';
import type { ClientPath } from './client-path.ts';
import type { Definitions } from './definition.ts';
import { type DialogueTarget, dialogues } from './dialogues.ts';
import { type HttpProxyTarget, type HttpTarget, httpChecks } from './http.ts';
import { type PlainTarget, plainChecks } from './plain.ts';
import { type QueryTarget, queries } from './queries.ts';
import { type AgentTarget, type SignTarget, signs } from './signs.ts';

/** Of any check over the network: where it leaves this director, unless the routes say; whose way it goes. */
type Bound = { readonly bind?: CheckBinding; readonly clientPath?: ClientPath };

/** A check of one kind. */
export type LoneTarget = Bound &
  (HttpTarget | HttpProxyTarget | DialogueTarget | QueryTarget | SignTarget | PlainTarget);

/** A check, and an agent on the server that says how much weight the server wants (HAProxy's agent-check). */
export type WithAgentTarget = {
  readonly kind: 'with-agent';
  readonly main: LoneTarget;
  readonly agent: AgentTarget & Bound;
};

export type CheckTarget = LoneTarget | WithAgentTarget;

export type CheckKind = LoneTarget['kind'];
export type TargetOf<Kind extends CheckKind> = Extract<LoneTarget, { readonly kind: Kind }>;

export const checks = {
  ...httpChecks,
  ...dialogues,
  ...queries,
  ...signs,
  ...plainChecks,
} satisfies Definitions<LoneTarget>;

/** What a check asks, in a few words; without secrets. */
export const describeTarget = (target: LoneTarget): string =>
  `${describeOne(target.kind, target)}${describeBinding(target)}`;

/** " by the VIP from 192.0.2.1 port 1024 dev eth1 mark 5" */
const describeBinding = ({ bind = {}, clientPath }: Bound): string =>
  [
    ...(clientPath === undefined ? [] : [' by the VIP']),
    ...(bind.address === undefined ? [] : [` from ${bind.address}`]),
    ...(bind.port === undefined ? [] : [`${bind.address === undefined ? ' from' : ''} port ${bind.port}`]),
    ...(bind.interface === undefined ? [] : [` dev ${bind.interface}`]),
    ...(bind.mark === undefined ? [] : [` mark ${bind.mark}`]),
  ].join('');

function describeOne<Kind extends CheckKind>(kind: Kind, target: TargetOf<Kind>): string {
  const definitions: { readonly [Each in CheckKind]: { describe: (target: TargetOf<Each>) => string } } =
    checks;
  return definitions[kind].describe(target);
}
