import { expect, it } from 'vitest';
import { fingerprintOf, readingOfText } from '../../src/config/reading-of-text.ts';
import { parseYamlText } from '../make/environment.ts';

it('equal texts have equal fingerprints, on directors of whatever name', () => {
  const text = 'vrrp_process: {realtime: {lvs1: 10, lvs2: 20}}\n';
  const prints = ['lvs1', 'lvs2'].map(
    (director) => readingOfText(parseYamlText(text, { director }), text).config?.fingerprint,
  );
  expect(prints[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(prints[1]).toBe(prints[0]);
});

it('a text that differs in one place has another, wherever that is', () => {
  const text = 'priority: 100\n'.repeat(50);
  const others = Array.from({ length: text.length }, (_, at) => `${text.slice(0, at)}~${text.slice(at + 1)}`);
  const all = [text, `${text} `, ` ${text}`, text.slice(1), text.slice(0, -1), ...others];
  expect(new Set(all.map(fingerprintOf)).size).toBe(all.length);
});
