// What the doctor may find, and docs/doctor.md: the same names.
import { describe, expect, it } from 'vitest';
import { examinations } from '../../src/doctor/examinations.ts';
import { probings } from '../../src/doctor/probes/probings.ts';
import { read } from '../tidy/sources.ts';

const names = [...examinations, ...probings].flatMap((each) => each.names);
const documented = [...read('docs/doctor.md').matchAll(/^## ([a-z0-9-]+)\n(Fault|Warning)\. /gm)].map(
  ([, name]) => name,
);

describe('findings', () => {
  it('have a name each, and a section of docs/doctor.md that begins with the level', () => {
    expect(new Set(names).size).toBe(names.length);
    expect([...documented].sort()).toEqual([...names].sort());
  });
});
