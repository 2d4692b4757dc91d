import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { createJoiner, type Known, partsOf } from '../../src/compose/config-parts.ts';
import { createEntryMemory, type HeldEntries } from '../../src/config/entry-memory.ts';
import type { ConfigReading } from '../../src/config/judge-loss.ts';
import { parseConfig } from '../../src/config/load.ts';
import { environment } from '../make/environment.ts';

/** As between two processes. */
function sent(reading: ConfigReading, before: Known = new Map(), held?: HeldEntries) {
  const joiner = createJoiner(before);
  const slices = [...partsOf(reading, held)].map((parts) => deserialize(serialize(parts)));
  const readings = slices.map(joiner.take);
  return {
    reading: readings.at(-1),
    early: readings.slice(0, -1),
    known: joiner.known(),
    held: joiner.held(),
    slices,
  };
}

const sample = readFileSync(join(import.meta.dirname, '../../etc/lvs-director.yaml'), 'utf8');
const read = (text: string): ConfigReading => ({
  ...parseConfig(text, 'a.yaml', { ...environment, director: 'lvs1' }),
  end: 'line',
});

const many = read(
  `virtual:\n- {address: "10.0.0.1:80", real: [${Array.from({ length: 3000 }, (_, i) => `10.1.${i >> 8}.${i & 255}:80 gate`).join(', ')}, web.example.com:80 gate]}\n${Array.from({ length: 500 }, (_, i) => `- {address: "10.2.${i >> 8}.${i & 255}:80", real: [10.0.0.2:80 gate]}\n`).join('')}`,
);

describe('a reading in parts', () => {
  it.each([
    ['of the sample', read(sample)],
    ['of nothing', read('')],
    ['of a bad file', read('colour: red\n')],
    ['of many servers and services', many],
  ])('%s is the same again, and only with the last part', (_, reading) => {
    const { reading: again, early } = sent(reading);
    expect(again).toEqual(reading);
    expect(early.every((each) => each === undefined)).toBe(true);
  });

  it('has none that takes long to take in', () => {
    const { slices } = sent(many);
    expect(Math.max(...slices.map((parts) => serialize(parts).length))).toBeLessThan(200_000);
  });

  it('brings the texts that its services come from, with the very services', () => {
    const entry = (index: number) =>
      `- {addresses: ["10.0.${index}.1-2:80", "fwmark ${index + 1}"], real: [10.1.0.1 gate]}\n`;
    const text = `virtual:\n${entry(0)}# between\n${entry(1)}${entry(2)}`;
    const memory = createEntryMemory();
    const given = { ...parseConfig(text, 'a.yaml', environment, memory), end: 'line' } as const;
    const { reading, held } = sent(given, new Map(), memory.held());
    expect(held?.entries.map(({ text: each, line, virtuals }) => ({ text: each, line, virtuals }))).toEqual(
      memory.held()?.entries,
    );
    expect(held?.key).toBe(memory.held()?.key);
    const services = held?.entries.flatMap(({ virtuals }) => virtuals);
    expect(services).toHaveLength(9);
    expect(services?.every((virtual, at) => virtual === reading?.config?.virtuals[at])).toBe(true);
    expect(sent(given).held).toBeUndefined();
  });

  it('gives the very services of the last reading again, but those that are others', () => {
    const before = sent(read(sample));
    const again = sent(read(sample), before.known);
    const changed = sent(read(sample.replace(/checkinterval: \d+/, 'checkinterval: 7')), before.known);
    const [first, second, third] = [before, again, changed].map(
      ({ reading }) => reading?.config?.virtuals ?? [],
    );
    expect(first?.length).toBeGreaterThan(1);
    expect(second?.every((virtual, at) => virtual === first?.[at])).toBe(true);
    expect(third?.some((virtual, at) => virtual === first?.[at])).toBe(false);
  });
});
