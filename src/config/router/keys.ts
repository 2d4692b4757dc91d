// One entry of `vrrp`: a virtual router, in keepalived's words. The keys of all subjects, in the order of the reference.
import * as z from 'zod';
import { mailOfRouterShape } from '../notices/service-mail.ts';
import { notifyShape } from '../tracking/notify.ts';
import { trackShape } from '../tracking/track.ts';
import { required } from '../values/documented.ts';
import { plainName, whole } from '../values/scalars.ts';
import { advertShape } from './adverts.ts';
import { announcementShape } from './announcements.ts';
import { electionShape } from './election.ts';
import { floatShape } from './floating.ts';
import { leaseShape } from './lease.ts';
import { pathsShape } from './paths.ts';
import { peersShape } from './peers.ts';
import { rivalShape } from './rivals.ts';
import { strictShape } from './strict.ts';

export const vrrpSchema = z.strictObject({
  name: required(plainName, 'What the log, `status` and `failover` call this virtual router.'),
  ...pathsShape,
  virtual_router_id: required(
    whole(1, 255),
    'The VRID: equal on both directors, different from every other on the LAN.',
  ),
  ...electionShape,
  ...strictShape,
  ...floatShape,
  ...peersShape,
  ...advertShape,
  ...leaseShape,
  ...announcementShape,
  ...rivalShape,
  ...trackShape,
  ...notifyShape,
  ...mailOfRouterShape,
});
export type VrrpDraft = z.output<typeof vrrpSchema>;
