// Where we do not do as stock ldirectord does, by corpus file or grammar case, and why. A test holds
// docs/ldirectord-differences.md to this list.
import type { Comparable } from './ldirectord/stock.ts';

export type Divergence = { readonly reason: string } & (
  | {
      readonly kind: 'we take it';
      /** Part of the warning; absent where there is none. */
      readonly warning?: string;
    }
  | {
      readonly kind: 'another result';
      readonly change: (stock: readonly Comparable[]) => readonly Comparable[];
    }
);

const trivia = (warning: string, reason: string): Divergence => ({ kind: 'we take it', warning, reason });

const changeReals =
  (change: (real: Comparable, index: number) => Comparable) => (stock: readonly Comparable[]) =>
    stock.map((virtual) => ({ ...virtual, reals: (virtual.reals as readonly Comparable[]).map(change) }));

const noComment = 'A comment after a value is plain to see.';
const indent = 'The block is plain to see whatever its indent.';

export const divergences: ReadonlyMap<string, Divergence> = new Map<string, Divergence>([
  ['imkindu-blog-tabs-comments.cf', trivia('nothing after yes', noComment)],
  ['notes-cn-dr-real-without-port.cf', trivia('nothing after no', noComment)],
  ['notes-cn-indented-globals.cf', trivia('a global directive in the first column', indent)],
  ['lb-setup-script-fr-2space.cf', trivia('four columns before a directive', indent)],
  [
    'derived-upstream-18-sip.cf',
    {
      kind: 'another result',
      reason: 'ADDRESS::PORT is a slip; stock reads it as the host 0.0.19.196 without a port.',
      change: changeReals((real, index) => ({
        ...real,
        server: ['192.168.6.2', '192.168.6.3', '192.168.6.6'][index],
        port: 5060,
      })),
    },
  ],
  [
    'notes-cn-gate-dash-w.cf',
    {
      kind: 'another result',
      reason: 'Stock keeps the blanks after an unquoted virtualhost and sends them in the Host header.',
      change: (stock) => stock.map((virtual) => ({ ...virtual, virtualhost: 'test.com' })),
    },
  ],

  ['blank line ends block', trivia('no blank line inside a block', indent)],
  ['5-space whitespace-only line is an error', trivia('no blanks on an empty line', 'It is empty.')],
  ['two-tab line is an error', trivia('no blanks on an empty line', 'It is empty.')],
  ['3-space indent is an error', trivia('four columns before a directive', indent)],
  ['CRLF with yes/no in block', trivia('lines that end in LF alone', 'The line end is no part of a value.')],
  ['global fallback with one-word trailing comment', trivia('no comment after a fallback', noComment)],
  ['global indented', trivia('a global directive in the first column', indent)],
  ['BOM', trivia('no byte order mark', 'Editors put it there unseen.')],
  [
    'virtual last line without body',
    trivia('at least one real server', 'Stock calls it a duplicate of itself; it is only empty.'),
  ],
  ['hash inside quotes', trivia('no # inside quotes', 'Inside quotes it is no comment.')],
  ['callback unquoted', trivia('a text in double quotes', 'The text is plain without quotes.')],
  [
    'reqrec digits and no weight',
    trivia(
      'with a weight where the request has a number',
      'Stock takes a number inside the quotes for the weight.',
    ),
  ],
  [
    'real double colon (shipped SIP sample)',
    {
      kind: 'another result',
      reason: 'As in derived-upstream-18-sip.cf.',
      change: changeReals((real) => ({ ...real, server: '192.168.6.2', port: 5060 })),
    },
  ],
  [
    'thresholds u l drops u',
    {
      kind: 'another result',
      reason: 'Stock drops u: here; the kernel then refuses the lower threshold that stands alone.',
      change: changeReals((real) => ({ ...real, upper: 20 })),
    },
  ],
]);
