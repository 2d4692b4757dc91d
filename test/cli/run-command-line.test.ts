import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/command-line.ts';
import { commands } from '../../src/cli/commands.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

function recordingIo() {
  const out: string[] = [];
  const errors: string[] = [];
  return {
    out,
    errors,
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void errors.push(text),
  };
}

describe('runCommandLine', () => {
  it('lists every command and the exit codes', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['--help'], io)).toBe(0);
    for (const name of Object.keys(commands)) expect(io.out.join('')).toContain(`\n  ${name} `);
    expect(io.out.join('')).toContain('Exit codes: 0 good');
    expect(io.out.join('')).not.toContain('vrrp-process');
  });
  it('refuses an unknown command with exit 2 and the usage', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['relaod'], io)).toBe(2);
    expect(io.errors.join('')).toContain('Cannot run: expected a known command, got relaod');
  });
  it('answers --help of one command without running it', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['failover', '--help'], io)).toBe(0);
    expect(io.out.join('')).toContain('failover [INSTANCE]');
  });
  it('answers --help with arguments before options, and what only this help says', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['where', 'x', '-h'], io)).toBe(0);
    expect(io.out.join('')).toMatch(
      /^lvs-director where 'CLIENT:PORT -> ADDRESS:PORT\/tcp' \[-c FILE\] \[--json\]\n {2}which .*\n[\s\S]*\n {2}exit 1 /,
    );
  });
  it('knows commands of two words, and helps with all that begin alike', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['ipvs', '--help'], io)).toBe(0);
    expect(io.out.join('')).toMatch(/^lvs-director ipvs list [\s\S]*\nlvs-director ipvs save\n/);
    expect(await runCommandLine(['ipvs', 'lost'], io)).toBe(2);
    expect(await runCommandLine(['ipvs'], io)).toBe(2);
    expect(io.errors).toEqual([
      'Cannot run ipvs: expected list or save, got lost\n',
      'Cannot run ipvs: expected list or save, got nothing\n',
    ]);
  });
  it('refuses bad usage with 2, but for a plan whose 2 says that there is something to change', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['plan', '--jsn'], io)).toBe(2);
    expect(await runCommandLine(['plan', '--jsn', '--detailed-exitcode'], io)).toBe(1);
  });
  it('says that no daemon is running, with the path that was tried', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['status', '--socket', '/nonexistent/control.sock'], io)).toBe(1);
    expect(io.errors.join('')).toContain('not running here: nobody answers at /nonexistent/control.sock');
  });
});

describe('parseArguments', () => {
  it('refuses what no option names', () => {
    const io = recordingIo();
    expect(parseArguments(['--jsn'], { options: { json: { type: 'boolean' } } }, io)).toBeUndefined();
    expect(io.errors.join('')).toContain('--jsn');
  });
  it('refuses more arguments than the command takes', () => {
    const io = recordingIo();
    expect(parseArguments(['a', 'b'], { takes: ['ONE'], options: {} }, io)).toBeUndefined();
    expect(io.errors.join('')).toContain('at most 1 argument(s), got 2');
  });
});

it('quotes arguments on one harmless line', async () => {
  const wild = 'a\nforged\x1b[2J\u202e\u009b';
  for (const argv of [
    [wild],
    ['why', wild, '--socket', wild],
    ['convert', 'x', '--from', wild],
    ['ipvs', wild],
  ]) {
    let said = '';
    const write = (text: string) => {
      said += text;
    };
    await runCommandLine(argv, { stdout: write, stderr: write });
    expect(said).not.toMatch(/^forged|[^\n\P{C}]/mu);
  }
  for (const argv of [
    ['drain', 'x', '--timeout', wild],
    ['check', `--${wild}`],
  ]) {
    let said = '';
    await runCommandLine(argv, { stdout: () => {}, stderr: (text) => (said += text) });
    expect(said).not.toMatch(/^forged|[^\n\P{C}]/mu);
  }
});
