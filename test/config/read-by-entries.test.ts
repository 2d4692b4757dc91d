// A config that is read entry by entry comes to what it comes to as a whole, and one that is read again to what a
// first reading makes of it. A text with a carriage return is always read as a whole: that is what it is compared with.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntryMemory } from '../../src/config/entry-memory.ts';
import { parseChanged, parseConfig } from '../../src/config/load.ts';
import { splitEntries } from '../../src/config/tree/split-entries.ts';
import type { ConfigResult } from '../../src/model/config/config.ts';
import { environment } from '../make/environment.ts';

const read = (text: string, memory = createEntryMemory(), around = environment): ConfigResult =>
  parseConfig(text, 'x.yaml', around, memory);
const readWhole = (text: string): ConfigResult => read(`${text}#\r\n`);

/** The words of a complaint are those of the whole document, always. */
function expectSame(text: string): void {
  const [result, whole] = [read(text), readWhole(text)];
  expect(result.config).toEqual(whole.config);
  // Where the text itself breaks off, the line more is another place.
  const isYaml = !whole.problems.some(({ message }) => message.startsWith('Cannot parse YAML'));
  if (isYaml) expect(result.problems).toEqual(whole.problems);
}

/** Entries as people write them: in one line and in many, good, with warnings, and bad. */
const entryTexts = [
  '- {address: "10.0.0.1:80", real: ["10.1.0.1:80 masq 5", "10.1.0.2:80 masq"]}\n',
  '- address: 10.0.0.2:443\n  # in between\n  protocol: tcp\n  checktype: connect\n\n  real:\n  - 10.1.0.1 gate\n  - {address: 10.1.0.2, weight: 3}\n',
  '- address: 10.0.0.3:25\n  comment: |\n    - not an entry\n    virtual: neither\n\n  real: [10.1.0.1 gate 1,\n    10.1.0.2 gate 2]\n',
  '- {address: "10.0.0.4:80", persistent: 60, scheduler: sh, monitorfile: /m, real: [10.1.0.1:81 gate]}\n',
  '- {fwmark: 4, marks: [{address: 10.0.0.5, ports: [80, 443]}], real: [10.1.0.1 gate], fallback: 127.0.0.1 gate}\n',
  '- {addresses: ["10.0.0.6-8:80", "fwmark 9"], checktype: off, real: [10.1.0.1->10.1.0.3 masq]}\n',
  '- {address: "web1.example.org:http", real: ["web2.example.org:http masq"], real_file: /etc/fleet, fallback: [sorry.example.org, 127.0.0.1]}\n',
  '- {address: "10.0.0.7:80", checktype: external, checkcommand: /bin/true, quorum_up: /bin/up, real: [10.1.0.1]}\n',
  '- {address: "10.0.0.8:80", real: [nonsense one, 10.1.0.1 gate], colour: red}\n',
  '-\n  address: "10.0.0.9:80"\n  real: [10.1.0.1 gate # why\n   ]\n',
  '-\n',
  '- plain\n',
  '- {address: {here: "10.0.0.11:80", there: "10.0.0.12:80"}, real: [10.1.0.1 gate]}\n',
  '- &a {address: "10.0.0.13:80", real: [10.1.0.1 gate]}\n',
  '- {<<: *a, address: "10.0.0.14:80"}\n',
  '- {address: "10.0.0.15:80", real: [10.1.0.1 gate]\n',
  '- "open\n',
  '  - deeper\n',
];
const around = [
  '',
  '# of the whole\n',
  'director: {name: here}\n',
  'checkinterval: 3s\n',
  'fallback: 127.0.0.1:80\n',
  'quorum: nonsense\n',
  'emailalert: somebody\n',
  '---\n',
  '\n\n',
  'note: "open\n',
  'end"\n',
  '{\n',
  'virtual:\n',
];
const indents = ['', '  ', '    '] as const;

const indented = (text: string, indent: string) => text.replace(/^(?=.)/gm, indent);

const documents = fc
  .record({
    before: fc.array(fc.constantFrom(...around), { maxLength: 3 }),
    after: fc.array(fc.constantFrom(...around), { maxLength: 3 }),
    key: fc.constantFrom(
      'virtual:\n',
      'virtual: # all of them\n',
      'virtual:   \n',
      'virtual: []\n',
      'virtual:#\n',
    ),
    entries: fc.array(fc.constantFrom(...entryTexts), { maxLength: 5 }),
    indent: fc.constantFrom(...indents),
    comment: fc.constantFrom('', '# first\n', '\n', '   # odd\n'),
  })
  .map(({ before, key, comment, entries, indent, after }) =>
    [...before, key, comment, ...entries.map((each) => indented(each, indent)), ...after].join(''),
  );

const good = (index: number, weight = 1) =>
  `  - {address: "10.0.0.${index}:80", real: ["10.1.0.1:80 masq ${weight}", "web:80 masq"], fallback: ["10.2.0.1:80", sorry]}\n`;

describe('a config read entry by entry', () => {
  it('comes to what it comes to as a whole', () => {
    fc.assert(fc.property(documents, expectSame), { numRuns: 2000 });
  });

  it.each([
    ['a text of its own', 'note: "a\nvirtual:\n  - b\nc"\n'],
    ['braces', '{\nvirtual:\n  - {address: "10.0.0.1:80"}\n}\n'],
    [
      'two documents',
      'virtual:\n  - {address: "10.0.0.1:80"}\n---\nvirtual:\n  - {address: "10.0.0.2:80"}\n',
    ],
    ['twice', 'virtual:\n  - {address: "10.0.0.1:80"}\nvirtual:\n  - {address: "10.0.0.2:80"}\n'],
    ['a tag', '!!map\nvirtual:\n  - {address: "10.0.0.1:80"}\n'],
    [
      'a line that only js-yaml sees',
      'virtual:\n  - {address: "10.0.0.1:80"}\r  - {address: "10.0.0.2:80"}\n',
    ],
    ['a merged key', 'virtual:\n  - {address: "10.0.0.1:80"}\n<<: {virtual: []}\n'],
    ['anchors', 'director: &d {name: a}\nvirtual:\n  - {address: "10.0.0.1:80", real: *d}\n'],
    ['a flow that goes on at the margin', 'virtual:\n  - {address: "10.0.0.1:80",\nreal: []}\n'],
  ])('is cut only where that is certain: %s', (_, text) => {
    expectSame(text);
  });

  it('is never cut where js-yaml sees lines that we do not', () => {
    expect(splitEntries('virtual:\n  - a\n')).toBeDefined();
    expect(splitEntries('virtual:\n  - a\r  - b\n')).toBeUndefined();
  });

  it('is the usual case: whatever stands before, behind or between the entries', () => {
    const text = `# c\nlog: {level: info}\nvirtual: # all\n\n${good(1)}# c\n${good(2)}\ncheckinterval: 3\n`;
    const split = splitEntries(text);
    expect(split?.line).toBe(3);
    expect(split?.entries.map(({ line }) => line)).toEqual([5, 7]);
    expect(split?.head.split('\n')).toHaveLength(text.split('\n').length);
    expect(read(text).config?.virtuals.map(({ at }) => at.line)).toEqual([5, 7]);
  });
});

describe('a config of which little has changed', () => {
  const newMax = 150;
  const again = (text: string, memory = createEntryMemory()) =>
    parseChanged(text, 'x.yaml', environment, { memory, newMax });
  const large = (...weights: readonly number[]) =>
    `virtual:\n${weights
      .map((weight, index) => `  - {address: "10.0.0.${index}:80", real: ["10.1.0.1:80 masq ${weight}"]}\n`)
      .join('')}`;

  it('comes to what the whole comes to, with what another memory held, or is left to the whole', () => {
    fc.assert(
      fc.property(fc.array(documents, { minLength: 2, maxLength: 4 }), (texts) => {
        const memory = createEntryMemory();
        for (const text of texts) {
          expect(again(text, memory) ?? read(text)).toEqual(read(text));
          const other = createEntryMemory();
          read(text, other);
          const held = other.held();
          if (held !== undefined) memory.learn(held);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read where no more is new than may be', () => {
    const memory = createEntryMemory();
    expect(again(large(1, 1, 1, 1), memory)).toBeUndefined();
    const { config } = read(large(1, 1, 1, 1), memory);
    const { config: changed } = again(large(1, 2, 1, 1), memory) ?? {};
    expect(changed?.virtuals.map((each, index) => each === config?.virtuals[index])).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(again(large(1, 2, 1, 1, 1), memory)?.config?.virtuals).toHaveLength(5);
    expect(again(large(3, 3, 3, 3, 3), memory)).toBeUndefined();
    expect(again(`#${'x'.repeat(newMax)}\n${large(1)}`, memory)).toBeUndefined();
  });

  it('is never one of ldirectord, or one whose errors the whole would tell', () => {
    const memory = createEntryMemory();
    read(large(1), memory);
    expect(parseChanged('', 'x.cf', environment, { memory, newMax })).toBeUndefined();
    expect(again(`${large(1)}colour: red\n`, memory)).toBeUndefined();
  });
});

describe('a config that is read again', () => {
  const file = (...entries: readonly string[]) => `checkinterval: 3\nvirtual:\n${entries.join('')}`;
  const virtualsOf = (result: ConfigResult) => result.config?.virtuals ?? [];

  it('comes to what a first reading makes of it, whatever was read before', () => {
    fc.assert(
      fc.property(fc.array(documents, { minLength: 2, maxLength: 4 }), (texts) => {
        const memory = createEntryMemory();
        for (const text of texts) expect(read(text, memory)).toEqual(read(text));
      }),
      { numRuns: 300 },
    );
  });

  it('has the very same services where nothing is said of them that was not said before', () => {
    const memory = createEntryMemory();
    const before = virtualsOf(read(file(good(1), good(2), good(3)), memory));
    const after = virtualsOf(read(file(good(1), good(2, 7), good(3)), memory));
    expect(after.map((each, index) => each === before[index])).toEqual([true, false, true]);
    expect(after[1]?.reals[0]?.weight).toBe(7);
  });

  it('has them with their new lines where they have moved', () => {
    const memory = createEntryMemory();
    read(file(good(1), good(2)), memory);
    const text = file(good(3), '# a comment\n', good(1), good(2));
    expect(read(text, memory)).toEqual(read(text));
    expect(read(file(good(1), good(2)), memory)).toEqual(read(file(good(1), good(2))));
  });

  it('leaves where it is what an entry has of the top level', () => {
    const memory = createEntryMemory();
    const plain = '  - {address: "10.0.0.1:80", real: ["10.1.0.1:80 masq"]}\n';
    const under = (...entries: readonly string[]) => `fallback: 10.2.0.1:80\n${file(...entries)}`;
    read(under(plain), memory);
    const moved = under('# a comment\n', plain);
    expect(virtualsOf(read(moved, memory))[0]?.fallbacks[0]?.at.line).toBe(1);
    expect(read(moved, memory)).toEqual(read(moved));
  });

  it('is read anew where anything but the entries has changed', () => {
    const memory = createEntryMemory();
    const [before] = virtualsOf(read(file(good(1)), memory));
    const text = file(good(1)).replace('checkinterval: 3', 'checkinterval: 4');
    expect(virtualsOf(read(text, memory))[0]?.checkintervalMs).toBe(4000);
    expect(before?.checkintervalMs).toBe(3000);
  });

  it('is read anew for another director and on another host', () => {
    const memory = createEntryMemory();
    const text = file(
      '  - {address: {a: "10.0.0.1:21", b: "10.0.0.2:21"}, service: ftp, real: [10.1.0.1 gate]}\n',
    );
    for (const director of ['a', 'b'])
      for (const hostname of ['x', 'y']) {
        const here = { ...environment, director, hostname };
        expect(read(text, memory, here)).toEqual(read(text, createEntryMemory(), here));
      }
  });

  it('asks the host again for what it asked the host for', () => {
    const memory = createEntryMemory();
    const text = file('  - {address: "www:80", real: [10.1.0.1 gate]}\n');
    for (const address of ['10.0.0.1', '10.0.0.2'] as const) {
      const here = { ...environment, resolveHost: () => address as never };
      expect(virtualsOf(read(text, memory, here))[0]?.id).toMatchObject({ address });
    }
    let judged = 0;
    const judgeProgram = () => {
      judged += 1;
      return undefined;
    };
    const external = file(
      '  - {address: "10.0.0.1:80", checktype: external, checkcommand: /bin/a, real: [10.1.0.1 gate]}\n',
    );
    read(external, memory, { ...environment, judgeProgram });
    read(external, memory, { ...environment, judgeProgram });
    expect(judged).toBe(2);
  });

  it('warns again of what it warned of', () => {
    const memory = createEntryMemory();
    const text = file('  - {address: "10.0.0.1:80", monitorfile: /m, real: [10.1.0.1 gate]}\n');
    expect(read(text, memory).problems).toHaveLength(1);
    expect(read(text, memory).problems).toHaveLength(1);
  });

  it('has lost nothing to a bad one in between', () => {
    const memory = createEntryMemory();
    const before = virtualsOf(read(file(good(1)), memory));
    expect(read(file(good(1), '  - {colour: red}\n'), memory).config).toBeUndefined();
    expect(virtualsOf(read(file(good(1)), memory))[0]).toBe(before[0]);
  });

  it('asks each question once a reading', () => {
    const asked: string[] = [];
    const resolveService = (name: string) => {
      asked.push(name);
      return 80;
    };
    const text = file('  - {address: "10.0.0.1:http", real: ["10.1.0.1:http masq", "10.1.0.2:http masq"]}\n');
    read(text, createEntryMemory(), { ...environment, resolveService });
    expect(asked).toEqual(['http']);
  });
});
