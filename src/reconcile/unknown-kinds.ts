// What a table holds that the model carries by number only: protocols, forwarding methods and tunnels that a later
// kernel has, or that no tool can set. Such an entry is shown and told of, and stays as it is.

import {
  type Destination,
  destinationName,
  formatServiceId,
  type ServiceEntry,
  type ServiceId,
  type Table,
} from '../model/ipvs.ts';

const isNumbered = (word: string): boolean => /-\d+$/.test(word);

export const isKnownService = (id: ServiceId): boolean => id.kind === 'fwmark' || !isNumbered(id.protocol);

export const isKnownDestination = ({ forward, tunnel }: Destination): boolean =>
  !isNumbered(forward) && (tunnel === undefined || !(isNumbered(tunnel.type) || isNumbered(tunnel.checksum)));

/** "protocol-50 10.0.0.1:0", "tcp 10.0.0.1:80 -> 10.0.0.2:80 (method-4)" */
export const unknownKindsIn = (table: Table): readonly string[] =>
  table.flatMap((entry) => {
    const unknown = unknownIn.get(entry) ?? unknownOf(entry);
    unknownIn.set(entry, unknown);
    return unknown;
  });

/** Entries are never changed in place. */
const unknownIn = new WeakMap<ServiceEntry, readonly string[]>();

function unknownOf({ service, destinations }: ServiceEntry): readonly string[] {
  const name = formatServiceId(service.id);
  const servers = destinations.filter((destination) => !isKnownDestination(destination));
  return [
    ...(isKnownService(service.id) ? [] : [name]),
    ...servers.map((server) => `${name} -> ${destinationName(server)} (${kindOf(server)})`),
  ];
}

const kindOf = ({ forward, tunnel }: Destination): string =>
  [forward, tunnel?.type, tunnel?.checksum]
    .filter((word) => word !== undefined && isNumbered(word))
    .join(' ');
