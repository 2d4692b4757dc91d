import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { probeFile } from '../../src/probes/file.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'probe-file-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function check(content: string) {
  const path = join(folder(), 'state');
  writeFileSync(path, content);
  return probeFile({ kind: 'file', path });
}

it.each([
  ['0\n', { outcome: 'success', detail: 'the file says 0' }],
  ['-0', { outcome: 'success' }],
  ['1\n', { outcome: 'failure', detail: 'the file says 1' }],
  ['-3', { outcome: 'failure' }],
  ['50%\n', { outcome: 'success', detail: 'the file says 50%', weightPercent: 50 }],
  ['drain\nmore\n', { outcome: 'success', weightPercent: 0 }],
  ['down # upgrade\n', { outcome: 'failure' }],
  ['', { outcome: 'unmade' }],
  ['perhaps\n', { outcome: 'unmade' }],
  [`0${' '.repeat(1_000_000)}1`, { outcome: 'success' }],
] as const)('a file that says %.20j', async (content, result) => {
  expect(await check(content)).toMatchObject(result);
});

it('a file that is not there says nothing against the server, as in keepalived', async () => {
  expect(await probeFile({ kind: 'file', path: join(folder(), 'none') })).toMatchObject({
    outcome: 'success',
  });
});

it('what is no file is not read, and never waited for', async () => {
  const path = folder();
  expect(await probeFile({ kind: 'file', path })).toMatchObject({ outcome: 'unmade' });
  execFileSync('mkfifo', [join(path, 'pipe')]);
  expect(await probeFile({ kind: 'file', path: join(path, 'pipe') })).toMatchObject({ outcome: 'unmade' });
});
