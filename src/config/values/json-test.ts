// A test of a JSON document: a path, and what its value must be. `$.status == "ok"`, `$.checks[0].lag < 30`,
// `$["a key"]`. A small part of JSONPath (RFC 9535): names and indexes, no wildcards, filters or slices.
import type { JsonTest } from '../../model/config/check.ts';

export const jsonTestRule =
  'a path as $.name, $["a name"] or $.list[0], alone or with == != < <= > >= and a JSON value: $.status == "ok"';

type Comparison = NonNullable<JsonTest['comparison']>;

const step = /^(?:\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[("(?:[^"\\]|\\.)*"|'[^'\\]*')\])/;

/** @returns undefined for anything that breaks the rule */
export function parseJsonTest(text: string): JsonTest | undefined {
  if (!text.startsWith('$')) return undefined;
  let rest = text.slice(1);
  const path: (string | number)[] = [];
  for (let match = step.exec(rest); match !== null; match = step.exec(rest)) {
    const [whole, name, index, quoted] = match;
    const key = index !== undefined ? Number(index) : (name ?? unquote(quoted ?? ''));
    if (key === undefined) return undefined;
    path.push(key);
    rest = rest.slice(whole.length);
  }
  if (rest.trim() === '') return { path, text };
  const comparison = parseComparison(rest);
  return comparison === undefined ? undefined : { path, comparison, text };
}

function parseComparison(rest: string): Comparison | undefined {
  const match = /^\s*(==|!=|<=|>=|<|>)\s*(\S.*)$/.exec(rest.trimEnd());
  const value = parseValue(match?.[2] ?? '');
  if (match === null || value === undefined) return undefined;
  const operator = match[1] as Comparison['operator'];
  const ordered = typeof value === 'number' || typeof value === 'string';
  return operator === '==' || operator === '!=' || ordered ? { operator, value } : undefined;
}

/** A JSON text, number, true, false or null; a text may have single quotes. */
function parseValue(text: string): Comparison['value'] | undefined {
  if (text.startsWith("'")) return unquote(text);
  const value = readJson(text);
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
    ? (value as Comparison['value'])
    : undefined;
}

function unquote(text: string): string | undefined {
  if (text.startsWith("'")) return /^'([^']*)'$/.exec(text)?.[1];
  const value = readJson(text);
  return typeof value === 'string' ? value : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
