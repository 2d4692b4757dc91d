// Which server a client's packet goes to, and why, for a terminal.
import { type Flow, formatFlow } from '../explain/flow.ts';
import type { Where } from '../explain/where.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import type { ObservedDestination } from '../ports/kernel.ts';

export function formatWhere(flow: Flow, { service, scheduler, steps, choice }: Where): string {
  const lines = [
    `  service  ${service === undefined ? 'none' : `${service}, ${scheduler}`}`,
    ...steps.map((step, index) => `  ${index === 0 ? 'first  ' : 'then   '}  ${step}`),
    ...formatChoice(choice, flow).map((text, index) => `  ${index === 0 ? 'server ' : '       '}  ${text}`),
    `  why      ${choice.why}`,
  ];
  return `${formatFlow(flow)}\n${lines.join('\n')}\n`;
}

function formatChoice(choice: Where['choice'], flow: Flow): readonly string[] {
  if (choice.kind === 'nobody') return ['none'];
  if (choice.kind === 'server') return [formatServer(choice.server, flow)];
  return ['one of', ...choice.servers.map((server) => `  ${formatServer(server, flow)}`)];
}

/** A server of port 0 is called on the port that the client calls. */
function formatServer(
  { address, port, forward, weight, counters }: ObservedDestination,
  { virtual }: Flow,
): string {
  const name = formatEndpoint({ address, port: port || (virtual?.port ?? 0) });
  return `${name} ${forward}, weight ${weight}, ${counters.activeConnections} active and ${counters.inactiveConnections} inactive connections`;
}
