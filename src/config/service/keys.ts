// One entry of `virtual` and the directives that it shares with the top level, under ldirectord's names
// (docs/reference/ldirectord.md §2): the keys of all subjects, in the order of the reference.
import * as z from 'zod';
import { checkKeys } from '../checks/check.ts';
import { ineffectiveServiceShape } from '../ineffective.ts';
import { mailServiceShape, mailSharedShape } from '../notices/service-mail.ts';
import { optional } from '../values/documented.ts';
import { text, userName } from '../values/scalars.ts';
import { checkProcessesShape } from './check-processes.ts';
import { checksOfServiceShape } from './checks.ts';
import { drainingShape } from './draining.ts';
import { fallback6Shape, fallbackShape } from './fallbacks.ts';
import { flappingShape } from './flapping.ts';
import { identityShape } from './identity.ts';
import { marksShape } from './marks.ts';
import { quiescenceShape } from './quiescence.ts';
import { quorumShape } from './quorum.ts';
import { realShape } from './real.ts';
import { schedulingShape } from './scheduling.ts';
import { type FifosOfServices, omegaShape } from './server-notify.ts';
import { timingShape } from './timing.ts';

/** Keys that stand at the top level for all and in a virtual service for itself. */
export const sharedShape = {
  ...timingShape,
  ...quiescenceShape,
  ...fallbackShape,
  ...quorumShape,
  ...omegaShape,
  ...flappingShape,
  ...drainingShape,
  ...mailSharedShape,
};

/** Whom programs run as, of services and of virtual routers. */
export const scriptUserShape = {
  script_user: optional(
    userName(),
    'Whom programs run as that name no user. Default: keepalived_script or nobody for those that find something out, where the daemon may change to it; the daemon itself for those that do something.',
  ),
} as const;

/** Keys of the top level that services go by: what they share, the fallback of those of IPv6, and who checks them. */
export const globalShape = { ...sharedShape, ...fallback6Shape, ...checkProcessesShape };
export type GlobalDraft = z.output<z.ZodObject<typeof globalShape & typeof scriptUserShape>> & {
  /** Services are judged by what it says of their clients. */
  readonly ipvs?: { readonly sysctl?: Readonly<Record<string, string | undefined>> | undefined } | undefined;
} & FifosOfServices;

export const virtualSchema = z.strictObject({
  ...identityShape,
  ...marksShape,
  ...schedulingShape,
  ...checkKeys,
  ...checksOfServiceShape,
  servicename: optional(text(), 'A name for people.'),
  comment: optional(text(), 'A note for people.'),
  ...sharedShape,
  ...mailServiceShape,
  ...ineffectiveServiceShape,
  ...realShape,
});
export type VirtualDraft = z.output<typeof virtualSchema>;
