// The one place that decides what is too secret to be shown, in log, status, answers and complaints: values that are
// known for secrets, in whatever spelling somebody quotes them, and what looks like one by the name before it. Which
// keys of the config are secret is said in the schema (config/secret-keys.ts); docs/config.md tells users.

export const hidden = '***';

/** Names of what is secret: `passwd`, `api-key`, `Authorization`, and slips of the finger in them. */
const secretWord = [
  'pass?(?:w(?:or)?d?|phrase|code)?|pasw(?:or)?d|pswd|pwd|secret|(?:[a-z]{1,20}[-_]?)?token|auth[-_]?pass|authorization',
  '(?:set-)?cookie2?|credentials?|(?:api|access|private|auth|shared)[-_]?key|session[-_]?id|signature',
].join('|');

/** Whether that is the name of a secret, and nothing else. */
export const isSecretWord = (name: string): boolean => new RegExp(`^(?:${secretWord})$`, 'iu').test(name);

/** `passwd: x`, `token=x`, `"password": "x"`: the name, then what joins the two, then the value; not the rule of a complaint of ours. */
const named = new RegExp(
  String.raw`(?<![a-z])((?:[a-z0-9]{1,20}[-_.]){0,3}(?:${secretWord})s?["']?\s*(?:=>?|:|%3d|%3a)\s*)(?!(?<=: )expected \S)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|(?:(?:basic|bearer|digest|negotiate)\s+)?[^\s&;,"'<>]+)`,
  'giu',
);
/** `-p x` is anybody's, `--password x` is not. */
const option = new RegExp(
  String.raw`(?<=^|\s)(--?(?:[a-z0-9]{1,20}[-_.]){0,3}(?:${secretWord})\s+)(\S+)`,
  'giu',
);
/** RFC 7617 and RFC 6750, wherever they stand. */
const scheme = /\b((?:basic|bearer)\s+)([a-z0-9+/_.~-]{8,}=*)/giu;
/** RFC 3986 §3.2.1: the password of an authority. The @ is searched for within one word. */
const userInfo = /(\/\/[^\s/?#@:]*:)([^\s/?#]*)(?=@)/gu;

const likely = [named, option, scheme, userInfo] as const;
/** None of these is found in a text without one of them, and nearly all that is logged is such a text. */
const needed = /pas|pswd|pwd|secret|token|auth|cookie|credential|key|session|signature|b(?:asic|earer)\s|@/iu;

/** What looks like a secret goes; the name before it stays. */
export const hideLikely = (text: string): string =>
  needed.test(text) ? likely.reduce((left, pattern) => left.replaceAll(pattern, `$1${hidden}`), text) : text;

/** What {@link hideLikely} would hide: the values alone. */
export const likelySecrets = (text: string): readonly string[] =>
  likely.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => bare(match[2] ?? '')));

const bare = (value: string): string => value.replace(/^(["'])(.*)\1$/s, '$2');

/** From a name of that kind on nothing is shown: for lines of a config, in which anything may have slipped. */
const fromName = new RegExp(
  String.raw`((?<![a-z])(?:[a-z0-9]{1,20}[-_.]){0,3}(?:${secretWord})s?["']?[\s:=]+)\S.*$`,
  'isu',
);

/** @param text of a config, perhaps a line of it. */
export const hideFromName = (text: string): string => hideLikely(text.replace(fromName, `$1${hidden}`));

/** Of a program's words: after an option that names a secret nothing is shown, as of a line. */
export function hideFromWord(words: readonly string[]): readonly string[] {
  const name = words.findIndex((word) => hideFromName(`${word} x`).endsWith(hidden));
  return name === -1 ? words : words.map((word, index) => (index > name ? hidden : word));
}

/** Too short to be looked for inside of words. */
const shortBelow = 4;
const encodedMin = 6;
const lettersMax = 256;

/** Finds each of these, in any case, as it is, percent-encoded, in base64, in hexadecimal or escaped; undefined: nothing to find. */
export function secretPattern(secrets: readonly string[]): RegExp | undefined {
  const spellings = [...new Set(secrets.filter((secret) => secret.trim() !== '').flatMap(spellingsOf))];
  if (spellings.length === 0) return undefined;
  // The longest first: a part of a secret that is left over would be one as well.
  return new RegExp(spellings.sort((a, b) => b.length - a.length).join('|'), 'giu');
}

export const hideMatches = (text: string, pattern: RegExp | undefined): string =>
  pattern === undefined ? text : text.replaceAll(pattern, hidden);

/** As sources of a regular expression. */
function spellingsOf(secret: string): readonly string[] {
  const letters = [...secret.trim().replaceAll(/\p{Cs}/gu, '\ufffd')];
  // Of a very long one the beginning is enough, and nothing behind it is shown.
  const rest = letters.length > lettersMax ? String.raw`[\s\S]*` : '';
  const text = `${letters.slice(0, lettersMax).map(characterOf).join('')}${rest}`;
  const encoded = [...base64Of(secret), Buffer.from(secret).subarray(0, lettersMax).toString('hex')].filter(
    (each) => each.length >= encodedMin,
  );
  const whole = secret.length < shortBelow ? String.raw`(?<![\p{L}\p{N}])${text}(?![\p{L}\p{N}])` : text;
  return [whole, ...encoded.map(quoted)];
}

const quoted = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

const entities: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

/** One character as it is, percent-encoded, or as JSON, HTML, SQL and shells escape it, perhaps one in the other. */
function characterOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('');
  const spellings = [quoted(character), percent, `&#0*${code};`, `&#x0*${code.toString(16)};`];
  const name = entities[character];
  if (name !== undefined) spellings.push(`&${name};`);
  if (character === ' ') spellings.push(String.raw`\+`);
  if (/[\s\p{C}]/u.test(character)) spellings.push(String.raw`[\s\p{C}]`);
  if (code < 0x10000) spellings.push(String.raw`\\u${code.toString(16).padStart(4, '0')}`);
  const again = character === "'" || character === '"' ? `${character}?` : '';
  return String.raw`\\{0,8}(?:${spellings.join('|')})${again}`;
}

/**
 * Base64 of a text that holds the secret somewhere (`user:secret`): there are three ways in which it can fall on the
 * groups of three bytes; the characters at the ends that its neighbours have a part in are left out.
 */
function base64Of(secret: string): readonly string[] {
  const bytes = Buffer.from(secret).subarray(0, lettersMax);
  const forms = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = offset === 0 ? 0 : offset + 1;
    const bits = (offset + bytes.length) * 8;
    return text.slice(from, Math.floor(bits / 6));
  });
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
