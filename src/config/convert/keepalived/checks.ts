// keepalived's checkers as checks of ours (docs/reference/keepalived.md §6), each with what it has of its real_server and its
// virtual_server. Which servers have which: service-check.ts.
import { explainPattern } from '../../values/receive-pattern.ts';
import { parseDuration } from '../../values/scalars.ts';
import { parseStatusRanges } from '../../values/status-ranges.ts';
import type { Fields, Noting } from '../converted.ts';
import { isLocal, placeKeys, reachOf } from './check-reach.ts';
import { commandOf, noteRest, userOf } from './commands.ts';
import { noteUnknown, reasonOf } from './left-out.ts';
import { withOptions } from './regex-options.ts';
import { regexOf, scriptWordsOf } from './script-words.ts';
import { byHost } from './smtp-hosts.ts';
import { protocolOf } from './targets.ts';
import {
  digitsWithin,
  firstOf,
  isSet,
  lastFitting,
  lastOf,
  type Statement,
  seconds,
  wholeWithin,
  wordOf,
} from './tree.ts';

export const checkers: ReadonlySet<string> = new Set([
  ...['TCP_CHECK', 'HTTP_GET', 'SSL_GET', 'SMTP_CHECK', 'DNS_CHECK', 'MISC_CHECK', 'PING_CHECK', 'UDP_CHECK'],
  ...['FILE_CHECK', 'BFD_CHECK'],
]);

/** Blocks from the inside out: the checker, its real server, its virtual server. */
export type Scope = {
  readonly checker: Statement;
  readonly real: Statement;
  readonly virtual: Statement;
  readonly note: Noting;
  /** Files by the names that FILE_CHECK refers to. */
  readonly trackFiles: ReadonlyMap<string, string>;
  /** What SSL_GET shows of this director. */
  readonly identity: Fields;
  /** Absent: not looked at. */
  readonly isThere?: ((program: string) => boolean) | undefined;
};

/** docs/reference/keepalived.md §5: what a block leaves out is its parent's. */
const inherited = ({ checker, real, virtual }: Scope, key: string): string | undefined =>
  wordOf(checker.block, key) ?? wordOf(real.block, key) ?? wordOf(virtual.block, key);

/** Keys that are read here, or that say nothing beside what is. */
const common = [
  ...['connect_port', 'connect_timeout', 'retry', 'delay_before_retry', 'delay_loop'],
  ...['alpha', 'warmup'],
];
const own: Readonly<Record<string, readonly string[]>> = {
  HTTP_GET: ['url', 'virtualhost', 'nb_get_retry'],
  SSL_GET: ['url', 'virtualhost', 'nb_get_retry', 'enable_sni', 'sni_name'],
  SMTP_CHECK: ['helo_name'],
  DNS_CHECK: ['type', 'name'],
  MISC_CHECK: ['misc_path', 'misc_timeout', 'misc_dynamic', 'user'],
  UDP_CHECK: ['payload', 'require_reply', 'min_reply_length', 'max_reply_length'],
  FILE_CHECK: ['track_file'],
  BFD_CHECK: ['name'],
};

/** Several for an HTTP_GET whose URLs have different hosts, and for an SMTP_CHECK with hosts. */
export const checksOf = (scope: Scope): readonly Fields[] =>
  byHost(scope.checker, scope.note).flatMap((checker) => checksAt({ ...scope, checker }));

function checksAt(scope: Scope): readonly Fields[] {
  const { checker, note } = scope;
  const known = new Set([...common, ...(own[checker.key] ?? []), ...(isLocal(checker) ? [] : placeKeys)]);
  noteUnknown(checker.block ?? [], known, checker.key, note);
  const shared = { ...timesOf(scope), checkport: portOf(scope), ...reachOf(scope) };
  const kinds = checker.key === 'HTTP_GET' || checker.key === 'SSL_GET' ? httpOf(scope) : [kindOf(scope)];
  return kinds.map((each) => ({ ...shared, ...each }));
}

/** Undefined where it is the server's own, so that servers with ports of their own have one check. */
function portOf({ checker, real, virtual, note }: Scope): string | undefined {
  const given = lastOf(checker.block, 'connect_port');
  const text = given?.words[0];
  const [, ofVirtual] = virtual.words[0] === 'group' || virtual.words[0] === 'fwmark' ? [] : virtual.words;
  const [, ofReal] = real.words;
  if (given === undefined || text === undefined) {
    if (isLocal(checker) || checker.key === 'PING_CHECK' || Number(ofReal ?? '0') !== 0) return undefined;
    const port = wholeWithin(ofVirtual, 1, 65_535);
    const what = `${checker.key} connect_port: ${port ?? "the check's own"}, as the real_server names none`;
    note(checker.at, 'check', `${what}; keepalived asks port 0, where nobody answers`);
    return port === undefined ? undefined : `${port}`;
  }
  const port = digitsWithin(text, 1, 65_535);
  if (port === undefined) note(given.at, 'mended', `connect_port ${text}: left out, as it is no port`);
  const own = Number(ofReal ?? '0') === 0 ? ofVirtual : ofReal;
  return port === undefined || `${port}` === own ? undefined : `${port}`;
}

/** The nearest that keepalived takes: a text that is no time is passed over. */
const timeOf = ({ checker, real, virtual }: Scope, key: string): string | undefined => {
  // What an SMTP_CHECK inherits is looked up at its end, and has to stand before it.
  const isEarly = checker.key === 'SMTP_CHECK' && key === 'connect_timeout';
  const before = ({ block = [] }: Statement, inner: Statement) =>
    isEarly
      ? block.slice(
          0,
          block.findIndex(({ at }) => at === inner.at),
        )
      : block;
  return [checker.block, before(real, checker), before(virtual, real)]
    .map((block) => seconds(lastFitting(block, key, (text) => seconds(text) !== undefined)?.words[0]))
    .find((time) => time !== undefined);
};

function timesOf(scope: Scope): Fields {
  const { key, block } = scope.checker;
  const interval = noQuicker(scope, 'delay_loop', timeOf(scope, 'delay_loop') ?? '60');
  const ownRetry = (own[key] ?? []).filter((name) => name === 'nb_get_retry');
  const outer = [scope.real, scope.virtual].map((each) => lastNumber(each.block, ['retry'], 1));
  const [retry] = [lastNumber(block, ['retry', ...ownRetry], 0), ...outer].filter(
    (each) => each !== undefined,
  );
  const failures = 1 + (retry ?? retries[key] ?? 1);
  const timeout = noQuicker(scope, 'connect_timeout', timeOf(scope, 'connect_timeout') ?? '5');
  const given = wordOf(block, 'misc_timeout') ?? '0';
  const ofService = seconds(wordOf(scope.virtual.block, 'delay_loop')) ?? '60';
  const external = digitsWithin(given, 1, 4294) ?? ofService;
  return {
    checkinterval: interval,
    retryinterval: failures === 1 ? undefined : retryOf(scope, interval),
    warmup: warmupOf(scope),
    checktimeout: key === 'MISC_CHECK' ? `${external}` : timeout,
    failurecount: `${failures}`,
  };
}

/** None is keepalived's delay_loop, and a second at most here: no server is in before its first check. */
function warmupOf(scope: Scope): string | undefined {
  const time = timeOf(scope, 'warmup');
  const ms = time === undefined ? 0 : (parseDuration(time) ?? 0);
  const { checker, real, virtual, note } = scope;
  const alpha = [checker, real, virtual].some(({ block }) => isSet(block, 'alpha'));
  if (ms > 1000 && !alpha)
    note(
      checker.at,
      'approximate',
      `${checker.key} warmup: no server is in before its first check, which may come ${time} late; in keepalived without alpha it is`,
    );
  return ms === 0 ? undefined : time;
}

/** What is below the least is passed over, and outside of a checker what is no number. */
const lastNumber = (block: Statement['block'], keys: readonly string[], least: number): number | undefined =>
  (block ?? [])
    .filter(({ key }) => keys.includes(key))
    .map(({ words }) => (least === 0 ? digitsWithin : wholeWithin)(words[0], least, 0xffff_ffff))
    .findLast((each) => each !== undefined);

/** keepalived's own, where none is named. */
const heloName = 'smtpchecker.keepalived.org';

const retries: Readonly<Record<string, number>> = { DNS_CHECK: 3, MISC_CHECK: 0 };
const secondsBeforeRetry: Readonly<Record<string, string>> = { HTTP_GET: '3', SSL_GET: '3' };
const timeMsMin = 10;

/** Of a DNS_CHECK that says nothing it is its delay_loop. */
function retryOf(scope: Scope, interval: string): string {
  const { key } = scope.checker;
  const time = timeOf(scope, 'delay_before_retry');
  const kept = time ?? secondsBeforeRetry[key] ?? (key === 'DNS_CHECK' ? interval : '1');
  return noQuicker(scope, 'delay_before_retry', kept);
}

function noQuicker({ checker: { key, at }, note }: Scope, word: string, time: string): string {
  if ((parseDuration(time) ?? timeMsMin) >= timeMsMin) return time;
  note(at, 'limited', `${key} ${word}: ${timeMsMin}ms, which is the least there is here`);
  return `${timeMsMin}ms`;
}

const speak = (service: string, more: Fields = {}): Fields => ({
  checktype: 'negotiate',
  service,
  ...more,
});

/** keepalived opens a TCP connection for a TCP_CHECK, and asks over UDP for a DNS_CHECK, whatever its virtual_server is of. */
const isOfTcp = ({ virtual }: Scope): boolean =>
  virtual.words[0] === 'fwmark' || protocolOf(virtual) === 'tcp';

function kindOf(scope: Scope): Fields {
  const { checker, note } = scope;
  const { block, key, at } = checker;
  const word = (name: string) => wordOf(block, name);
  if (key === 'TCP_CHECK') return isOfTcp(scope) ? { checktype: 'connect' } : speak('tcp');
  if (key === 'PING_CHECK') return { checktype: 'ping' };
  if (key === 'SMTP_CHECK') return speak('smtp', { helo_name: word('helo_name') ?? heloName });
  if (key === 'DNS_CHECK') {
    // keepalived takes the first.
    const name = firstOf(block, 'name')?.words[0];
    const request = name === undefined || name === '.' ? undefined : name;
    if (scope.virtual.words[0] !== 'fwmark' && isOfTcp(scope))
      note(at, 'check', 'DNS_CHECK: over TCP, as the virtual_server is; keepalived asks over UDP');
    return speak('dns', { dns_type: word('type')?.toUpperCase() ?? 'SOA', request });
  }
  if (key === 'MISC_CHECK') return externalOf(scope);
  if (key === 'UDP_CHECK') {
    const reply = lastOf(block, 'require_reply');
    const payload = lastOf(block, 'payload');
    if (payload !== undefined && /ff\s*$/i.test(payload.words.join(' ')))
      note(payload.at, 'taken', 'payload: taken, though keepalived sends none that ends with ff');
    return speak('udp', {
      payload: payload?.words.join(' '),
      require_reply: reply === undefined ? undefined : reply.words.join(' ') || 'yes',
      min_reply_length: word('min_reply_length'),
      max_reply_length: word('max_reply_length'),
    });
  }
  const file = scope.trackFiles.get(word('track_file') ?? '');
  if (key === 'FILE_CHECK' && file !== undefined) return speak('file', { checkfile: file });
  const reason = key === 'FILE_CHECK' ? 'left out, as it names no file that is defined' : reasonOf(key);
  note(at, 'check', `${key}: ${reason}; the server counts as up`);
  return { checktype: 'on' };
}

/** keepalived takes misc_dynamic for yes whatever stands behind it. */
function externalOf({ checker: { block, at }, note, isThere }: Scope): Fields {
  const path = lastOf(block, 'misc_path');
  const command = commandOf(path, note);
  noteRest(path, note);
  if (command === undefined) {
    note(at, 'ignored', 'MISC_CHECK: left out, as it names no program; the server counts as up');
    return { checktype: 'on' };
  }
  noteMissing(path, note, isThere);
  return {
    checktype: 'external',
    misc_path: command,
    checkuser: userOf(lastOf(block, 'user')),
    misc_dynamic: lastOf(block, 'misc_dynamic') === undefined ? undefined : 'yes',
  };
}

/** keepalived starts no check whose program is not there, and the server is up. */
function noteMissing(path: Statement | undefined, note: Noting, isThere: Scope['isThere']): void {
  const [program = ''] = (path && scriptWordsOf(path)) ?? [];
  if (path === undefined || !program.startsWith('/') || isThere?.(program) !== false) return;
  const text = `misc_path ${program}: is not on this machine; keepalived leaves the check out and the server up, here the server is down`;
  note(path.at, 'taken', text);
}

function httpOf(scope: Scope): readonly Fields[] {
  const { checker, note } = scope;
  const urls = (checker.block ?? []).filter(({ key }) => key === 'url');
  const secure = checker.key === 'SSL_GET';
  const own = secure ? { sni: wordOf(checker.block, 'sni_name'), ...scope.identity } : {};
  const hostOf = ({ block }: Statement) => wordOf(block, 'virtualhost') ?? inherited(scope, 'virtualhost');
  const hosts = urls.length === 0 ? [inherited(scope, 'virtualhost')] : [...new Set(urls.map(hostOf))];
  return hosts.map((virtualhost) => {
    const answers = urls.filter((url) => hostOf(url) === virtualhost).map((url) => urlOf(url, note));
    const asked = answers.length > 1 ? { urls: answers } : answers[0];
    return speak(secure ? 'https' : 'http', { virtualhost, ...asked, ...own });
  });
}

const urlKeys = new Set([
  ...['path', 'digest', 'status_code', 'virtualhost'],
  ...['regex', 'regex_no_match', 'regex_options'],
]);

function urlOf({ block }: Statement, note: Noting): Fields {
  noteUnknown(block ?? [], urlKeys, 'url', note);
  // keepalived adds them up.
  const all = (block ?? []).filter(({ key }) => key === 'status_code');
  const [codes] = all;
  const status = codes && all.flatMap(({ words }) => words).join(',');
  for (const { at, words } of all.filter(({ words: each }) => each.some((word) => word.includes(','))))
    note(at, 'taken', `status_code ${words.join(' ')}: taken, though keepalived parts codes by blanks alone`);
  const regex = lastOf(block, 'regex');
  const expression = regex && regexOf(regex);
  const pattern = expression === undefined ? undefined : withOptions(expression, block, note);
  const wrong = explainPattern(pattern ?? '');
  const badStatus = status !== undefined && parseStatusRanges(status) === undefined;
  if (codes !== undefined && badStatus)
    note(codes.at, 'check', `status_code ${status}: left out, as it is none`);
  if (regex !== undefined && pattern === undefined)
    note(regex.at, 'ignored', 'regex: left out, as keepalived cannot read it either');
  if (regex !== undefined && wrong !== undefined) note(regex.at, 'check', `regex: left out: ${wrong}`);
  const mustNot = lastOf(block, 'regex_no_match');
  if (mustNot !== undefined && pattern === undefined)
    note(mustNot.at, 'ignored', 'regex_no_match: left out, as there is no regex');
  return {
    request: wordOf(block, 'path') ?? '/',
    status: badStatus ? undefined : status,
    digest: wordOf(block, 'digest'),
    receive: wrong !== undefined ? undefined : mustNot === undefined ? pattern : noMatchOf(pattern),
  };
}

/** From no place of the body on does it match. */
const noMatchOf = (pattern: string | undefined): string | undefined =>
  pattern === undefined ? undefined : String.raw`\A(?![\s\S]*(?:${pattern}))`;
