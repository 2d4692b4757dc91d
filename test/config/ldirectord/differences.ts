// A file asked of the stock ldirectord and of us: what differs. Where stock refuses for trivia we take it with a warning.
import { errorLines, parseCfText, warningLines } from '../../make/environment.ts';
import { asMeant, refusals } from './intended.ts';
import { type Comparable, ofConfig, ofStock, type StockTable } from './stock.ts';

/** @param stock of what the file means to us (intended.ts); undefined where it refuses that */
export function differencesOf(text: string, stock: StockTable | undefined): readonly string[] {
  const ours = parseCfText(text);
  const errors = errorLines(ours);
  if (stock === undefined)
    return errors.length > 0 || warningLines(ours).length > 0
      ? []
      : ['refused by stock, taken here without a word'];
  const isIntended = (line: string) => refusals.some(({ error }) => error.test(line));
  // One value may make two complaints.
  const intended = new Set(errors.filter(isIntended).map(placeOf));
  if (ours.config === undefined || errors.length > 0)
    return errors
      .filter((line) => !intended.has(placeOf(line)))
      .map((line) => `taken by stock, refused here: ${line}`);
  if (asMeant(text) !== text && warningLines(ours).length === 0) return ['read otherwise without a word'];
  const theirs = ofStock(stock);
  const mine = ofConfig(ours.config).map((service, i) => withoutUnknown(service, theirs[i]));
  if (theirs.length !== mine.length) return [`${theirs.length} services in stock, ${mine.length} here`];
  return theirs.flatMap((service, i) => differing(service, mine[i] ?? {}, String(service.id)));
}

const placeOf = (line: string): string | undefined => /^\d+/.exec(line)?.[0];

const differing = (theirs: Comparable, ours: Comparable, place: string): readonly string[] =>
  [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key) => {
    const [their, our] = [theirs[key], ours[key]].map(spelled);
    return their === our ? [] : [`${place}: ${key}: ${their} in stock, ${our} here`];
  });

/** Blanks at the end of a text, which stock keeps before a comment, are none here. */
const spelled = (value: unknown): string =>
  JSON.stringify(typeof value === 'string' ? value.trimEnd() : value) ?? 'nothing';

/** Of a service without a protocol of its own stock's URL has no port, and so says none. */
const withoutUnknown = (ours: Comparable, theirs: Comparable = {}): Comparable => ({
  ...ours,
  reals: serversOf(ours).map(({ checked, ...real }, i) =>
    serversOf(theirs)[i]?.checked === undefined ? real : { ...real, checked },
  ),
});
const serversOf = ({ reals }: Comparable): readonly Comparable[] => (reals ?? []) as readonly Comparable[];
