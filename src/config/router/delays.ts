// When virtual routers begin, and how long changes of interfaces must last: both are of the whole daemon, and each
// virtual router carries them to the process that obeys them. keepalived: vrrp_startup_delay, vrrp_delay_after_boot,
// interface_up_down_delays.
import * as z from 'zod';
import type { LinkDelay, VrrpInstanceConfig } from '../../model/config/router.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { duration, filledText, formatDuration } from '../values/scalars.ts';
import type { VrrpProcessDraft } from './process.ts';

const delay = () => duration({ minMs: 0, maxMs: 255_000 });

export const interfaceSchema = z.strictObject({
  name: required(filledText(), 'The interface.'),
  up_delay: optional(delay(), 'How long it must have been up to count as up: until its port forwards.', '0'),
  down_delay: optional(
    delay(),
    'How long it must have been down to count as down. Less than two advert intervals, or a peer takes over first.',
    '0',
  ),
});

type DelaysDraft = {
  readonly vrrp_process?: VrrpProcessDraft | undefined;
  readonly vrrp_interface?: readonly (z.output<typeof interfaceSchema> | undefined)[] | undefined;
};

export function resolveDelays(
  draft: DelaysDraft,
  vrrp: readonly VrrpInstanceConfig[],
  resolution: Resolution,
): readonly VrrpInstanceConfig[] {
  const linkDelays = resolveLinkDelays(draft, vrrp, resolution);
  const startDelayMs = draft.vrrp_process?.start_delay ?? 0;
  const delayAfterBootMs = draft.vrrp_process?.delay_after_boot ?? 0;
  return vrrp.map((instance) => ({
    ...instance,
    ...(startDelayMs > 0 && { startDelayMs }),
    ...(delayAfterBootMs > 0 && { delayAfterBootMs }),
    ...(linkDelays.length > 0 && { linkDelays }),
  }));
}

function resolveLinkDelays(
  draft: DelaysDraft,
  vrrp: readonly VrrpInstanceConfig[],
  { sites, problems }: Resolution,
): readonly LinkDelay[] {
  const names = new Set<string>();
  return (draft.vrrp_interface ?? []).flatMap((each, index) => {
    if (each === undefined) return [];
    const { name, up_delay: upDelayMs = 0, down_delay: downDelayMs = 0 } = each;
    if (names.has(name))
      problems.push(
        errorAt(sites('vrrp_interface', index, 'name'), 'define vrrp_interface', 'each name once', name),
      );
    names.add(name);
    if (!vrrp.some((instance) => minds(instance, name))) {
      const at = sites('vrrp_interface', index, 'name');
      problems.push(warningAt(at, 'use vrrp_interface', 'an interface of a virtual router', name));
    }
    const carried = vrrp.filter((instance) => instance.interface === name);
    const limitMs = 2 * Math.min(...carried.map(({ advertIntervalMs }) => advertIntervalMs));
    if (downDelayMs > 0 && downDelayMs >= limitMs) {
      const at = sites('vrrp_interface', index, 'down_delay');
      const rule = `less than two advert intervals (${formatDuration(limitMs)}), or a peer takes over first`;
      problems.push(warningAt(at, 'wait for the interface', rule, formatDuration(downDelayMs)));
    }
    return [{ name, upDelayMs, downDelayMs }];
  });
}

/** Whether a change of an interface is anything to a virtual router: its own, one that it tracks, one of its addresses. */
const minds = (router: VrrpInstanceConfig, name: string): boolean =>
  [
    router.interface,
    ...(router.furtherInterfaces ?? []),
    ...(router.trackers ?? []).map((tracker) => tracker.name),
    ...[...router.virtualAddresses, ...(router.excludedAddresses ?? []), ...(router.virtualRoutes ?? [])].map(
      ({ device }) => device,
    ),
  ].includes(name);
