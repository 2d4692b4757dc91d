// Where a checker of keepalived's goes, and from where: another address than its server's, a source, its port, an interface, a mark
// (docs/reference/keepalived.md §6). Its port, whose default is not the checker's own, is checks.ts's.
import { familyOf, type Ip, parseIp } from '../../../net/ip.ts';
import type { Fields, Noting } from '../converted.ts';
import { digitsWithin, lastFitting, lastOf, type Statement, wordOf } from './tree.ts';

/** Where a checker goes and where it leaves. Those that ask nobody over the network do not know the words. */
export const placeKeys = ['connect_ip', 'bindto', 'bind_port', 'bind_if', 'fwmark'] as const;
export const isLocal = ({ key }: Statement): boolean =>
  ['MISC_CHECK', 'FILE_CHECK', 'BFD_CHECK'].includes(key);

type Reaching = { readonly checker: Statement; readonly real: Statement; readonly note: Noting };

export function reachOf({ checker, real, note }: Reaching): Fields {
  if (isLocal(checker)) return {};
  const { block } = checker;
  const addressOf = (key: string): Ip | undefined => {
    const given = lastOf(block, key);
    const address = parseIp(given?.words[0] ?? '');
    if (given !== undefined && address === undefined)
      note(given.at, 'ignored', `${key} ${given.text}: left out, as it is no address`);
    return address;
  };
  const [there, mark] = [addressOf('connect_ip'), lastOf(block, 'fwmark')];
  const marked = digitsWithin(mark?.words[0], 1, 0xffff_ffff);
  if (mark !== undefined && marked === undefined)
    note(mark.at, 'ignored', `fwmark ${mark.text}: left out, as it is no mark`);
  const source = boundTo(checker, addressOf('bindto'), { to: there ?? parseIp(real.words[0] ?? ''), note });
  return {
    checkaddress: there === parseIp(real.words[0] ?? '') ? undefined : there,
    bind_address: source,
    bind_port: boundPortOf(checker, source, note),
    bind_interface: wordOf(block, 'bind_if'),
    bind_mark: marked === undefined ? undefined : `${marked}`,
  };
}

/** keepalived binds to an address, and to a port beside it; a PING_CHECK has none. */
function boundPortOf({ key, block }: Statement, source: Ip | undefined, note: Noting): string | undefined {
  const fits = (text: string) => digitsWithin(text, 1, 65_535) !== undefined;
  const given = lastFitting(block, 'bind_port', fits);
  const text = given?.words[0] ?? '';
  if (given === undefined) return undefined;
  const reason = !fits(text)
    ? 'as it is no port'
    : source === undefined
      ? 'as keepalived has no effect of it without bindto'
      : key === 'PING_CHECK'
        ? 'as pings have no ports'
        : undefined;
  if (reason === undefined) return `${digitsWithin(text, 1, 65_535)}`;
  note(given.at, 'ignored', `bind_port ${text}: left out, ${reason}`);
  return undefined;
}

/** keepalived leaves a source of another family out, but for an SMTP_CHECK, which then fails (check_smtp.c). */
function boundTo(
  { key, at }: Statement,
  source: Ip | undefined,
  { to, note }: { readonly to: Ip | undefined; readonly note: Noting },
): Ip | undefined {
  if (source === undefined || to === undefined || familyOf(source) === familyOf(to)) return source;
  if (key === 'SMTP_CHECK')
    note(
      at,
      'check',
      `${key} bindto ${source}: left out, as ${to} is of another family; keepalived fails there`,
    );
  return undefined;
}
