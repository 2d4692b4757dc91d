// `lvs-director ipvs list` and `ipvs save`: what the kernel's IPVS holds, in ipvsadm's own layouts or as JSON. Both
// ask the kernel itself, so they work while no daemon runs, and show everybody's services. Addresses and ports
// are always numbers.

import { describeKernelError } from '../kernel/errno.ts';
import { createIpvsListing, type IpvsListing } from '../kernel/ipvs-listing.ts';
import { formatServiceId, type ServiceId } from '../model/ipvs.ts';
import { err, ok, type Result } from '../net/result.ts';
import { shown } from '../net/shown.ts';
import type { KernelError } from '../ports/kernel.ts';
import { isCheckService } from '../reconcile/check-services.ts';
import {
  formatConnections,
  formatInfo,
  formatIpvsTable,
  formatSyncDaemons,
  formatTimeouts,
  type ViewName,
} from '../render/ipvs-listing.ts';
import { inIpvsadmOrder } from '../render/ipvs-order.ts';
import { formatRules } from '../render/ipvs-rules.ts';
import { systemClock } from '../system/clock.ts';
import { readIpvsConnections } from '../system/host/ipvs-connections.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { parseConnections } from '../wire/ipvs/connections.ts';
import { type Arguments, type ExitCode, type Io, type Options, textOption } from './command-line.ts';

/** What one call shows: text in ipvsadm's layout, and the same as a value. */
type Shown = { readonly text: string; readonly value: unknown };
type Answer = Result<Shown, KernelError>;

export async function runIpvsList({ options }: Arguments, io: Io): Promise<ExitCode> {
  const kind = kindOf(options);
  if (kind === undefined) {
    io.stderr('Cannot list: expected one kind of list, got several\n');
    return 2;
  }
  return withListing(io, options.json === true, (listing) => show(kind, listing, options));
}

export async function runIpvsSave({ options }: Arguments, io: Io): Promise<ExitCode> {
  return withListing(io, false, async (listing) => {
    const table = await listing.table();
    if (!table.ok) return table;
    const entries = table.value.filter(isShown(options));
    return ok({ text: formatRules(inIpvsadmOrder(entries)), value: undefined });
  });
}

/** The private services of checks are no services of anybody's: shown when they are asked for, all of them or one. */
const isShown =
  (options: Options) =>
  ({ service: { id } }: { readonly service: { readonly id: ServiceId } }): boolean =>
    options.all === true || textOption(options, 'service') === formatServiceId(id) || !isCheckService(id);

type Kind = ViewName | 'connections' | 'timeout' | 'daemon';

/** @returns undefined where the options name more than one. Connections may say what engines go by as well. */
function kindOf(options: Options): Kind | undefined {
  const persistent = options.persistent === true || options['persistent-conn'] === true;
  const asked: Readonly<Record<Exclude<Kind, 'servers'>, boolean>> = {
    connections: options.connections === true,
    timeout: options.timeout === true,
    daemon: options.daemon === true,
    stats: options.stats === true,
    rate: options.rate === true,
    thresholds: options.thresholds === true,
    persistent: persistent && options.connections !== true,
    tunnels: options['tun-info'] === true,
  };
  const kinds = Object.entries(asked).flatMap(([kind, isAsked]) => (isAsked ? [kind as Kind] : []));
  return kinds.length > 1 ? undefined : (kinds[0] ?? 'servers');
}

async function show(kind: Kind, listing: IpvsListing, options: Options): Promise<Answer> {
  switch (kind) {
    case 'connections':
      return showConnections(options.persistent === true || options['persistent-conn'] === true);
    case 'timeout': {
      const answer = await listing.timeouts();
      return answer.ok ? ok({ text: formatTimeouts(answer.value), value: answer.value }) : answer;
    }
    case 'daemon': {
      const answer = await listing.syncDaemons();
      return answer.ok ? ok({ text: formatSyncDaemons(answer.value), value: answer.value }) : answer;
    }
    default:
      return showTable(kind, listing, options);
  }
}

async function showTable(view: ViewName, listing: IpvsListing, options: Options): Promise<Answer> {
  const [info, table] = [await listing.info(), await listing.table()];
  if (!info.ok) return info;
  if (!table.ok) return table;
  const only = textOption(options, 'service');
  const entries = table.value.filter(
    (entry) => isShown(options)(entry) && (only === undefined || formatServiceId(entry.service.id) === only),
  );
  if (only !== undefined && entries.length === 0) {
    return err({ code: 'ENOENT', message: `a service of the table, got ${shown(only)}` });
  }
  const ordered = options.nosort === true ? entries : inIpvsadmOrder(entries);
  const text = formatIpvsTable(ordered, view, options.exact === true);
  // Of one service ipvsadm leaves out the first line.
  return ok({
    text: only === undefined ? formatInfo(info.value) + text : text,
    value: {
      ...info.value,
      services: ordered.map(({ service, destinations }) => ({
        name: formatServiceId(service.id),
        ...service,
        destinations,
      })),
    },
  });
}

function showConnections(withEngines: boolean): Answer {
  const text = readIpvsConnections();
  if (!text.ok) return err({ code: 'ENOENT', message: text.error });
  const connections = parseConnections(text.value);
  return ok({ text: formatConnections(connections, withEngines), value: connections });
}

async function withListing(
  io: Io,
  json: boolean,
  ask: (listing: IpvsListing) => Promise<Answer>,
): Promise<ExitCode> {
  const listing = createIpvsListing(openNetlinkSocket('generic'), systemClock);
  const answer = await ask(listing);
  listing.close();
  if (answer.ok) {
    io.stdout(json ? `${JSON.stringify(answer.value.value, null, 2)}\n` : answer.value.text);
    return 0;
  }
  io.stderr(`Cannot read IPVS: ${describeKernelError(answer.error)}\n`);
  return 1;
}
