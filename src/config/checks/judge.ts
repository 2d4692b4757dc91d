// Warnings of what a negotiate check lacks, and of keys that its service has no use for.
import { keysOfServices, tlsServices } from '../../model/checks/services.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { Warn } from '../problem.ts';
import type { CheckDraft } from './check.ts';

type Key = keyof CheckDraft & string;

const usedBy: readonly { readonly keys: readonly Key[]; readonly services: readonly string[] }[] = [
  ...keysOfServices,
  { keys: ['verify', 'ca', 'sni', 'certificate_expiry'], services: tlsServices },
];

export function judgeServiceCheck(virtual: VirtualConfig, draft: CheckDraft, warn: Warn): void {
  const { service, checktype } = virtual;
  for (const { keys, services } of usedBy) {
    // `verify: no` asks for nothing; of several keys one complaint is enough.
    const key = keys.find((each) => draft[each] !== undefined && draft[each] !== false);
    if (key === undefined || services.includes(service)) continue;
    warn(key, `use ${key}`, `service ${services.join(', ')}`, service);
  }
  if (checktype.kind !== 'negotiate' && checktype.kind !== 'combined') return;
  const at = draft.service === undefined ? 'address' : 'service';
  if (service === 'mysql' || service === 'pgsql') judgeSql(virtual, at, warn);
  if (service === 'radius' && (virtual.login === '' || virtual.secret === '')) {
    warn(at, 'log in', 'login and secret beside it', service);
  }
  if (service === 'http' || service === 'https') judgeHttp(virtual, draft, warn);
}

function judgeSql(virtual: VirtualConfig, at: string, warn: Warn): void {
  const { login, request, reals, namedReals = [], receive, service } = virtual;
  const asks = request !== '/' || [...reals, ...namedReals].some((real) => (real.request ?? '/') !== '/');
  if (login === '' || !asks)
    warn(at, 'query', 'login and request beside it: no server is up without', service);
  if (receive !== '') warn('receive', 'match receive', 'nothing, as any row is right', receive);
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
  if (draft.urls !== undefined && draft.request !== undefined) {
    warn('request', 'use request', 'urls alone, which are asked for instead', draft.request);
  }
}
