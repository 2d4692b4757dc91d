// The secrets that a check takes to its server, and that the server may send back: what stands under the names of
// secrets, what looks like one in a request, and the parts that a header or a body is made of.
import type { CheckTarget } from '../model/checks/checks.ts';
import { likelySecrets } from '../net/hide-secrets.ts';

/** As the fields of targets are called: what the schema marks as secret ends in one of these, or in `headers`. */
const secretFields: ReadonlySet<string> = new Set(['password', 'passwd', 'secret', 'body']);

/** Headers that tell nothing: with their values hidden, half of what a server says would be. */
const harmlessHeaders =
  /^(?:accept(?:-.*)?|cache-control|content-(?:type|language)|from|host|origin|pragma|range|referer|user-agent|x-forwarded-.*|x-(?:check|health|probe).*)$/i;

export const secretsOf = (target: CheckTarget): readonly string[] => [...new Set(secretsIn(target, ''))];

function secretsIn(value: unknown, field: string): readonly string[] {
  if (typeof value === 'string') return secretsInText(value, field);
  if (typeof value !== 'object' || value === null) return [];
  if (field === 'headers') return (value as readonly (readonly [string, string])[]).flatMap(secretsInHeader);
  return Object.entries(value).flatMap(([name, each]) =>
    secretsIn(each, Array.isArray(value) ? field : name),
  );
}

const secretsInText = (text: string, field: string): readonly string[] =>
  secretFields.has(field) ? [text, ...partsOf(text)] : likelySecrets(text);

/** All of it, and each word: a server may send back the cookie's value alone, or what Basic stands before. */
function secretsInHeader([name, value]: readonly [string, string]): readonly string[] {
  if (harmlessHeaders.test(name)) return likelySecrets(`${name}: ${value}`);
  const [, credentials = ''] = /^basic\s+(\S+)$/i.exec(value) ?? [];
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  return [value, decoded, decoded.replace(/^[^:]*:/, ''), ...partsOf(value)].filter((each) => each !== '');
}

const partLengthMin = 6;

/** The values in it, where it is made of several. */
const partsOf = (text: string): readonly string[] => [
  ...likelySecrets(text),
  ...text.split(/[\s;,=:&"'{}]+/).filter((part) => part.length >= partLengthMin && !/^[a-z]+$/i.test(part)),
];
