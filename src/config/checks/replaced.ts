// Words of a question (request, receive and what else an answer must be) that are never asked, because every server or
// URL has its own, and those of single servers whose check asks nothing. Whose words go first says model/checks/asked.ts.
import { kindsOf } from '../../model/checks/chosen.ts';
import type { FallbackConfig, NamedFallbackConfig, VirtualConfig } from '../../model/config/service.ts';
import type { Warn } from '../problem.ts';
import type { CheckDraft } from './check.ts';
import { isRead, isWritten } from './unread.ts';

const words = ['request', 'receive', 'httpmethod', 'body', 'status', 'json', 'digest'] as const;
type Word = (typeof words)[number];

type Written = CheckDraft & {
  readonly real?: readonly (Partial<Record<Word, unknown>> | undefined)[] | undefined;
  readonly fallback?: readonly (Partial<Record<Word, unknown>> | undefined)[] | undefined;
};

export function judgeReplaced(virtual: VirtualConfig, draft: Written, warn: Warn): void {
  const servers = serversOf(virtual);
  const all = servers.length > 0 && virtual.realFile === undefined && servers.every(hasOwn);
  const urls = kindsOf(virtual)[0] === 'http' ? (draft.urls ?? []) : [];
  if (all && urls.length > 0) warn('urls', 'use urls', 'a server without a request of its own', 'none');
  for (const word of words) {
    if (!isWritten(draft[word]) || !isRead(virtual, word)) continue;
    if (all && (word === 'request' || word === 'receive')) {
      warn(word, `use ${word}`, `a server without a ${word} of its own`, 'none');
    } else if (!all && !servers.some(hasOwn) && urls.length > 0 && urls.every((url) => isSaid(url, word))) {
      warn(word, `use ${word}`, `a URL without a ${word} of its own, as urls are asked for instead`, 'none');
    }
  }
}

const isSaid = (url: Partial<Record<Word, unknown>> | undefined, word: Word): boolean =>
  url?.[word] !== undefined;

/** All that are checked. */
const serversOf = ({ reals, namedReals = [], fallbacks, namedFallbacks = [] }: VirtualConfig) => [
  ...[...reals, ...namedReals],
  ...[...fallbacks, ...namedFallbacks].filter(({ checked }: FallbackConfig | NamedFallbackConfig) => checked),
];

/** A server has both or neither. */
const hasOwn = ({ request }: { readonly request?: string }): boolean => request !== undefined;

/** A server has both or neither, and of several one complaint is enough. */
export function judgeServersOwn(virtual: VirtualConfig, draft: Written, warn: Warn): void {
  const word = (['request', 'receive'] as const).find((each) => !isRead(virtual, each));
  if (word === undefined) return;
  for (const list of ['real', 'fallback'] as const) {
    const index = (draft[list] ?? []).findIndex((server) => isWritten(server?.[word]));
    if (index < 0) continue;
    const got = `${virtual.service} by ${virtual.checktype.kind}`;
    warn([list, index, word], `use ${word} of one server`, `a check that has a ${word}`, got);
  }
}
