// keepalived's checkers, out of its dump: which there are of each server, how often, and what they ask. Source:
// keepalived/check/check_api.c (dump_checker), keepalived/check/check_http.c, check_misc.c, check_dns.c, check_udp.c.
import { belowOf, type Dump, type Dumped, saidOf } from './dump.ts';
import { type Facts, type Fields, fieldsOf } from './facts.ts';
import { numbered } from './names.ts';
import { commandIn } from './their-routers.ts';
import { serverKey, type TheirService } from './their-services.ts';

export function theirChecks({ sections }: Dump, services: readonly TheirService[]): Facts {
  const files = new Map(
    (sections.get('Checker track files') ?? []).map(({ text, below }) => [
      text.replace('Track file = ', ''),
      saidOf(below, 'File') ?? '',
    ]),
  );
  const seen = new Map<string, number>();
  return (sections.get('Health checkers') ?? []).flatMap(({ text, below }) => {
    const [label = '', server = ''] = text.split(' -> ');
    const [kind = '?'] = (saidOf(below, 'Keepalive method') ?? '').split(',');
    const [, address = '', protocol = '', port = ''] = /^\[(\S+)\]:(\w+):(\d+)$/.exec(server) ?? [];
    const owners = services.filter((each) => each.label === label && fits(each, protocol));
    return owners.flatMap(({ names, servers, block, below: service }) =>
      names.flatMap((name) => {
        const found = servers.find((each) => saidOf(each, 'RIP')?.startsWith(`${address}, RPORT = ${port},`));
        if (found === undefined) return [];
        const key = `${kind} of ${name} -> ${serverKey(found, name)}`;
        const times = timesOf(kind, below, micro(saidOf(service, 'delay_loop'), 1000));
        const asked = askedOf(kind, below, files, hostOfServer(found) ?? hostOf(service));
        return asked.map((each) => ({ name: numbered(key, seen), block, fields: { ...times, ...each } }));
      }),
    );
  });
}

const fits = ({ protocol }: TheirService, wanted: string): boolean =>
  protocol === wanted || protocol === 'none' || wanted === 'none';

const micro = (text: string | undefined, factor = 0.001): number | undefined =>
  text === undefined ? undefined : Number.parseFloat(text) * factor;

/** In place of the 0 that a host of an SMTP_CHECK has where it says none, as no check could do with that. */
const defaultTimeoutMs = 5000;

/** @param ofService what a MISC_CHECK without a time of its own may take */
function timesOf(kind: string, below: readonly Dumped[], ofService: number | undefined): Fields {
  if (kind === 'FILE_CHECK') return {};
  const connection = belowOf(below, 'Connection');
  const timeout = saidOf(
    kind === 'MISC_CHECK' ? below : connection,
    kind === 'MISC_CHECK' ? 'timeout' : 'Timeout',
  );
  const interval = micro(saidOf(below, 'Delay loop'));
  const warmup = micro(saidOf(below, 'Warmup'));
  return fieldsOf({
    delay_loop: interval,
    // What nobody names is the delay_loop; here that is no warmup.
    warmup: warmup === interval || (warmup ?? 0) < 1 ? undefined : warmup,
    retry: saidOf(below, 'Retries'),
    timeout: Number(timeout) * 1000 || (kind === 'MISC_CHECK' ? ofService : defaultTimeoutMs),
  });
}

/** @param host of its server or service, where the check has none of its own */
function askedOf(
  kind: string,
  below: readonly Dumped[],
  files: ReadonlyMap<string, string>,
  host: string | undefined,
): readonly Fields[] {
  const place = placeOf(below);
  if (kind === 'HTTP_GET' || kind === 'SSL_GET')
    return urlsOf(below, host).map((urls) => fieldsOf({ ...place, ...urls }));
  return [otherThanHttp(kind, below, files, place)];
}

type Place = Readonly<Record<string, string | undefined>>;

function placeOf(below: readonly Dumped[]): Place {
  const connection = belowOf(below, 'Connection');
  const [, address, port] = /^\[(\S+)\]:(\d+)/.exec(saidOf(connection, 'Dest') ?? '') ?? [];
  const [, source, sourcePort] = /^\[(\S+)\]:(\d+)/.exec(saidOf(connection, 'Bind to') ?? '') ?? [];
  return {
    connect_ip: address,
    connect_port: port,
    bindto: source,
    bind_port: sourcePort === '0' ? undefined : sourcePort,
    bind_if: saidOf(connection, 'Bind i/f'),
    fwmark: saidOf(connection, 'Mark'),
  };
}

function otherThanHttp(
  kind: string,
  below: readonly Dumped[],
  files: ReadonlyMap<string, string>,
  place: Place,
): Fields {
  const value = (key: string) => saidOf(below, key);
  if (kind === 'SMTP_CHECK') return fieldsOf({ ...place, helo_name: value('helo') });
  if (kind === 'DNS_CHECK') return fieldsOf({ ...place, type: value('Type'), name: value('Name') ?? '.' });
  if (kind === 'MISC_CHECK')
    return fieldsOf({ misc_path: commandIn(value('script')), misc_dynamic: value('dynamic') === 'YES' });
  if (kind === 'UDP_CHECK')
    return fieldsOf({
      ...place,
      payload: value('Payload len') ?? 0,
      require_reply: value('Require reply') === 'yes',
    });
  if (kind === 'FILE_CHECK')
    return fieldsOf({
      track_file: files.get(saidOf(belowOf(below, 'Keepalive method'), 'Tracked file') ?? ''),
    });
  if (kind === 'PING_CHECK')
    return fieldsOf({ bindto: place.bindto, bind_if: place.bind_if, fwmark: place.fwmark });
  return fieldsOf(place);
}

const hostOf = (lines: readonly Dumped[]): string | undefined =>
  ['Virtual host', 'VirtualHost', 'Virtualhost']
    .map((key) => saidOf(lines, key))
    .find((each) => each !== undefined);

/** It stands a space further in than what is said before it, and in quotes. */
const hostOfServer = (server: readonly Dumped[]): string | undefined =>
  hostOf(server.flatMap((line) => [line, ...line.below]))?.replace(/^'(.*)'$/, '$1');

/** Those of one host are one check here. */
function urlsOf(below: readonly Dumped[], outer: string | undefined): readonly Place[] {
  const shared = hostOf(below) ?? outer;
  const urls = below.filter(({ text }) => text.startsWith('Checked url = '));
  const hosts = urls.map((url) => saidOf(url.below, 'Virtual host') ?? shared);
  const texts = urls.map(({ text, below: inner }) => {
    const codes = belowOf(inner, 'HTTP Status Code')
      .map((line) => line.text)
      .sort()
      .join(',');
    const digest = saidOf(inner, 'digest');
    const regex = saidOf(inner, 'Regex')?.replace(/^"(.*)"$/s, '$1');
    return `${text.replace('Checked url = ', '')}${digest === undefined ? '' : ` digest ${digest}`} status ${codes}${regex === undefined ? '' : ` regex ${regex}`}`;
  });
  return [...new Set(hosts)].map((host) => ({
    url: texts.filter((_, index) => hosts[index] === host).join('; '),
    virtualhost: host,
  }));
}
