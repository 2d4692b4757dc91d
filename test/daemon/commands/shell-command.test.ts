import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellCommands } from '../../../src/daemon/commands/shell-command.ts';
import { runScript } from '../../../src/system/programs/run-script.ts';

const run = shellCommands(runScript);

describe('a shell command', () => {
  it('gets the words behind its command line, unsplit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shell-'));
    const script = `f() { printf '%s|' "$@" > ${folder}/out; }; f fixed`;
    expect(await run(script, ['start', 'a b', 'tcp'])).toBe('exit 0');
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('fixed|start|a b|tcp|');
    rmSync(folder, { recursive: true });
  });
  it('tells the exit status and the signal', async () => {
    expect(await run('exit 3;', [])).toBe('exit 3');
    expect(await run('kill -TERM $$;', [])).toBe('signal SIGTERM');
  });
});
