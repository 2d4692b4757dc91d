import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runShellCommand } from '../../src/system/shell-command.ts';

describe('runShellCommand', () => {
  it('hands the arguments on behind the command line, unsplit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shell-'));
    const script = `f() { printf '%s|' "$@" > ${folder}/out; }; f fixed`;
    expect(await runShellCommand(script, ['start', 'a b', 'tcp'])).toBe('exit 0');
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('fixed|start|a b|tcp|');
    rmSync(folder, { recursive: true });
  });
  it('tells the exit status and the signal', async () => {
    expect(await runShellCommand('exit 3;', [])).toBe('exit 3');
    expect(await runShellCommand('kill -TERM $$;', [])).toBe('signal SIGTERM');
  });
});
