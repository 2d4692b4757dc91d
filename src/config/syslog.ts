// `log: {syslog: ...}`: which syslog is told, how and as what. The socket of this host is read by rsyslog and journald alike in
// the older form alone; over a network RFC 5424 is the form.
import * as z from 'zod';
import { type Facility, facilities, type SyslogConfig, type SyslogTarget } from '../model/config/log.ts';
import { errorAt } from './problem.ts';
import { literalFamily, type Resolution, resolveAddress, resolvePort } from './resolution.ts';
import { optional } from './values/documented.ts';
import { withForm } from './values/forms.ts';
import { choice, isAbsolute, scalar } from './values/scalars.ts';
import { parseHostPort } from './values/server-text.ts';

const localSocket = '/dev/log';
export const facilityNames = Object.keys(facilities) as readonly Facility[];

export const syslogDefaults = {
  ...{
    to: { kind: 'socket', path: localSocket },
    facility: 'daemon',
    format: 'rfc3164',
    tag: 'lvs-director',
  },
} as const satisfies SyslogConfig;

type TargetText =
  | Extract<SyslogTarget, { kind: 'socket' }>
  | { readonly kind: 'udp' | 'tcp'; readonly host: string; readonly port: string };

/** "/dev/log", "udp://192.0.2.9", "tcp://[2001:db8::9]:601". */
export function parseSyslogTarget(text: string): TargetText | undefined {
  if (text.startsWith('/'))
    return isAbsolute(text) && Buffer.byteLength(text) < 108 ? { kind: 'socket', path: text } : undefined;
  const [, kind, rest = ''] = /^(udp|tcp):\/\/([^/]+)\/?$/.exec(text) ?? [];
  const { host = '', lastHost, port = '514' } = parseHostPort(rest) ?? {};
  if (host === '' || lastHost !== undefined || (kind !== 'udp' && kind !== 'tcp')) return undefined;
  return { kind, host, port };
}

export const syslogSchema = withForm(
  z.strictObject({
    to: optional(
      scalar('a socket (/dev/log), udp://HOST[:PORT] or tcp://HOST[:PORT]', parseSyslogTarget, {
        type: 'string',
      }),
      'A socket of this host, udp://HOST[:PORT] or tcp://HOST[:PORT], with octet counting; port 514 unless said.',
      localSocket,
    ),
    facility: optional(choice(facilityNames), 'As what it is sorted.', syslogDefaults.facility),
    format: optional(
      choice(['rfc5424', 'rfc3164']),
      'rfc5424: with the fields of an event as structured data. Default: rfc3164 to a socket, rfc5424 over a network.',
    ),
    tag: optional(
      scalar(
        'a name of 1 to 32 letters, digits, _, - and .',
        (value) => (/^[\w.-]{1,32}$/.test(value) ? value : undefined),
        { type: 'string' },
      ),
      'The name that it knows the daemon by.',
      syslogDefaults.tag,
    ),
  }),
  { alone: 'always' },
);
type SyslogDraft = z.output<typeof syslogSchema>;

export function resolveSyslog(
  drafts: readonly SyslogDraft[] | undefined,
  resolution: Resolution,
): readonly SyslogConfig[] {
  return (drafts ?? []).flatMap((draft, index) => {
    const to = draft.to === undefined ? syslogDefaults.to : resolveTarget(draft.to, index, resolution);
    if (to === undefined) return [];
    return [
      {
        to,
        facility: draft.facility ?? syslogDefaults.facility,
        format: draft.format ?? (to.kind === 'socket' ? syslogDefaults.format : 'rfc5424'),
        tag: draft.tag ?? syslogDefaults.tag,
      },
    ];
  });
}

function resolveTarget(text: TargetText, index: number, resolution: Resolution): SyslogTarget | undefined {
  if (text.kind === 'socket') return text;
  const { kind, host } = text;
  const at = resolution.sites('log', 'syslog', index, 'to');
  const families = [literalFamily(host) ?? 'inet', 'inet6'] as const;
  const address =
    resolveAddress(host, families[0], resolution) ?? resolveAddress(host, families[1], resolution);
  const port = resolvePort(text.port, kind, resolution);
  if (address === undefined)
    resolution.problems.push(errorAt(at, 'log to syslog', 'an address or a name that has one', host));
  if (port === undefined || port === 0)
    resolution.problems.push(
      errorAt(at, 'log to syslog', 'a port from 1 to 65535 or a service name', text.port),
    );
  return address === undefined || port === undefined || port === 0 ? undefined : { kind, address, port };
}
