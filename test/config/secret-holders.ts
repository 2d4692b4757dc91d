// Every key that holds a secret, as the schema marks them, with a file in which one stands in its place; a marker to plant, and
// all that is ever said of a config.
import { z } from 'zod';
import { convert } from '../../src/config/convert/convert.ts';
import { formatNote } from '../../src/config/convert/converted.ts';
import { documentSchema } from '../../src/config/document.ts';
import { formatProblem } from '../../src/config/format-problem.ts';
import { parseConfig } from '../../src/config/load.ts';
import { isSecretKey, withoutSecrets } from '../../src/config/secret-keys.ts';
import type { ConfigResult } from '../../src/model/config/config.ts';
import type { ConfigEnvironment } from '../../src/model/config/environment.ts';
import { formatConfig } from '../../src/render/config.ts';
import { environment } from '../make/environment.ts';

export const marker = 'Mk7RhQ2z';
/** In whatever spelling, and not only all of it. */
export const shows = /mk7rhq|7rhq2z|TWs3UmhRMn/i;

/** Everything that `check`, `reload`, `plan`, `run` and `convert` say of a file. */
export function said(text: string, file: string, more: Partial<ConfigEnvironment> = {}): string {
  const result: ConfigResult = parseConfig(text, file, { ...environment, ...more });
  const config = result.config === undefined ? '' : formatConfig(result.config);
  return [...result.problems.map(formatProblem), config, JSON.stringify(result, withoutSecrets, 2)].join(
    '\n',
  );
}

export function notesOf(text: string, file: string): string {
  const { notes, yaml } = convert({ file, text }, file.endsWith('.cf') ? 'ldirectord' : 'keepalived', {
    include: () => [],
    id: 'lvs1',
  });
  const { problems } = parseConfig(yaml, 'converted.yaml', environment);
  return [...notes.map(formatNote), ...problems.map(formatProblem)].join('\n');
}

export type Holder = { readonly path: readonly string[]; readonly isList: boolean };

/** Every key that the schema marks, by the way to it. */
function holdersIn(schema: z.ZodType, path: readonly string[]): readonly Holder[] {
  if (schema instanceof z.ZodOptional) return holdersIn(schema.unwrap() as z.ZodType, path);
  const key = path.at(-1) ?? '';
  if (schema instanceof z.ZodArray) {
    const element = schema.element as z.ZodType;
    const inner = element instanceof z.ZodOptional ? (element.unwrap() as z.ZodType) : element;
    return inner instanceof z.ZodObject
      ? holdersIn(inner, [...path, '-'])
      : isSecretKey(key)
        ? [{ path, isList: true }]
        : [];
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, each]) =>
      holdersIn(each, [...path, name]),
    );
  }
  return isSecretKey(key) ? [{ path, isList: false }] : [];
}
export const holders = holdersIn(documentSchema, []);

/** @param spelling `KEY` is the key. */
export const yamlOf = (path: readonly string[], spelling: string): string => {
  const key = path.at(-1) ?? '';
  const line = spelling.replaceAll('KEY', key);
  const indented = line.replace(/^(\t?)/, '    $1');
  if (path[0] === 'vrrp') {
    return `vrrp:\n  - name: VI_1\n    interface: eth0\n    virtual_router_id: 5\n    version: 2\n${indented}\n    virtual_ipaddress: [10.0.0.5/24]\n`;
  }
  if (path[0] === 'webhooks') {
    const url = key === 'url' ? '' : '\n    url: http://10.0.0.9/';
    return `webhooks:\n  - name: w${url}\n${indented}\n`;
  }
  if (path[0] === 'mail') return `mail:\n    to: [root]\n    smtp: mx\n    user: u\n${indented}\n`;
  const service = 'virtual:\n  - address: 10.0.0.5:80\n    service: http\n';
  const rest = '    real:\n      - 10.0.0.6:80 gate\n';
  if (path.includes('checks') && !path.includes('urls')) {
    return `${service}    checks:\n      - checkport: 80\n    ${indented.replaceAll('\n', '\n    ')}\n${rest}`;
  }
  return path.includes('urls')
    ? `${service}    urls:\n      - request: /\n    ${indented.replaceAll('\n', '\n    ')}\n${rest}`
    : `${service}${indented}\n${rest}`;
};

/** What its rule takes, with the marker in it. */
export const goodValueOf = (path: readonly string[]): string => {
  const key = path.at(-1);
  if (key === 'headers') return `Authorization: ${marker}`;
  return key === 'url' ? `https://user:${marker}@10.0.0.9/${marker}?a=${marker}` : marker;
};
