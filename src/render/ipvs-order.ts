// The order in which ipvsadm 1.31 lists services and servers. It subtracts 32-bit numbers and looks at the sign of
// what is left, so that 192.0.2.1 stands before 1.2.3.4 and the order may go round in a circle; what comes of it is
// then up to its sort, the C library's merge sort. Source: what ipvsadm prints; qsort(3) of glibc.

import type { ListedEntry } from '../kernel/ipvs-listing.ts';
import { familyOf, type Ip, ipBytes } from '../net/ip.ts';
import { numberOf, PROTOCOLS } from '../wire/ipvs/attributes.ts';
import type { ListedDestination, ListedService } from '../wire/ipvs/listing.ts';

export const inIpvsadmOrder = (table: readonly ListedEntry[]): readonly ListedEntry[] =>
  mergeSort(
    table.map(({ service, destinations }) => ({
      service,
      destinations: mergeSort(destinations, compareDestinations),
    })),
    (a, b) => compareServices(a.service, b.service),
  );

function compareServices({ id: a }: ListedService, { id: b }: ListedService): number {
  const mark = difference(a.kind === 'fwmark' ? a.fwmark : 0, b.kind === 'fwmark' ? b.fwmark : 0);
  if (mark !== 0) return mark;
  if (a.kind === 'fwmark' || b.kind === 'fwmark') {
    return a.kind === 'fwmark' && b.kind === 'fwmark' ? a.family.length - b.family.length : 0;
  }
  return (
    familyOf(a.address).length - familyOf(b.address).length ||
    numberOf(PROTOCOLS, a.protocol) - numberOf(PROTOCOLS, b.protocol) ||
    compareAddresses(a.address, b.address) ||
    a.port - b.port
  );
}

const compareDestinations = (a: ListedDestination, b: ListedDestination): number =>
  compareAddresses(a.address, b.address) || a.port - b.port;

/** Of two families: as far as the first reaches, an IPv4 address in the first of four words. */
function compareAddresses(a: Ip, b: Ip): number {
  const [left, right] = [words(a), words(b)];
  for (const [index, word] of left.entries()) {
    const order = difference(word, right[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function words(address: Ip): readonly number[] {
  const bytes = ipBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index));
}

/** As 32-bit integers with a sign. */
const difference = (a: number, b: number): number => (a - b) | 0;

/** Halves, the smaller first, merged; the left one goes first where it is not greater. */
function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const merged: T[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const [a, b] = [left[i], right[j]];
    if (b === undefined || (a !== undefined && compare(a, b) <= 0)) {
      if (a !== undefined) merged.push(a);
      i += 1;
    } else {
      merged.push(b);
      j += 1;
    }
  }
  return merged;
}
