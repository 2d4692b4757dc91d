// Removes virtual addresses from the kernel by name, some at a time, and knows which removals that the kernel tells of
// are of its own doing. What the host would be left without stays.

import type { Emit } from '../../../journal/event.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { Clock, EventLoop } from '../../../ports/clock.ts';
import type { NetworkKernel } from '../../../ports/kernel.ts';
import type { NetworkView } from '../network-view.ts';
import type { HeldAddress } from './address-installer.ts';
import type { AddressPlaces, LeaseSettings } from './address-places.ts';
import { addressKeyOf, sliceMax } from './address-request.ts';

export type RemoverPorts = {
  readonly settings: () => LeaseSettings;
  readonly places: AddressPlaces;
  readonly view: NetworkView;
  readonly kernel: NetworkKernel;
  readonly clock: Clock & EventLoop;
  readonly emit: Emit;
  /** By their names; what is to be removed is taken out. */
  readonly held: Map<string, HeldAddress>;
};

export type AddressRemover = {
  /** Settles when the kernel has answered. One that is not there is no error. */
  readonly remove: (addresses: readonly Prefix[], reason: FullReason) => Promise<void>;
  /** Whether a request of ours explains that removal, which then explains no other. */
  readonly isOurs: (key: string) => boolean;
  /** What the kernel has said is not known any more: no removal of ours is waited for. */
  readonly forget: () => void;
};

type Wanted = { readonly prefix: Prefix; readonly index: number };

export function createAddressRemover(ports: RemoverPorts): AddressRemover {
  const expected = createExpectedRemovals();
  return {
    remove: (addresses, reason) => remove({ ...ports, expected }, addresses, reason),
    isOurs: expected.takeOne,
    forget: expected.forget,
  };
}

/** Removals of our own that the kernel has not yet confirmed, by the names of the addresses. */
function createExpectedRemovals() {
  const counts = new Map<string, number>();
  return {
    add: (key: string) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    takeOne: (key: string): boolean => {
      const count = counts.get(key) ?? 0;
      if (count > 1) counts.set(key, count - 1);
      else counts.delete(key);
      return count > 0;
    },
    forget: () => counts.clear(),
  };
}

type Removal = RemoverPorts & { readonly expected: ReturnType<typeof createExpectedRemovals> };

async function remove(removal: Removal, addresses: readonly Prefix[], reason: FullReason): Promise<void> {
  const { held, clock, expected } = removal;
  const wanted = addresses.flatMap((prefix) => wantedOf(removal, prefix) ?? []);
  for (const { prefix } of wanted) expected.add(formatPrefix(prefix));
  for (let start = 0; start < wanted.length; start += sliceMax) {
    if (start > 0) await new Promise<void>(clock.afterPoll);
    // Those that have been added anew meanwhile are wanted.
    const slice = wanted.slice(start, start + sliceMax).filter(({ prefix }) => {
      const isBack = held.has(formatPrefix(prefix));
      if (isBack) expected.takeOne(formatPrefix(prefix));
      return !isBack;
    });
    await removeSome(removal, slice, reason);
  }
}

function wantedOf(removal: Removal, prefix: Prefix): Wanted | undefined {
  const { held, view, places } = removal;
  const before = held.get(formatPrefix(prefix))?.index;
  const index = before !== undefined && view.linkAt(before) !== undefined ? before : places.indexOf(prefix);
  if (index !== undefined) return isRemovable(removal, prefix, index) ? { prefix, index } : undefined;
  // It went with its interface.
  held.delete(formatPrefix(prefix));
  return undefined;
}

/** Never what the host would be left without, nor an owner's own addresses. */
function isRemovable({ held, places, settings, emit }: Removal, prefix: Prefix, index: number): boolean {
  const key = formatPrefix(prefix);
  const entry = held.get(key);
  held.delete(key);
  if (entry?.installed === true) return !entry.hostsOwn;
  if (places.presentOn(index, prefix) === undefined || settings().owner) return false;
  if (!places.isLast(prefix, index)) return true;
  const reason = 'it is the only address of the interface; left there';
  emit({ event: 'vip.failed', ...places.named(prefix), reason });
  return false;
}

async function removeSome(removal: Removal, wanted: readonly Wanted[], reason: FullReason): Promise<void> {
  const { kernel, places, emit, expected } = removal;
  if (wanted.length === 0) return;
  const results = await kernel.removeAddresses(
    wanted.map(({ prefix, index }) => addressKeyOf(prefix, index)),
  );
  for (const [i, { prefix }] of wanted.entries()) {
    const error = results[i];
    if (error === undefined) {
      emit({ event: 'vip.removed', ...places.named(prefix), reason });
      continue;
    }
    expected.takeOne(formatPrefix(prefix));
    // It went by itself: its lease ran out, or its interface is gone.
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENODEV') continue;
    emit({ event: 'vip.failed', ...places.named(prefix), reason: `not removed: ${error.message}` });
  }
}
