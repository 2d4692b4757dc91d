// A packet of a client as far as IPVS looks at it, and how it is written:
//   203.0.113.5:40000 -> 192.168.6.240:80/tcp     [2001:db8::5]:40000 -> [2001:db8::240]:53/udp
//   203.0.113.5 -> fwmark 7                       203.0.113.5:40000 -> 192.168.6.240:80 fwmark 7
// The arrow may be left out, as the shell takes its head for itself; so may the client's port, and /tcp.

import type { Protocol } from '../model/ipvs.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../net/endpoint.ts';
import { type Family, familyOf, type Ip, parseIp } from '../net/ip.ts';
import { err, ok, type Result } from '../net/result.ts';

export type Flow = {
  readonly client: Ip;
  /** Absent: not said. */
  readonly clientPort?: number;
  /** Absent: not said, only the firewall mark was. */
  readonly virtual?: Endpoint;
  readonly protocol: Protocol;
  /** Absent: the packet has none. */
  readonly mark?: number;
};

const form = 'CLIENT[:PORT] -> ADDRESS:PORT[/tcp|udp|sctp] [fwmark N], or CLIENT[:PORT] -> fwmark N';

export function parseFlow(text: string): Result<Flow> {
  const words = text
    .replaceAll('->', ' ')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== 'to' && word !== '-');
  const [clientText = '', ...rest] = words;
  const client = parseClient(clientText);
  const at = rest.indexOf('fwmark');
  const mark = at < 0 ? undefined : parseMark(rest[at + 1]);
  const targets = at < 0 ? rest : [...rest.slice(0, at), ...rest.slice(at + 2)];
  const target = targets.length === 1 ? parseTarget(targets[0] ?? '') : undefined;
  const isWhole = at < 0 ? target !== undefined : mark !== undefined && targets.length <= 1;
  if (client === undefined || !isWhole || (targets.length === 1 && target === undefined)) {
    return err(`${form}, got ${text.trim() || 'nothing'}`);
  }
  if (target !== undefined && familyOf(target.virtual.address) !== familyOf(client.client)) {
    return err(`client and service of one family, got ${text.trim()}`);
  }
  return ok({ protocol: 'tcp', ...client, ...target, ...(mark !== undefined && { mark }) });
}

export const flowFamily = ({ client }: Flow): Family => familyOf(client);

/** "203.0.113.5:40000 -> 192.168.6.240:80/tcp" */
export function formatFlow({ client, clientPort, virtual, protocol, mark }: Flow): string {
  const from = clientPort === undefined ? client : formatEndpoint({ address: client, port: clientPort });
  const to = virtual === undefined ? [] : [`${formatEndpoint(virtual)}/${protocol}`];
  return `${from} -> ${[...to, ...(mark === undefined ? [] : [`fwmark ${mark}`])].join(' ')}`;
}

function parseClient(text: string): Pick<Flow, 'client' | 'clientPort'> | undefined {
  const client = parseIp(text);
  if (client !== undefined) return { client };
  const endpoint = parseEndpoint(text);
  return endpoint && { client: endpoint.address, clientPort: endpoint.port };
}

function parseTarget(text: string): { readonly virtual: Endpoint; readonly protocol: Protocol } | undefined {
  const match = /^(.+?)(?:\/(tcp|udp|sctp))?$/.exec(text);
  const virtual = parseEndpoint(match?.[1] ?? '');
  return virtual && { virtual, protocol: (match?.[2] ?? 'tcp') as Protocol };
}

function parseMark(text: string | undefined): number | undefined {
  if (!/^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text ?? '')) return undefined;
  const mark = Number(text);
  return mark > 0 && mark <= 0xffff_ffff ? mark : undefined;
}
