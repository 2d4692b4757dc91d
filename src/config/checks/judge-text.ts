// What cannot work among text, UDP, file and agent checks: a service without its key, keys that contradict one
// another. Keys of another service are judge.ts's.
import { replyBytes } from '../../model/checks/signs.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { Warn } from '../problem.ts';
import type { CheckDraft } from './check.ts';
import { negotiates } from './unread.ts';

export function judgeTextCheck(virtual: VirtualConfig, draft: CheckDraft, warn: Warn): void {
  const { service, checkfile, udp } = virtual;
  const speaks = negotiates(virtual);
  if (speaks && service === 'file' && checkfile === undefined) {
    warn('service', 'check a file', 'checkfile beside it', 'file alone');
  }
  if (speaks && service === 'http_proxy') judgeProxyRequests(virtual, warn);
  const { replyBytesMin = replyBytes.min, replyBytesMax = replyBytes.max } = udp ?? {};
  if (replyBytesMin > replyBytesMax) {
    const key = draft.min_reply_length === undefined ? 'max_reply_length' : 'min_reply_length';
    warn(
      key,
      'take any reply',
      'min_reply_length up to max_reply_length',
      `${replyBytesMin} > ${replyBytesMax}`,
    );
  }
}

function judgeProxyRequests({ request, reals, namedReals = [] }: VirtualConfig, warn: Warn): void {
  const wrong = [request, ...[...reals, ...namedReals].map((real) => real.request ?? request)].find(
    (each) => !/^\/https?:\/\/./.test(each),
  );
  if (wrong === undefined) return;
  warn('request', 'ask a proxy', 'an absolute URL in request (http://HOST/PATH)', wrong.replace(/^\//, ''));
}
