// Every key that the schema marks as secret takes it from a file, a credential or the environment as well; what was read
// there is as little to be seen as what is written in the config, in a good file and in a bad one.
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../../src/config/document.ts';
import { createEntryMemory } from '../../src/config/entry-memory.ts';
import { formatProblem } from '../../src/config/format-problem.ts';
import { parseConfig } from '../../src/config/load.ts';
import { secretsOfConfig } from '../../src/config/secret-keys.ts';
import type { SecretRead, SecretSource } from '../../src/model/config/environment.ts';
import { environment, parseCfText, parseYamlText, problemLines } from '../make/environment.ts';
import { goodValueOf, holders, marker, notesOf, said, shows, yamlOf } from './secret-holders.ts';

const sources: readonly (readonly [text: string, source: SecretSource])[] = [
  ['{file: /run/secrets/a}', { kind: 'file', name: '/run/secrets/a' }],
  ['{credential: a.b}', { kind: 'credential', name: 'a.b' }],
  ['{env: A_B}', { kind: 'env', name: 'A_B' }],
];
const answering = (read: SecretRead) => ({ readSecret: () => read });

describe.each(holders.map(({ path }) => [path.join(' '), path] as const))('a secret in %s', (_, path) => {
  const key = path.at(-1) ?? '';
  it.each(sources)('is read from %s, and never shown', (spelling, source) => {
    const asked: SecretSource[] = [];
    const readSecret = (each: SecretSource): SecretRead => {
      asked.push(each);
      return { text: goodValueOf(path), lax: { rule: 'another mode', got: 'mode 0644' } };
    };
    const text = yamlOf(path, `KEY: ${spelling}`);
    const { config, problems } = parseYamlText(text, { readSecret });
    expect(asked).toContainEqual(source);
    expect(problems.map(({ severity }) => severity)).not.toContain('error');
    expect(problems.map(({ message }) => message).join()).toContain('Cannot keep secret ');
    expect(secretsOfConfig(config).join()).toContain(marker);
    expect(said(text, '/x.yaml', { readSecret })).not.toMatch(shows);
  });
  it.each(sources)('is read from %s for this director alone', (spelling) => {
    const value = key === 'headers' ? `[{testhost: ${spelling}, b: x}]` : `{testhost: ${spelling}, b: x}`;
    const { config } = parseYamlText(yamlOf(path, `KEY: ${value}`), answering({ text: goodValueOf(path) }));
    expect(secretsOfConfig(config).join()).toContain(marker);
  });
  it.each([marker.repeat(9), `x${marker}\n${marker}`, `${marker}\u0001`, `é${marker}`, `{${marker}`])(
    'is not shown where it breaks its rule: %j',
    (text) => {
      expect(said(yamlOf(path, 'KEY: {file: /a}'), '/x.yaml', answering({ text }))).not.toMatch(shows);
    },
  );
  it.each(sources)('is an error at its line where it is not there: %s', (spelling) => {
    const text = yamlOf(path, `KEY: ${spelling}`);
    const line = text.split('\n').findIndex((each) => each.includes(spelling)) + 1;
    const missing = answering({ rule: 'a readable file at /a', got: 'ENOENT (no such file)' });
    expect(problemLines(parseYamlText(text, missing))).toContainEqual(
      expect.stringMatching(new RegExp(`^${line}:\\d+: Cannot read .*ENOENT`)),
    );
  });
  it('is a warning alone where who reads cannot see it', () => {
    const unseen = { unseen: { rule: 'credential a', got: 'none here' } };
    const { config, problems } = parseYamlText(yamlOf(path, 'KEY: {credential: a}'), answering(unseen));
    const [missed, ...others] = problems.filter(({ message }) => message.startsWith('Cannot read'));
    expect([missed?.severity, others]).toEqual(['warning', []]);
    expect(config).toBeDefined();
  });
  it('is not missed where nobody reads any', () => {
    const { config, problems } = parseYamlText(yamlOf(path, 'KEY: {credential: a}'));
    expect(config).toBeDefined();
    expect(problems.map(({ message }) => message).join()).not.toContain('Cannot read');
  });
});

const service = (passwd: string) =>
  `virtual:\n  - address: 10.0.0.5:80\n    service: http\n    login: a\n    passwd: ${passwd}\n    real: 10.0.0.6:80 gate\n`;

describe('the map of a source', () => {
  it.each([
    ['{file: a}', 'the absolute path of a file'],
    ['{file: [/a]}', 'the absolute path of a file'],
    ['{credential: ../a}', 'the name of a credential'],
    ['{credential: ..}', 'the name of a credential'],
    ['{env: 1a}', 'the name of an environment variable'],
    ['{file: /a, env: A}', 'one of {file: PATH}, {credential: NAME} and {env: NAME}'],
    ['{testhost: {file: /a, env: A}}', 'one of {file: PATH}, {credential: NAME} and {env: NAME}'],
  ])('is judged: %s', (value, rule) => {
    expect(problemLines(parseYamlText(service(value), answering({ text: 'x' }))).join()).toContain(rule);
  });
  it('is one for each director where a director has such a name', () => {
    const { config } = parseConfig(service('{file: x, env: y}'), 'a.yaml', {
      ...environment,
      director: 'env',
    });
    expect(config?.virtuals[0]?.passwd).toBe('y');
  });
  it('is a text to a key that holds no secret', () => {
    expect(
      problemLines(parseYamlText(service('x').replace('login: a', 'login: {file: /a}'))).join(),
    ).toContain('a value for director "testhost"');
  });
});

describe('a reading', () => {
  it('asks again each time, of an entry that has not changed as well', () => {
    const memory = createEntryMemory();
    const read = (text: string) =>
      parseConfig(service('{file: /a}'), 'a.yaml', { ...environment, ...answering({ text }) }, memory).config
        ?.virtuals[0]?.passwd;
    expect([read('one'), read('two')]).toEqual(['one', 'two']);
  });
  it('knows which variables hold secrets, so that no program gets them', () => {
    const { config } = parseYamlText(service('{env: A}'), answering({ text: 'x' }));
    expect(config?.secretVariables).toEqual(['A']);
  });
});

describe('an ldirectord.cf', () => {
  const cf = (lines: string) =>
    `virtual = 10.0.0.5:80\n\tservice = http\n\t${lines}\n\treal = 10.0.0.6:80 gate\n`;
  it('has a form of its own for a secret that stands elsewhere', () => {
    const text = cf('passwd = {file: /run/secrets/a}\n\theaders = A: b\n\theaders = {env: H}');
    const read = answering({ text: `Authorization: ${marker}` });
    const { config, problems } = parseCfText(text, read);
    expect(config?.virtuals[0]?.passwd).toBe(`Authorization: ${marker}`);
    expect(config?.virtuals[0]?.http?.headers).toEqual([
      ['A', 'b'],
      ['Authorization', marker],
    ]);
    expect(problems.map(formatProblem).join()).toContain('a text in double quotes (it knows no secrets');
    expect(said(text, '/x.cf', read)).not.toMatch(shows);
    expect(notesOf(text, '/x.cf')).not.toMatch(shows);
  });
  it('has what stands in quotes as it stands', () => {
    expect(parseCfText(cf('passwd = "{file: /a}"')).config?.virtuals[0]?.passwd).toBe('{file: /a}');
  });
});

it('is in the JSON Schema at every secret', () => {
  const text = JSON.stringify(jsonSchema());
  expect(text.match(/"credential"/g)?.length).toBeGreaterThanOrEqual(holders.length);
});
