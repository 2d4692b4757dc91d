// The table of commands, and that each of them stands in the README and can be loaded.
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { read } from '../tidy/sources.ts';

const [, section = ''] = read('README.md').split(/^## Commands\n|^## Read on\n/m);
const rows = section.split('\n').filter((line) => line.startsWith('| `'));
/** "| `drain`, `disable` | of a real server |": each name with what is said of it. */
const documented = new Map(
  rows.flatMap((row) => {
    const [, names = '', meaning = ''] = row.split(/ ?\| /);
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, meaning] as const);
  }),
);

describe('README.md', () => {
  it('has a line for each command, and for no other', () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(commands).sort());
  });
  it.each([...documented])('says what %s does', (_, meaning) => {
    expect(meaning.length).toBeGreaterThan(10);
  });
});

describe('README.zh.md', () => {
  it('shows commands and options that there are', () => {
    const shown = [...read('README.zh.md').matchAll(/^lvs-director (\w+)((?: [^ #|>]+)*)/gm)];
    expect(shown.length).toBeGreaterThan(10);
    const unknown = shown.flatMap(([, name = '', words = '']) => {
      const command = commands[name as keyof typeof commands];
      if (command === undefined) return [name];
      const options = new Set(Object.keys(command.options));
      return [...words.matchAll(/ --([\w-]+)/g)]
        .map(([, option = '']) => option)
        .filter((option) => !options.has(option));
    });
    expect(unknown).toEqual([]);
  });
});

describe('the table of commands', () => {
  it.each(Object.entries(commands))('says of %s what it does, and where it is', async (_, command) => {
    expect(command.summary).toMatch(/^[a-z].{10,}[^.]$/);
    expect(await command.load()).toBeTypeOf('function');
  });
  it.each(Object.entries(commands))('has options of %s that one letter tells apart', (_, { options }) => {
    const letters = Object.values(options).flatMap(({ short = [] }) => short);
    expect(new Set(letters).size).toBe(letters.length);
  });
});
