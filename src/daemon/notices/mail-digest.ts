// Changes as a mail: one alone as ldirectord writes it, several as a list in one mail. And how long changes are collected
// before it goes: longer while they do not end, so that however much fails, mails stay few. Pure.
// Source: ldirectord (ld_emailalert_send, ld_emailalert_net_smtp).
import type { MailState } from '../../model/config/mail.ts';
import type { MailLine } from './mail-lines.ts';

export type TimedLine = MailLine & {
  /** RFC 3339. */
  readonly at: string;
};

export type Digest = {
  readonly host: string;
  readonly state: MailState;
  /** The first ones. */
  readonly lines: readonly TimedLine[];
  /** With those that are left out. */
  readonly total: number;
};

export type MailText = { readonly subject: string; readonly text: string };

/** A mail lists so many changes, and counts the others. */
export const linesMax = 100;

export function textOf({ host, state, lines, total }: Digest): MailText {
  const [first] = lines;
  const tags = new Set(lines.map(({ tag }) => tag));
  const [tag] = tags.size === 1 ? tags : [];
  const what = total === 1 ? first?.text : `${total} changes, the first: ${first?.text}`;
  const subject = `${tag === undefined ? '' : `[${tag}] `}${what}`;
  const head = [`ldirectord host: ${host}`, `Log-Message: ${subject}`, `Daemon-Status: ${state}`];
  const body = total === 1 && first !== undefined ? detailsOf(first) : listOf(lines, total);
  return { subject, text: `${[...head, ...body].join('\n')}\n` };
}

/** Behind ldirectord's own lines: what it does not say. */
function detailsOf({ tag, comment, reason, at, text }: TimedLine): readonly string[] {
  const isService = !text.startsWith('VRRP ');
  const service = [
    ...(tag !== undefined && isService ? [`Service name: ${tag}`] : []),
    ...(comment === undefined ? [] : [`Comment: ${comment}`]),
  ];
  const ours = [...(reason === undefined ? [] : [`Reason: ${reason}`]), `Time: ${at}`];
  return [...(service.length === 0 ? [] : ['', ...service]), '', ...ours];
}

function listOf(lines: readonly TimedLine[], total: number): readonly string[] {
  const left = total - lines.length;
  return [
    '',
    ...lines.map(
      ({ at, tag, text, reason }) =>
        `${at} ${tag === undefined ? '' : `[${tag}] `}${text}${reason === undefined ? '' : `: ${reason}`}`,
    ),
    ...(left === 0 ? [] : [`and ${left} more, which the log has`]),
  ];
}

/** However long the digest is at first. */
const windowMsMax = 300_000;

/** A window that has ended with a mail. */
export type Window = { readonly ms: number; readonly endedMsAgo: number };

/** @param last absent: there was none. @returns how long the next one is: of what comes after a calm, the first again. */
export function nextWindowMs(digestMs: number, last: Window | undefined): number {
  if (last === undefined) return digestMs;
  const longer = Math.max(digestMs, Math.min(windowMsMax, last.ms * 2));
  return last.endedMsAgo < longer ? longer : digestMs;
}
