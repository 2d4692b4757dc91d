// Patterns of Perl's grammar, its corners among them, and texts that are likely to match.
import fc from 'fast-check';

const repeats = ['*', '+', '?', '*?', '+?', '??', '{2}', '{0}', '{1,3}', '{2,}', '{0,2}?', '{1}'];
const oddRepeats = [
  ...[
    '{,2}',
    '{ 1 }',
    '{x}',
    '{}',
    '{02}',
    '{2,1}',
    '{2',
    '{2,',
    '++',
    '*+',
    '**',
    ' ?',
    '(?#c)+',
    '{1,1001}',
  ],
  ...['{,}', '{ }', '? ?', '+\n?', '{2} +', '{2}{2}', '*(?#c)?'],
];
const places = [
  String.raw`\b`,
  String.raw`\B`,
  '^',
  '$',
  '$',
  '$',
  String.raw`\A`,
  String.raw`\z`,
  String.raw`\Z`,
];
const flags = ['(?i)', '(?s)', '(?m)', '(?x)', '(?-i)', '(?^)', '(?im-s)', '(?#x)'];
const escapes = [
  ...'dDwWsShHvVRNaetnfr'.split('').map((letter) => `\\${letter}`),
  ...['\\.', '\\/', '\\-', '\\{', '\\}', '\\]', '\\[', '\\_', '\\"', '\\ ', '\\é', '\\@', '\\$'],
  ...['\\x41', '\\x4', '\\x{41}', '\\x{0a}', '\\x{2028}', '\\x{e9}', '\\xe9', '\\xA', '\\xDf'],
  ...['\\o{101}', '\\o{12}', '\\012', '\\0', '\\08', '\\12', '\\10', '\\18', '\\101', '\\377', '\\400'],
  ...[
    '\\cJ',
    '\\cj',
    '\\N{3}',
    '\\Ra',
    '\\R\\n',
    '\\r\\R',
    '\\1',
    '\\1',
    '\\1',
    '(a)\\1',
    '(.)\\g1',
    '(?<o>b)\\k<o>',
  ],
];
const oddEscapes = [
  ...'KGXCQEulULFjqzyAZbBkgpPox0123456789'.split('').map((letter) => `\\${letter}`),
  ...[
    '\\x',
    '\\x{}',
    '\\xg',
    '\\x{110000}',
    '\\x{ 41 }',
    '\\x{4_1}',
    '\\o{8}',
    '\\81',
    '\\99',
    '(?a)',
    '(?xx)',
    '(?n)',
  ],
  ...[
    '\\c[',
    '\\c?',
    '\\u0041',
    '\\N{U+41}',
    '\\b{wb}',
    '\\p{L}',
    '\\pL',
    '\\Qa.b\\E',
    '$a',
    '@a',
    '$)',
    '[:alpha:]',
  ],
  ...['\\g1', '\\g{1}', '\\g{-1}', '\\g-1', '\\k<n>', "\\k'n'", '\\k{n}', '(?P=n)', '\\2', '\\n{', '\\.{'],
];
const members = [
  ...[
    'a',
    'b',
    'z',
    '0',
    '9',
    'A',
    '-',
    '^',
    ']',
    '.',
    '*',
    ' ',
    '#',
    '\n',
    'é',
    'ü',
    '&',
    ':',
    '=',
    '$',
    '@',
    '{',
  ],
  ...[
    '\\d',
    '\\W',
    '\\s',
    '\\S',
    '\\h',
    '\\v',
    '\\V',
    '\\H',
    '\\n',
    '\\r',
    '\\b',
    '\\]',
    '\\-',
    '\\\\',
    '\\^',
  ],
  ...[
    'a-z',
    'A-Z',
    '0-9',
    'a-\\d',
    '\\d-a',
    '\\x41-\\x43',
    'é-ü',
    ' -~',
    '!-/',
    '\\0-\\37',
    '\\x{2027}-\\x{2029}',
  ],
  ...['[:alpha:]', '[:^digit:]', '[:space:]', '[:upper:]', '[:punct:]', '[:word:]', '[:blank:]', '[:cntrl:]'],
  ...[
    '[:^upper:]',
    '[:xdigit:]',
    '[:print:]',
    '[:graph:]',
    '[:ascii:]',
    'ss',
    'K',
    'k',
    's',
    '\\e',
    '\\1',
    '\\12',
  ],
];
const oddMembers = [
  ...[
    '[',
    '[:foo:]',
    '[.a.]',
    '[=a=]',
    '[:',
    'z-a',
    '\\N',
    '\\R',
    '\\8',
    '\\x{e9}',
    '\\q',
    '\\E',
    '\\d--',
    '--a',
    '-',
    '\\w-',
    '\\pL',
  ],
];
const characters = 'aAbBzxk019_- \n\r\t<>/:"=.,é\u00a0\u2028😀{}]&~%@#!;\'`'.split('');

const brackets = fc
  .tuple(
    fc.constantFrom('', '', '^', ']', '^]', '-'),
    fc.array(
      fc.oneof(
        { weight: 19, arbitrary: fc.constantFrom(...members) },
        { weight: 1, arbitrary: fc.constantFrom(...oddMembers) },
      ),
      { maxLength: 4 },
    ),
  )
  .map(([first, others]) => `[${first}${others.join('')}]`);

export const { pattern: arbitraryPattern } = fc.letrec<{ pattern: string; piece: string; atom: string }>(
  (tie) => ({
    pattern: fc
      .array(fc.array(tie('piece'), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map((ways) => ways.map((pieces) => pieces.join('')).join('|')),
    piece: fc.oneof(
      { weight: 24, arbitrary: tie('atom') },
      {
        weight: 10,
        arbitrary: fc.tuple(tie('atom'), fc.constantFrom(...repeats)).map((parts) => parts.join('')),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(tie('atom'), fc.constantFrom(...oddRepeats)).map((parts) => parts.join('')),
      },
      { weight: 8, arbitrary: fc.constantFrom(...places) },
      { weight: 3, arbitrary: fc.constantFrom(...flags) },
    ),
    atom: fc.oneof(
      { depthSize: 'small' },
      { weight: 12, arbitrary: fc.constantFrom(...characters) },
      { weight: 6, arbitrary: fc.constantFrom('.', 'a', '\n') },
      { weight: 6, arbitrary: fc.constantFrom(...escapes) },
      { weight: 1, arbitrary: fc.constantFrom(...oddEscapes) },
      { weight: 6, arbitrary: brackets },
      {
        weight: 8,
        arbitrary: fc
          .tuple(
            fc.constantFrom(
              ...[
                '(',
                '(',
                '(',
                '(?:',
                '(?:',
                '(?:',
                '(?i:',
                '(?s-i:',
                '(?m:',
                '(?x:',
                '(?^:',
                '(?<n>',
                "(?'n'",
              ],
              ...['(?P<m>', '(?=', '(?!', '(?<=', '(?<!'],
            ),
            tie('pattern'),
          )
          .map(([opening, inner]) => `${opening}${inner})`),
      },
    ),
  }),
);

const pieces = [
  'ok',
  'a\n',
  '\r\n',
  '\n',
  '\n',
  'aa',
  'ab',
  'a',
  'b',
  'A',
  'ss',
  'K',
  '0',
  ' ',
  'é',
  'É',
  '\u2028',
];

/** @param isBytes a character is a byte */
export const arbitraryText = (isBytes: boolean): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...pieces.filter((each) => !isBytes || each < '\u0100')) },
        {
          weight: 2,
          arbitrary: fc.constantFrom(...characters.filter((each) => !isBytes || each < '\u0100')),
        },
        {
          weight: 1,
          arbitrary: isBytes
            ? fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
            : fc.string({ unit: 'binary', maxLength: 2 }),
        },
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''))
    .filter((text) => !/\p{Cs}/u.test(text));
