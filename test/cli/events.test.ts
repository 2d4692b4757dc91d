// Files of the log as people have them: rotated, cut, with what a crash or a step of the clock left in them.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(...argv: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const status = await runCommandLine(argv, {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
  });
  return { status, ...said };
}

/** @param at the time of 2026-03-01 */
const line = (at: string, event: string, more: object = {}) =>
  `${JSON.stringify({ timestamp: `2026-03-01T${at}.000Z`, level: 'info', event, message: at, ...more })}\n`;
const started = line('14:00:00', 'daemon.started', { director: 'lvs1' });
const down = line('14:00:01', 'real.down', { service: 'web', real: '10.9.0.11:80' });
const up = line('14:00:02', 'real.up', { service: 'web', real: '10.9.0.11:80' });

/** @returns their names, as `--file` options. */
const files = (texts: Readonly<Record<string, string | Buffer>>): readonly string[] =>
  Object.entries(texts).flatMap(([name, text]) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return ['--file', file];
  });

const told = async (options: readonly string[]) => {
  const { stdout, ...rest } = await run('events', '--json', ...options);
  const records = stdout.split('\n').filter((each) => each !== '');
  return { ...rest, events: records.map((each) => (JSON.parse(each) as { event: string }).event) };
};

describe('events of files', () => {
  const all = ['daemon.started', 'real.down', 'real.up'];

  it('are of one director where a log was rotated, in whatever order its files are named', async () => {
    const options = files({ log: up, 'log.1': down, 'log.2': started });
    expect(await told(options)).toEqual({ status: 0, stderr: '', events: all });
    expect((await run('events', '--json', ...options)).stdout).not.toContain('"director":"log');
    const { directors } = JSON.parse((await run('report', '--json', ...options)).stdout);
    expect(directors).toEqual(['lvs1']);
  });

  it.each([
    ['half a line at its end', `${started}${down}${up}{"timestamp":"2026-03`, 1],
    ['zeros where the power failed', `${started}${'\0'.repeat(9000)}${down}${up}`, 0],
    ['lines of others', `{}\n[]\nnull\n"x"\n${started}${down}<6>kernel: x\n${up}`, 5],
    [
      'an event without a time',
      `${started}${down}${up}{"event":"x","level":"info","message":"","timestamp":""}\n`,
      1,
    ],
    ['brackets without end', `${'['.repeat(100_000)}\n${started}${down}${up}`, 1],
    ['the ends of lines of another system', [started, down, up].join('').replaceAll('\n', '\r\n'), 0],
  ])('are there with %s', async (_, text, others) => {
    const { stderr, events } = await told(files({ log: text }));
    expect(events).toEqual(all);
    expect(stderr).toContain(others === 0 ? '' : `${others} line(s) left out that are no events in JSON`);
  });

  it('are there with bytes that are no text', async () => {
    const garbage = Buffer.concat([randomBytes(50_000), Buffer.from('\n')]);
    const { status, events } = await told(
      files({ log: Buffer.concat([garbage, Buffer.from(started), garbage, Buffer.from(`${down}${up}`)]) }),
    );
    expect({ status, events }).toEqual({ status: 0, events: all });
  });

  it('are in the order in which they were told where the clock was set back', async () => {
    const options = files({
      log: `${started}${down}${line('12:30:00', 'real.up', { service: 'web', real: 'x' })}`,
    });
    expect((await told(options)).events).toEqual(all);
  });

  it('that are none are no error, and a file that is not there is one', async () => {
    expect(await run('report', ...files({ log: '' }))).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^nothing was told in that time\n/),
    });
    expect(await run('events', '--file', join(folder, 'none'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('got ENOENT'),
    });
    expect((await run('events', '--file', folder)).stderr).toContain('got EISDIR');
  });
});
