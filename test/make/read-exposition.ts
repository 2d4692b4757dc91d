// Reads metrics as Prometheus does, and is as strict: one head a family, its samples in one piece, no sample twice.

export type ReadFamily = {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly { readonly name: string; readonly labels: string; readonly value: number }[];
};

/** @throws at the first line that breaks a rule. */
export function readExposition(text: string): ReadonlyMap<string, ReadFamily> {
  const families = new Map<
    string,
    { type: string; help: string; samples: ReadFamily['samples'][number][] }
  >();
  const seen = new Set<string>();
  let current = '';
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '# EOF') continue;
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (families.has(name)) throw new Error(`${name} has two heads`);
      families.set(name, { type: '', help: rest, samples: [] });
      current = name;
    } else if (word === 'TYPE') {
      const family = families.get(name);
      if (family === undefined || name !== current) throw new Error(`${line} stands alone`);
      family.type = rest;
    } else {
      const [, sample = '', labels = '', value = ''] =
        /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line) ?? [];
      const stem = sample.replace(/_(bucket|sum|count|total|info)$/, '');
      if (sample !== current && stem !== current) throw new Error(`${line} stands below ${current}`);
      if (seen.has(`${sample} ${labels}`)) throw new Error(`${line} stands twice`);
      if (!Number.isFinite(Number(value)) || value === '') throw new Error(`${line} has no number`);
      seen.add(`${sample} ${labels}`);
      families.get(current)?.samples.push({ name: sample, labels, value: Number(value) });
    }
  }
  return families;
}
