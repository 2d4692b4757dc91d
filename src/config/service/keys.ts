// One entry of `virtual` and the directives that it shares with the top level, under ldirectord's names
// (docs/reference/ldirectord.md §2). What ldirectord has and we do not act on is here too, so that it can be warned
// about.
import { z } from 'zod';
import { checkKeys } from '../checks/keys.ts';
import { virtualDefaults as defaults, timeoutDefaults } from '../defaults.ts';
import { optional, required } from '../values/documented.ts';
import { type LineParts, withForm } from '../values/forms.ts';
import { type GroupMember, groupMax, parseGroupAddresses } from '../values/group-addresses.ts';
import {
  absolutePath,
  choice,
  duration,
  filledText,
  flag,
  formatDuration,
  leaf,
  netmask,
  text,
  whole,
} from '../values/leaves.ts';
import {
  forwards,
  type HostPort,
  parseFallbackText,
  parseHostPort,
  parseRealText,
} from '../values/server-text.ts';
import { stayShape } from './coming-and-going-keys.ts';
import { markSchema } from './marks-keys.ts';
import { quorumShape } from './quorum-keys.ts';
import { tunnelSchema } from './tunnel-keys.ts';

const seconds = duration({ minMs: 1000, stepMs: 1000, maxMs: 86_400_000 * 31 });
/** ip_vs_ctl.c: later kernels refuse more than an int holds. */
const thresholdMax = 2_147_483_647;
const yesNo = (value: boolean) => (value ? 'yes' : 'no');

const serverAddress = leaf<HostPort>(
  'ADDRESS[:PORT], ADDRESS->ADDRESS[:PORT] or [IPV6][:PORT]',
  parseHostPort,
  {
    type: 'string',
  },
);
const groupAddresses = leaf<readonly GroupMember[]>(
  `ADDRESS[-LAST]:PORT[-LAST], [IPV6[-LAST]]:PORT[-LAST], fwmark N or fwmark6 N; at most ${groupMax} in one`,
  parseGroupAddresses,
  { type: 'string' },
);
const serviceAddress = leaf<HostPort>(
  'ADDRESS:PORT or [IPV6]:PORT',
  (value) => {
    const parsed = parseHostPort(value);
    return parsed?.port === undefined || parsed.lastHost !== undefined ? undefined : parsed;
  },
  { type: 'string' },
);
const fallbackAddress = leaf<HostPort>(
  'ADDRESS[:PORT] or [IPV6][:PORT]',
  (value) => {
    const parsed = parseHostPort(value);
    return parsed?.lastHost === undefined ? parsed : undefined;
  },
  { type: 'string' },
);

/** One tier; one line of it reads `ADDRESS[:PORT] [METHOD]`. */
export const fallbackSchema = withForm(
  z.strictObject({
    address: required(fallbackAddress, 'ADDRESS[:PORT] of the server. No port: that of the service.'),
    forward: optional(
      choice(forwards),
      'gate (direct routing), masq (NAT) or ipip (tunnel).',
      defaults.forward,
    ),
    tunnel: optional(tunnelSchema, 'What the tunnel of an ipip server is made of. Unset: IP in IP.'),
    check: optional(
      flag(),
      'Whether it serves only while the check of the service finds it up. Unset: all but the last are checked.',
    ),
    request: optional(text(), "Instead of the service's request; together with receive."),
    receive: optional(text(), "Instead of the service's receive; together with request."),
  }),
  { readLine: readFallbackLine, alone: { withKey: 'address' } },
);
export type FallbackDraft = z.output<typeof fallbackSchema>;

/** Keys that stand at the top level for all and in a virtual service for itself. */
export const sharedShape = {
  checktimeout: optional(
    duration(),
    'How long connect, ping and external checks may take. Unset: negotiatetimeout.',
    formatDuration(timeoutDefaults.checktimeout),
  ),
  negotiatetimeout: optional(
    duration(),
    'How long a negotiate check may take. Unset: checktimeout.',
    formatDuration(timeoutDefaults.negotiatetimeout),
  ),
  checkinterval: optional(
    duration({ minMs: 10 }),
    'Time from the start of one check of a server to the next.',
    formatDuration(defaults.checkinterval),
  ),
  checkcount: optional(whole(1, 1000), 'Tries of one ping check.', `${defaults.checkcount}`),
  failurecount: optional(
    whole(1, 1_000_000),
    'Failures in a row that take a server out.',
    `${defaults.failurecount}`,
  ),
  fall: optional(whole(1, 1_000_000), 'Another name of failurecount.'),
  rise: optional(
    whole(1, 1_000_000),
    'Successes in a row that bring a server back. The first ever is enough.',
    `${defaults.rise}`,
  ),
  slow_start: optional(
    duration({ minMs: 1000, maxMs: 86_400_000 }),
    'How long a server that came back takes to grow to its weight.',
  ),
  quiescent: optional(
    flag(),
    'Whether a server that is out stays in the table with weight 0 (yes) or is removed (no).',
    yesNo(defaults.quiescent),
  ),
  readdquiescent: optional(
    flag(),
    'With quiescent: whether a server that is out is put into the table when it is not there.',
    yesNo(defaults.readdquiescent),
  ),
  cleanstop: optional(
    flag(),
    'Whether a stop removes the service from the table.',
    yesNo(defaults.cleanstop),
  ),
  fallback: optional(
    z.array(fallbackSchema.optional()),
    'Who serves while no real server does, or without quorum: one server or several in order, each `ADDRESS[:PORT] [METHOD]` or a map.',
  ),
  fallbackcommand: optional(
    filledText(),
    'A shell command run with start and stop as the fallback goes in and out.',
  ),
  ...quorumShape,
  ...stayShape,
  emailalert: optional(filledText(), 'Accepted for ldirectord; no mail is sent.'),
  emailalertfreq: optional(whole(0, 1_000_000_000), 'Accepted for ldirectord; no mail is sent.'),
  emailalertstatus: optional(text(), 'Accepted for ldirectord; no mail is sent.'),
  smtp: optional(text(), 'Accepted for ldirectord; no mail is sent.'),
};

export const realSchema = withForm(
  z.strictObject({
    address: required(
      serverAddress,
      'ADDRESS[:PORT] or NAME[:PORT] of the server, or a range of IPv4 servers. No port: that of the service.',
    ),
    forward: optional(
      choice(forwards),
      'gate (direct routing), masq (NAT) or ipip (tunnel).',
      defaults.forward,
    ),
    tunnel: optional(tunnelSchema, 'What the tunnel of an ipip server is made of. Unset: IP in IP.'),
    weight: optional(
      whole(0, 65535),
      'Its share of the connections; 0 takes no new ones.',
      `${defaults.weight}`,
    ),
    upper_threshold: optional(
      whole(0, thresholdMax),
      'Connections from which it takes no new ones. 0: no limit.',
      '0',
    ),
    lower_threshold: optional(
      whole(0, thresholdMax),
      'Connections below which it takes new ones again.',
      '0',
    ),
    request: optional(text(), "Instead of the service's request; together with receive."),
    receive: optional(text(), "Instead of the service's receive; together with request."),
  }),
  { readLine: readRealLine, alone: 'always' },
);

export const virtualSchema = z.strictObject({
  address: optional(serviceAddress, 'What clients connect to: ADDRESS:PORT. This, addresses or fwmark.'),
  addresses: optional(
    z.array(groupAddresses.optional()).min(1, { error: 'at least one address' }),
    'Several instead of one, with the same servers: ADDRESS:PORT, ranges of either (10.0.0.1-9:80, [fd00::1-f]:8000-8010), fwmark N.',
  ),
  fwmark: optional(
    whole(1, 4_294_967_295),
    'The firewall mark of the packets to take, instead of an address.',
  ),
  family: optional(choice(['inet', 'inet6']), 'For a name or a mark: IPv4 or IPv6.', 'inet'),
  marks: optional(
    z.array(markSchema.optional()),
    'With fwmark: packets that we give that mark, by an nftables table of our own.',
  ),
  protocol: optional(
    choice(['tcp', 'udp', 'sctp']),
    'Of an address. Port 53 is udp unless said otherwise.',
    'tcp',
  ),
  scheduler: optional(
    text(),
    'How connections are shared out: rr, wrr, lc, wlc, sh, mh and the others of Linux.',
    defaults.scheduler,
  ),
  schedflags: optional(
    text(),
    'Flags of the scheduler with commas between: sh-port, sh-fallback, mh-port, mh-fallback.',
  ),
  persistent: optional(seconds, 'How long a client stays with its server. Unset: not persistent.'),
  netmask: optional(
    netmask(),
    'Which clients count as one: a netmask (IPv4) or prefix length (IPv6). With persistent.',
  ),
  persistence_engine: optional(choice(['sip']), 'sip: persistence by Call-ID. With persistent.'),
  ops: optional(flag(), 'One-packet scheduling: each UDP datagram on its own.', 'no'),
  ...checkKeys,
  servicename: optional(text(), 'A name for people.'),
  comment: optional(text(), 'A note for people.'),
  ...sharedShape,
  load: optional(text(), 'Accepted for ldirectord, which does nothing with it either.'),
  monitorfile: optional(text(), 'Accepted for ldirectord; the log has every verdict.'),
  real: optional(
    z.array(realSchema.optional()),
    'The real servers, each `ADDRESS[:PORT] METHOD [WEIGHT]` or a map.',
  ),
  real_file: optional(
    absolutePath(),
    'A file with more real servers, as YAML or JSON, that is followed as it changes (docs/discovery.md).',
  ),
});

/** Keys of the top level that services go by: what they share, and the fallback of those of IPv6. */
export const globalShape = {
  ...sharedShape,
  fallback6: optional(sharedShape.fallback.unwrap(), 'As fallback, for IPv6 services.'),
};
export type GlobalDraft = z.output<z.ZodObject<typeof globalShape>> & {
  readonly script_user?: string | undefined;
};

export type RealDraft = z.output<typeof realSchema>;
export type VirtualDraft = z.output<typeof virtualSchema>;

function readRealLine(text: string): LineParts {
  const line = parseRealText(text);
  if ('leftover' in line) return { rule: 'ADDRESS[:PORT] gate|masq|ipip [WEIGHT]' };
  const { ignored: got, ...parts } = line;
  return got === undefined ? { parts } : { parts, ignored: { rule: 'nothing but a weight there', got } };
}

function readFallbackLine(text: string): LineParts {
  const parts = parseFallbackText(text);
  return parts === undefined ? { rule: 'ADDRESS[:PORT] [gate|masq|ipip]' } : { parts };
}
