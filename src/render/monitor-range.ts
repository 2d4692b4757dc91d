// Ranges as check plug-ins take them: 10 is 0 to 10, 10: is 10 and more, ~:10 is 10 and less, and what is outside alerts; with @
// in front what is inside does. Source: Monitoring Plugins Development Guidelines, "Threshold and Ranges".

export type Range = {
  readonly from: number;
  readonly to: number;
  readonly inside: boolean;
  readonly text: string;
};

export function parseRange(text: string): Range | undefined {
  const match = /^(@?)(?:(~|-?\d+(?:\.\d+)?)?(:))?(-?\d+(?:\.\d+)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, at, low, colon, high] = match;
  if (high === undefined && (colon === undefined || low === undefined)) return undefined;
  const from = low === '~' ? Number.NEGATIVE_INFINITY : Number(low ?? 0);
  const to = high === undefined ? Number.POSITIVE_INFINITY : Number(high);
  return from <= to ? { from, to, inside: at === '@', text } : undefined;
}

export const alerts = ({ from, to, inside }: Range, value: number): boolean =>
  (value >= from && value <= to) === inside;
