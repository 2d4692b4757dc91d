// The real perl, asked whether patterns match texts: as ldirectord asks it, with the pattern in a variable.
import { spawnSync } from 'node:child_process';

export type MatchQuestion = {
  /** Each character of pattern and texts is a byte; else they are characters, and Perl is told to go by ASCII. */
  readonly isBytes: boolean;
  readonly pattern: string;
  readonly texts: readonly string[];
};

export const hasPerl = spawnSync('perl', ['-e', '1']).status === 0;

const script = `
no warnings;
# (?^) would bring back Unicode's classes.
sub characters { use re '/aa'; my $p = shift; $p =~ s/\\(\\?\\^/(?^aa/g; map { $_ =~ /$p/ ? 1 : 0 } @_ }
sub bytes { my $p = shift; map { $_ =~ /$p/ ? 1 : 0 } @_ }
while (<STDIN>) {
  chomp;
  my ($mode, @words) = split / /, $_, -1;
  my ($p, @texts) = map { pack 'H*', substr $_, 1 } @words;
  if ($mode eq 'characters') { utf8::decode($_) for $p, @texts }
  my @found = eval { $mode eq 'bytes' ? bytes($p, @texts) : characters($p, @texts) };
  print $@ ? 'none' : join('', @found), "\\n";
}
`;

/** For each question whether each text matches, or undefined where Perl does not take the pattern. */
export function perlMatches(
  questions: readonly MatchQuestion[],
): readonly (readonly boolean[] | undefined)[] {
  const lines = questions.map(({ isBytes, pattern, texts }) => {
    const hexOf = (text: string) => `=${Buffer.from(text, isBytes ? 'latin1' : 'utf8').toString('hex')}`;
    return `${[isBytes ? 'bytes' : 'characters', ...[pattern, ...texts].map(hexOf)].join(' ')}\n`;
  });
  const { stdout, status, stderr } = spawnSync('perl', ['-e', script], {
    input: lines.join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`perl ended with ${status}: ${stderr}`);
  const answers = stdout.split('\n').slice(0, -1);
  if (answers.length !== questions.length) throw new Error(`${answers.length} answers: ${stderr}`);
  return answers.map((line) => (line === 'none' ? undefined : [...line].map((each) => each === '1')));
}
