// Addresses of mail as they are written in a header (RFC 5322 §3.4): ADDRESS, or NAME <ADDRESS>, with commas between. A name
// without a host is one of this machine, or of the relay, as ldirectord's users write `root`.
import type { MailAddress, MailState, SmtpServer } from '../../model/config/mail.ts';
import { scalar } from './scalars.ts';

const bare = /^[^\s<>@,;:"()[\]\\]+(?:@[^\s<>@,;:"()\\]+)?$/u;
const named = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<>"]*?))\s*<([^<>]*)>\s*$/u;

/** Undefined where it is none. */
export function mailAddressOf(text: string): MailAddress | undefined {
  // A control character would begin a header of its own.
  if (/\p{Cc}/u.test(text)) return undefined;
  const [, quoted, plain, inside] = named.exec(text) ?? [];
  const address = (inside ?? text).trim();
  const name = quoted === undefined ? plain : quoted.replace(/\\(.)/gu, '$1');
  return bare.test(address) ? { address, ...(name !== undefined && name !== '' && { name }) } : undefined;
}

/** Commas inside of quotes part nothing. Undefined where one is no address, or there is none. */
export function mailAddressesOf(text: string): readonly MailAddress[] | undefined {
  const parts: string[] = [''];
  let isQuoted = false;
  for (const [index, char] of [...text].entries()) {
    if (char === '"' && text[index - 1] !== '\\') isQuoted = !isQuoted;
    if (char === ',' && !isQuoted) parts.push('');
    else parts.push(`${parts.pop()}${char}`);
  }
  const written = parts.filter((part) => part.trim() !== '');
  const addresses = written.flatMap((part) => mailAddressOf(part) ?? []);
  return addresses.length > 0 && addresses.length === written.length ? addresses : undefined;
}

export const mailAddress = () =>
  scalar('an address of mail: ADDRESS or NAME <ADDRESS>', mailAddressOf, { type: 'string' });

export const mailAddresses = () =>
  scalar('addresses of mail with commas between, each ADDRESS or NAME <ADDRESS>', mailAddressesOf, {
    type: 'string',
  });

/** The port stays open: it is that of the way in which TLS is spoken. */
export type WrittenServer = Omit<SmtpServer, 'port'> & { readonly port?: number };

export const smtpServer = () =>
  scalar<WrittenServer>('HOST[:PORT] or [IPV6][:PORT]', smtpServerOf, { type: 'string' });

function smtpServerOf(text: string): WrittenServer | undefined {
  const [, inet6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([0-9a-z._+-]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = inet6 ?? name;
  if (host === undefined || Number(port ?? 25) > 65_535 || Number(port ?? 25) === 0) return undefined;
  return { host, ...(port !== undefined && { port: Number(port) }) };
}

export const mailStates: readonly MailState[] = ['starting', 'running', 'stopping', 'reloading'];

/** ldirectord's list, in which none stands alone and nothing is none. */
export const mailStateList = () =>
  scalar(`none alone, or a list of all, ${mailStates.join(', ')}`, mailStatesOf, { type: 'string' });

function mailStatesOf(text: string): readonly MailState[] | undefined {
  const words = text.split(',').flatMap((word) => word.trim() || []);
  if (words.includes('none')) return words.length === 1 ? [] : undefined;
  const unknown = words.some((word) => word !== 'all' && !mailStates.some((state) => state === word));
  if (unknown) return undefined;
  return mailStates.filter((state) => words.includes(state) || words.includes('all'));
}
