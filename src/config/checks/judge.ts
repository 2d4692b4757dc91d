// Warnings of what a check lacks that reads all its keys: a key that needs another one beside it, and what one kind of
// check cannot work without. Keys that no check reads are unread.ts's; keys that others stand in for, replaced.ts's.

import type { CheckKind } from '../../model/checks/checks.ts';
import { kindsOf } from '../../model/checks/chosen.ts';
import { tlsKeys } from '../../model/checks/definition.ts';
import { services, tlsOf } from '../../model/checks/services.ts';
import { namesSuites } from '../../model/ciphers.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatCommand } from '../../net/format-command.ts';
import type { Warn } from '../problem.ts';
import type { CheckDraft } from './check.ts';
import { pathNeeds } from './path.ts';
import { isRead, isWritten, negotiates } from './unread.ts';

type Key = keyof CheckDraft & string;

/** A key that such a check reads and that has no effect all the same. */
type Need = {
  readonly key: Key;
  /** Absent: of every kind that reads it. */
  readonly kinds?: readonly CheckKind[];
  /** Absent: of every service. */
  readonly words?: readonly string[];
  readonly isMet: (virtual: VirtualConfig) => boolean;
  readonly rule: string;
  readonly got: (virtual: VirtualConfig) => string;
};

const none = () => 'none';
const speaksTls = ({ tls }: VirtualConfig): boolean => tls?.starttls === true;
const tlsOnRequest = services.filter((word) => tlsOf(word) === 'asked');
const hasReply = ({ udp }: VirtualConfig): boolean => udp?.requireReply !== undefined;

const needs: readonly Need[] = [
  ...pathNeeds,
  ...tlsKeys.map((key) => ({
    ...{ key, rule: 'starttls: yes beside it', got: none, isMet: speaksTls },
    words: tlsOnRequest,
  })),
  {
    ...{ key: 'passwd', kinds: ['http', 'imap', 'pop', 'ldap'], rule: 'login beside it', got: none },
    isMet: ({ login }) => login !== '',
  },
  {
    ...{ key: 'login', kinds: ['ldap'], rule: 'passwd beside it', got: none },
    isMet: ({ passwd }) => passwd !== '',
  },
  {
    ...{ key: 'checkcommand', rule: 'no misc_path beside it, which runs in its place' },
    isMet: ({ miscPath }) => miscPath === undefined,
    got: ({ miscPath = [] }) => formatCommand(miscPath),
  },
  {
    ...{ key: 'ca', rule: 'verify: yes beside it', got: ({ caFile = '' }) => caFile },
    isMet: ({ verify }) => verify,
  },
  {
    ...{ key: 'key', rule: 'cert beside it', got: none },
    isMet: ({ tls }) => tls?.certFile !== undefined,
  },
  {
    ...{ key: 'ciphers', rule: 'names of TLS 1.3 (TLS_...), as tls_min_version is 1.3' },
    isMet: ({ tls: { minVersion, ciphers = '' } = {} }) => minVersion !== '1.3' || namesSuites(ciphers),
    got: ({ tls }) => tls?.ciphers ?? '',
  },
  { key: 'min_reply_length', rule: 'require_reply beside it', got: none, isMet: hasReply },
  { key: 'max_reply_length', rule: 'require_reply beside it', got: none, isMet: hasReply },
  {
    ...{ key: 'httpmethod', kinds: ['http-proxy'], rule: 'GET or HEAD, which a proxy is asked with' },
    isMet: ({ httpmethod }) => httpmethod === 'GET' || httpmethod === 'HEAD',
    got: ({ httpmethod }) => httpmethod,
  },
];

export function judgeServiceCheck(virtual: VirtualConfig, draft: CheckDraft, warn: Warn): void {
  const { service } = virtual;
  const kinds = kindsOf(virtual);
  const told = new Set<Key>();
  for (const { key, kinds: only, words, isMet, rule, got } of needs) {
    if (!isWritten(draft[key]) || isMet(virtual) || told.has(key)) continue;
    if (words?.includes(service) === false) continue;
    if (!(only === undefined ? isRead(virtual, key as 'ca') : only.includes(kinds[0]))) continue;
    told.add(key);
    warn(key, `use ${key}`, rule, got(virtual));
  }
  if (!negotiates(virtual)) return;
  const at = draft.service === undefined ? 'address' : 'service';
  if (service === 'mysql' || service === 'pgsql') judgeSql(virtual, at, warn);
  if (service === 'radius' && (virtual.login === '' || virtual.secret === '')) {
    warn(at, 'log in', 'login and secret beside it', service);
  }
  if (service === 'http' || service === 'https') judgeHttp(virtual, draft, warn);
}

function judgeSql(
  { login, request, reals, namedReals = [], service }: VirtualConfig,
  at: string,
  warn: Warn,
) {
  const asks = request !== '/' || [...reals, ...namedReals].some((real) => (real.request ?? '/') !== '/');
  if (login === '' || !asks)
    warn(at, 'query', 'login and request beside it: no server is up without', service);
}

function judgeHttp(virtual: VirtualConfig, draft: CheckDraft, warn: Warn): void {
  const { httpmethod, http = {} } = virtual;
  const head = httpmethod === 'HEAD';
  const wanted = (['json', 'digest'] as const).find((key) => draft[key] !== undefined);
  if (head && wanted !== undefined) {
    warn('httpmethod', `judge ${wanted}`, 'GET, as an answer to HEAD has no body', httpmethod);
  }
  if (draft.body !== undefined && (head || httpmethod === 'GET') && http.urls === undefined) {
    warn('body', 'send body', 'httpmethod POST, PUT or PATCH beside it', httpmethod);
  }
}
