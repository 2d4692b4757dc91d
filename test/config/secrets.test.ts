// Plants a marker in every key that holds a secret, in good and in every kind of bad spelling, and looks for it in all
// that is ever said of a config.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { convert } from '../../src/config/convert/convert.ts';
import { formatNote } from '../../src/config/convert/converted.ts';
import { documentSchema } from '../../src/config/document.ts';
import { formatProblem } from '../../src/config/format-problem.ts';
import { parseConfig } from '../../src/config/load.ts';
import { isSecretKey } from '../../src/config/secret-keys.ts';
import { environment } from '../make/environment.ts';
import { goodValueOf, holders, marker, notesOf, said, shows, yamlOf } from './secret-holders.ts';

/** How it stands behind its key, right and wrong; `KEY` is the key. */
const spellings: readonly string[] = [
  ...[
    `KEY: ${marker}`,
    `KEY: "${marker}"`,
    `KEY: '${marker}'`,
    `KEY: {lvs1: ${marker}, lvs2: x}`,
    `KEY: [${marker}]`,
  ],
  ...[
    `KEY: ${marker.repeat(9)}`,
    `KEY: "${marker} \\q"`,
    `KEY: "${marker}`,
    `KEY: '${marker}`,
    `KEY: ${marker}"`,
  ],
  ...[
    `KEY:${marker}`,
    `KEY :${marker}`,
    `KEY ${marker}`,
    `KEY = ${marker}`,
    `KEY: ${marker}: x`,
    `KEY: x: ${marker}`,
  ],
  ...[
    `KEY: *${marker}`,
    `KEY: !${marker} x`,
    `KEY: &${marker}`,
    `KEY: %${marker}`,
    `KEY: @${marker}`,
    `KEY: \`${marker}`,
  ],
  ...[
    `KEY: {${marker}}`,
    `KEY: {${marker}: x}`,
    `KEY: {${marker}`,
    `KEY: [${marker}`,
    `KEY: {a: {b: ${marker}}}`,
  ],
  ...[
    `\tKEY: ${marker}`,
    `KEY:\t${marker}\t: x`,
    `KEY: ${marker}\n\t KEY: ${marker}`,
    `KEY: ${marker} # x`,
    `KEY: #${marker}`,
  ],
  ...[
    `KEY:\n    ${marker}`,
    `KEY:\n${marker}`,
    `KEY:\n  ${marker}:`,
    `KEY:\n      - ${marker}`,
    `KEY: |\n      ${marker}\n  x`,
  ],
  ...[
    `KEY: >\n ${marker}\n  ${marker}`,
    `KEY: "a\n ${marker}: b`,
    `KEY: 'a\n${marker}`,
    `KEY: "\n      ${marker}\n`,
  ],
  ...[
    `KEY: ${marker}\n    KEY: ${marker}`,
    `KEY: ${marker}\n    x${marker}y`,
    `- KEY: ${marker}`,
    `KEY: - ${marker}`,
  ],
  ...[
    `KEYx: ${marker}`,
    `xKEY: ${marker}`,
    `Key-${marker}: 1`,
    `pasword: ${marker}`,
    `KEY: ${marker}\u0007\u009b`,
  ],
  ...[`KEY: Authorization: Basic ${marker}`, `KEY: ["Authorization: Basic ${marker}", "Host: ${marker}"]`],
  ...[
    `KEY: ["Cookie ${marker}"]`,
    `KEY: [{Cookie: ${marker}}]`,
    `KEY: {Cookie: ${marker}}`,
    `KEY: ["x\\u0001: ${marker}"]`,
  ],
  ...[
    `KEY: {file: ${marker}}`,
    `KEY: {env: "${marker} "}`,
    `KEY: {credential: "${marker} "}`,
    `KEY: {file: [${marker}]}`,
    `KEY: {file: ${marker}, env: ${marker}}`,
    `KEY: {fil: ${marker}}`,
    `KEY: {file: "${marker}}`,
  ],
  ...[
    `KEY: \n---\nKEY: ${marker}`,
    `KEY: ${marker}\n...\n%${marker}`,
    `? ${marker}\n: KEY`,
    `KEY: ${marker}, x: {`,
  ],
];

/** Files of one line each, in which the whole service stands. */
const flowOf = (path: readonly string[], value: string): string =>
  path[0] === 'vrrp'
    ? `vrrp: [{name: a, ${path.at(-1)}: ${value}, virtual_router_id: 5}]`
    : `virtual: [{address: "10.0.0.5:80", ${path.at(-1)}: ${value}, real: 10.0.0.6:80 gate}]`;

describe('the schema', () => {
  it('marks what holds a secret', () => {
    const names = new Set(holders.map(({ path }) => path.at(-1)));
    const wanted = ['auth_pass', 'body', 'headers', 'passwd', 'password', 'secret', 'url'];
    expect([...names].sort()).toEqual(wanted);
  });
  it('marks every key whose name says so', () => {
    const named = (schema: z.ZodType, key: string): readonly string[] => {
      if (schema instanceof z.ZodOptional) return named(schema.unwrap() as z.ZodType, key);
      if (schema instanceof z.ZodArray) return named(schema.element as z.ZodType, key);
      if (!(schema instanceof z.ZodObject)) return [key];
      return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, each]) =>
        named(each, name),
      );
    };
    const telling = named(documentSchema, '').filter((key) =>
      /pass(?!$)|pwd|secret|token|cred|cookie|auth/.test(key),
    );
    expect(telling.filter((key) => !isSecretKey(key))).toEqual([]);
  });
  it('tells editors of it', () => {
    expect(JSON.stringify(z.toJSONSchema(documentSchema, { io: 'input' }))).toContain('"writeOnly":true');
  });
});

describe.each(holders.map(({ path }) => [path.join(' '), path] as const))('a secret in %s', (_, path) => {
  it.each(spellings)('is never shown: %j', (spelling) => {
    expect(said(yamlOf(path, spelling), '/x.yaml')).not.toMatch(shows);
  });
  it.each([marker, `"${marker}`, `{${marker}`, `[${marker}, `, `*${marker}`, `${marker}: x`, `'${marker}'x`])(
    'is never shown of a file on one line: %j',
    (value) => {
      expect(said(flowOf(path, value), '/x.yaml')).not.toMatch(shows);
    },
  );
  it('is read, where it is good', () => {
    const value = path.at(-1) === 'headers' ? `["${goodValueOf(path)}"]` : goodValueOf(path);
    const { config, problems } = parseConfig(yamlOf(path, `KEY: ${value}`), '/x.yaml', environment);
    expect(problems.map(formatProblem).filter((line) => !line.includes('warning'))).toEqual([]);
    expect(JSON.stringify(config)).toContain(marker);
  });
});

const cfSpellings: readonly string[] = [
  ...[
    `KEY = "${marker}"`,
    `KEY="${marker}`,
    `KEY=${marker}`,
    `KEY ${marker}`,
    `KEY "${marker}"`,
    `KEY: "${marker}"`,
  ],
  ...[
    `KEY = "${marker}" x`,
    `KEY = "a#${marker}"`,
    `KEY = {lvs1: ${marker}`,
    `KEY = {${marker}}`,
    `KEY =\n\t"${marker}"`,
  ],
  ...[`KEY =\n\t${marker}`, `KEY\n\t${marker}`, `KEYx = "${marker}"`, `x KEY = "${marker}"`],
  ...[
    `pasword = "${marker}"`,
    `KEY = '${marker}'`,
    `KEY = "${marker}"\n\tKEY = "${marker}`,
    `request = "a" passwd="${marker}"`,
  ],
  ...[
    `KEY = Authorization: ${marker}`,
    `KEY = "Cookie ${marker}, x: y"`,
    `${marker}`,
    `= ${marker}`,
    `KEY = ${marker.repeat(9)}`,
  ],
];

describe.each(['passwd', 'secret', 'body', 'headers', 'auth_pass'])(
  'a secret in %s of an ldirectord.cf',
  (key) => {
    const block =
      key === 'auth_pass' ? 'vrrp = VI_1\n\tinterface = eth0\n' : 'virtual = 10.0.0.5:80\n\tservice = http\n';
    it.each(cfSpellings)('is never shown: %j', (spelling) => {
      for (const text of [
        `${block}\t${spelling.replaceAll('KEY', key)}\n\treal = 10.0.0.6:80 gate\n`,
        `${spelling.replaceAll('KEY', key)}\n${block}`,
        `${block}  ${spelling.replaceAll('KEY', key)}\n`,
      ]) {
        expect(said(text, '/x.cf')).not.toMatch(shows);
        expect(notesOf(text, '/x.cf')).not.toMatch(shows);
      }
    });
  },
);

const keepalivedSpellings: readonly string[] = [
  ...[
    `auth_pass ${marker}`,
    `auth_pass "${marker}"`,
    `auth_pass "${marker}`,
    `auth_pass ${marker.repeat(9)}`,
  ],
  ...[
    `auth_pass\n ${marker}`,
    `auth_pas ${marker}`,
    `auth_pass = ${marker}`,
    `auth_pass { ${marker} }`,
    `auth_pass ${marker} x`,
  ],
  ...[
    `auth_type PASS auth_pass ${marker}`,
    `auth_pass: ${marker}`,
    `{ auth_pass ${marker}`,
    `} auth_pass ${marker}`,
  ],
];

describe('a secret behind another value of an ldirectord.cf', () => {
  it.each(['passwd', 'secret', 'auth_pass', 'token'])('is not shown: %s', (key) => {
    const text = `virtual = 10.0.0.5:80\n\tlogin = "a" ${key} = "${marker}"\n\treal = 10.0.0.6:80 gate\n`;
    expect(said(text, '/x.cf')).not.toMatch(shows);
    expect(notesOf(text, '/x.cf')).not.toMatch(shows);
  });
});

describe('a secret in a keepalived.conf', () => {
  it.each(keepalivedSpellings)('is in no note of its conversion: %j', (spelling) => {
    const instance = (inner: string) =>
      `vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 5\n ${inner}\n virtual_ipaddress {\n 10.0.0.5\n }\n}\n`;
    for (const text of [instance(`authentication {\n ${spelling}\n }`), instance(spelling), spelling]) {
      expect(notesOf(text, '/etc/keepalived.conf')).not.toMatch(shows);
    }
  });
  it.each([
    `virtual_server 10.0.0.5 80 {\n real_server 10.0.0.6 80 {\n HTTP_GET {\n password ${marker}\n url {\n path http://a:${marker}@x/\n }\n }\n }\n}`,
    `global_defs {\n smtp_password ${marker}\n smtp_server x password=${marker}\n}`,
    `vrrp_script a {\n script "/bin/x --password ${marker}"\n unknown_thing token=${marker}\n}`,
  ])('is in no note of a service: %j', (text) => {
    const notes = convert({ file: '/k', text }, 'keepalived', { include: () => [], id: 'a' }).notes;
    expect(notes.map(formatNote).join('\n')).not.toMatch(shows);
  });
});

describe('what looks like a secret in other keys', () => {
  it.each([
    `request: "http://user:${marker}@10.0.0.6/"\n    service: http_proxy`,
    `request: /x?token=${marker}&y=1`,
    `checktype: externl --password ${marker}`,
    `checkcommand: "/bin/check --token ${marker}"\n    checktype: external`,
    `misc_path: "/bin/check --token ${marker} 'a"\n    checktype: external`,
    `misc_path: "/bin/check --token ${marker}"\n    checkcommand: /x\n    checktype: external`,
    `service: mysql password=${marker}`,
    `weight_header: "password: ${marker}"`,
    `login: admin\n    virtualhost: x passwd=${marker}\n    quiescent: "passwd: ${marker}"`,
  ])('is not shown either: %j', (lines) => {
    expect(said(yamlOf(['virtual', '-', 'x'], lines), '/x.yaml')).not.toMatch(shows);
  });
});
