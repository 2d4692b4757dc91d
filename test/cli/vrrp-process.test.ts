// The VRRP process must be back within an advert interval after a crash, so it loads no more than it needs.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runVrrpProcess } from '../../src/cli/vrrp-process.ts';

const source = fileURLToPath(new URL('../../src/cli/vrrp-process.ts', import.meta.url));

/** Every module that loading `file` loads as well; type imports vanish when compiled. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, clause = '', target = ''] of text.matchAll(/^(?:import|export) ([^;]*?)from '([^']+)';/gms)) {
    if (clause.startsWith('type ')) continue;
    if (target.startsWith('.')) loadedWith(join(dirname(file), target), seen);
    else seen.add(target);
  }
  return seen;
}

describe('the hidden command vrrp-process', () => {
  it('loads no npm package at once, and of src only what it runs', () => {
    const loaded = [...loadedWith(source)].map((path) => path.replace(/^.*\/src\//, 'src/'));
    expect(loaded.filter((path) => !path.startsWith('src/') && !path.startsWith('node:'))).toEqual([]);
    const parts = new Set(loaded.map((path) => path.split('/')[1] ?? path));
    for (const part of ['config', 'health', 'probes', 'reconcile']) expect(parts).not.toContain(part);
  });

  it('refuses to run without a main process to speak to', async () => {
    const said: string[] = [];
    const send = process.send;
    delete process.send;
    const status = await runVrrpProcess([], { stdout: () => {}, stderr: (text) => said.push(text) });
    if (send !== undefined) process.send = send;
    expect(status).toBe(2);
    expect(said).toEqual(['Cannot run vrrp-process: expected the main process to speak to, got none\n']);
  });
});
