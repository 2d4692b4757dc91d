// What stock ldirectord takes from the text after an equals sign (docs/reference/ldirectord.md §1.2): a number is the
// first run of digits, a word the first word, some strings need quotes and some keep them. The result is the plain
// text that the schema reads. What stock refuses for trivia alone (a comment after yes, a string without quotes) is
// taken with a warning; what it takes but hardly means what its author wrote is taken with a warning too.
import { oddInetAddress } from '../../net/inet-aton.ts';
import { mailStates } from '../values/mail-address.ts';
import { parseRealText } from '../values/server-text.ts';
import { type RealLine, readRealLine } from './real-line.ts';

export type Field = {
  readonly key: string;
  /** As written after the equals sign. */
  readonly raw: string;
  /** As stock ldirectord sees it: in a block its comment is cut off first and a tab is four blanks. */
  readonly text: string;
  readonly family: 'inet' | 'inet6';
  /** Stock refuses this line, or reads less of it than is there. */
  readonly warn: (rule: string, got: string) => void;
  readonly refuse: (rule: string, got: string) => void;
};

/** A value of several keys of the schema. */
export type Parts = Readonly<Record<string, string>>;

/** @returns the text for the schema, or its keys as texts; undefined where the line was refused */
export type ValueRule = (field: Field) => string | Parts | undefined;
type TextRule = (field: Field) => string | undefined;

const withoutComment = (text: string): string => text.replace(/#.*/, '').trim();

/** The first run of digits, whatever stands around it: "5s" is 5, "-3" is 3. */
export const number: ValueRule = ({ text, warn }) => {
  const digits = /\d+/.exec(text)?.[0];
  const plain = withoutComment(text);
  if (digits !== undefined && digits !== plain) warn(`a plain number (it is read as ${digits})`, plain);
  return digits ?? plain;
};

/** Exactly yes or no in stock: not even a blank may follow. */
export const yesNo: ValueRule = ({ text, warn, refuse }) => {
  const plain = withoutComment(text);
  if (plain !== 'yes' && plain !== 'no') {
    refuse('yes or no', plain);
    return undefined;
  }
  if (plain !== text) warn(`nothing after ${plain}`, text);
  return plain;
};

/** The first match of `pattern`; the rest of the line is dropped. */
const first =
  (pattern: RegExp, rule: string, change = (word: string) => word): TextRule =>
  ({ text, warn, refuse }) => {
    const found = pattern.exec(text)?.[0];
    const plain = withoutComment(text);
    if (found === undefined) refuse(rule, plain);
    else if (found !== plain) warn(`${rule} and nothing else (it is read as ${found})`, plain);
    return found === undefined ? undefined : change(found);
  };

export const word: TextRule = first(/\w+/, 'a word');
/** The only two that stock has; YAML knows more. */
export const httpMethod: ValueRule = (field) => {
  const found = first(/\w+/, 'GET or HEAD', (method) => method.toUpperCase())(field);
  if (found === undefined || found === 'GET' || found === 'HEAD') return found;
  field.refuse('GET or HEAD', found);
  return undefined;
};
export const scheduler = first(/[a-z]+/, 'a scheduler in lower-case letters');
export const flags = first(/\S+/, 'flags with commas between');
export const mailHost = first(/^[0-9A-Za-z._+-]+/, 'a host name');

/** Any digits make it a combined check, wherever they stand. */
export const checktype: ValueRule = (field) =>
  /\d/.test(field.text) ? number(field) : first(/[\w-]+/, 'a check type')(field);

export const protocol: ValueRule = (field) => {
  const found = word(field);
  if (found === undefined || found === 'tcp' || found === 'udp' || found === 'fwm') return found;
  field.refuse('tcp or udp, or fwm for a firewall mark', found);
  return undefined;
};

/** A string that must stand in quotes; up to the last quote, no escapes. */
export const quoted: ValueRule = (field) => {
  const value = readQuoted(field);
  if (value === '') field.refuse('a text that is not empty', '""');
  return value === '' ? undefined : value;
};

/** Where stock takes an empty one as none. */
export const quotedOrNone: ValueRule = (field) => {
  const value = readQuoted(field);
  if (value === '') field.warn('a text that is not empty (it is read as none)', '""');
  return value === '' ? {} : value;
};

const readQuoted: TextRule = ({ text, raw, warn, refuse }) => {
  const inside = /^"(.*)"(.*)/.exec(text);
  const whole = inside ?? /^"(.*)"(.*)/.exec(raw);
  if (whole !== null) {
    const [, value = '', after = ''] = whole;
    if (inside === null) warn('no # inside quotes', raw);
    else if (withoutComment(after) !== '') warn('nothing after the closing quote', after.trim());
    return value;
  }
  const plain = withoutComment(text);
  if (plain === '' || plain.startsWith('"')) {
    refuse('a text in double quotes', plain);
    return undefined;
  }
  warn('a text in double quotes', plain);
  return plain;
};

/** A string whose quotes are taken off where it has them. */
export const maybeQuoted: ValueRule = ({ text, refuse }) => {
  const value = (/^"(.*)"/.exec(text)?.[1] ?? text).trimEnd();
  if (value === '') refuse('a text that is not empty', '');
  return value === '' ? undefined : value;
};

/** Up to the first quote; an empty one is none. */
export const virtualhost: ValueRule = ({ text }) => (/"?([^"]*)"?/.exec(text)?.[1] ?? '').trim();

/** The rest of the line as it is, comment and quotes and all. */
export const verbatim: ValueRule = ({ text, warn }) => {
  if (text.includes('#')) warn('no comment on this line, as it becomes part of the value', text);
  return text.trimEnd();
};

/** In quotes if the whole value is. */
export const mailAddress: ValueRule = ({ text, refuse }) => {
  const value = (/^"(.*)"$/.exec(text.trim())?.[1] ?? text).trim();
  if (value === '') refuse('an address', '');
  return value === '' ? undefined : value;
};

const mailWords: readonly string[] = ['all', 'none', ...mailStates];

export const mailStatus: ValueRule = ({ text, refuse }) => {
  const states = withoutComment(text)
    .split(/\s*,\s*/)
    .filter((state) => state !== '');
  const unknown = states.find((state) => !mailWords.includes(state));
  if (unknown !== undefined) refuse(`a list of ${mailWords.join(', ')}`, unknown);
  else if (states.includes('none') && states.length > 1) refuse('none alone', states.join(','));
  else return states.join(',');
  return undefined;
};

/** Dotted for IPv4, a prefix length for IPv6. */
export const netmask: ValueRule = ({ text, family, warn, refuse }) => {
  const plain = withoutComment(text);
  const good = family === 'inet' ? /^\d+\.\d+\.\d+\.\d+$/.test(plain) : /^\d+$/.test(plain);
  if (!good) {
    refuse(family === 'inet' ? 'a dotted netmask (255.255.255.0)' : 'a prefix length from 1 to 128', plain);
    return undefined;
  }
  if (plain !== text) warn('nothing after the netmask', text);
  return plain;
};

/** ADDRESS[:PORT] [METHOD]: stock takes a comment at the top level for one more word. */
export const fallback: ValueRule = ({ key, text, family: own, warn }) => {
  const family = key === 'fallback6' ? 'inet6' : own;
  const plain = withoutComment(text);
  if (text.includes('#')) warn('no comment after a fallback', text);
  return plain.replace(/^[^\s:]+(?=(?::[\w-]+)?(?:\s|$))/, (host) => plainHost(host, family, warn));
};

/** The dotted four numbers of an address that ldirectord takes in another spelling; what else it is stays. */
export function plainHost(host: string, family: Field['family'], warn: Field['warn']): string {
  const address = family === 'inet' ? oddInetAddress(host) : undefined;
  if (address !== undefined) warn(`four decimal numbers with dots between (it is read as ${address})`, host);
  return address ?? host;
}

const realForm = 'ADDRESS[:PORT] gate|masq|ipip [WEIGHT] ["REQUEST", "RECEIVE"] [l:N] [u:N]';

/** A real server's line as stock reads it, and where it reads none or skips what was meant, as server-text.ts does. */
export const real: ValueRule = (field) => {
  const { text, warn } = field;
  const line = text.trimEnd();
  const stock = readRealLine(line);
  if (stock?.before === '') return realParts(stock, field);
  // The SIP sample that ldirectord ships; stock reads it as host 5060, which is 0.0.19.196.
  if (/^\d+\.\d+\.\d+\.\d+::\d+\s/.test(line)) {
    warn('one colon before the port', line);
    return real({ ...field, text: line.replace('::', ':') });
  }
  if ('leftover' in parseRealText(line)) return line;
  if (stock === undefined) warn(`${realForm}, with a weight where the request has a number in it`, line);
  else warn(`a name of letters, digits, - and . (ldirectord reads the server ${stock.host})`, line);
  return line;
};

function realParts(stock: RealLine, { text, family, warn }: Field): Parts {
  const { parts, passedOver, isCutShort, port } = stock;
  const [host = '', last] = [stock.host, stock.lastHost].map((each) => each && plainHost(each, family, warn));
  if (passedOver.length > 0) warn(`${realForm} and nothing else`, passedOver.join(' ... '));
  if (/\su:\d+\s+l:\d+/.test(text)) warn('l: before u: (it drops u: here)', text.trimEnd());
  // Perl forgets what it has found when the test for the slash finds one.
  if (isCutShort)
    warn('a request without / (with one it drops the receive and all behind it)', text.trimEnd());
  if (`${parts.request}${parts.receive}`.includes('"'))
    warn('no quotes inside a request or a receive', text.trimEnd());
  const address = `${host}${last === undefined ? '' : `->${last}`}${port === undefined ? '' : `:${port}`}`;
  return { address, ...parts };
}

/** Keys of our own in this grammar: quotes are optional, a comment ends the value. */
export const extension: ValueRule = ({ text }) => {
  const plain = withoutComment(text);
  return /^"(.*)"$/.exec(plain)?.[1] ?? plain;
};

/** A directive that ldirectord itself refuses by now. */
export const replacedBy =
  (instead: string): ValueRule =>
  ({ text, refuse }) => {
    refuse(`${instead} instead, as ldirectord has dropped it`, text);
    return undefined;
  };
