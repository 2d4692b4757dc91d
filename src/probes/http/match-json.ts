// Whether a JSON document passes a test: the path leads to a value, which compares as the test says. Values of
// different types are unequal and not ordered. The test was parsed with the config (config/values/json-test.ts).
import type { JsonTest } from '../../model/config/check.ts';

/** @returns undefined where it passes, else what is there instead */
export function judgeJson(test: JsonTest, document: string): string | undefined {
  let value: unknown;
  try {
    // RFC 8259 §8.1: a byte order mark may be passed over.
    value = JSON.parse(document.replace(/^\ufeff/, ''));
  } catch {
    return 'the body is no JSON';
  }
  for (const step of test.path) value = stepInto(value, step);
  if (value === undefined) return 'nothing is there';
  const { comparison } = test;
  if (comparison === undefined || compares(value, comparison)) return undefined;
  return `it is ${JSON.stringify(value)}`;
}

function stepInto(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[step];
}

function compares(actual: unknown, { operator, value }: NonNullable<JsonTest['comparison']>): boolean {
  if (operator === '==') return actual === value;
  if (operator === '!=') return actual !== value;
  const order = orderOf(actual, value);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Numbers by size, texts by their code units; nothing else has an order. */
function orderOf(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return undefined;
}
