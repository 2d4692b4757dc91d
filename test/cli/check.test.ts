import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

const directory = mkdtempSync(join(tmpdir(), 'lvs-director-check-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function check(text: string, ...argv: readonly string[]) {
  const file = join(directory, 'test.yaml');
  writeFileSync(file, text);
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    stdout: (words: string) => void out.push(words),
    stderr: (words: string) => void err.push(words.replaceAll(file, 'FILE')),
  };
  const code = await runCommandLine(['check', '-c', file, ...argv], io);
  return { code, out: out.join(''), err: err.join('') };
}

const good = `vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, virtual_ipaddress: 10.0.0.1/24, priority: {a: 9, b: 8}}
virtual:
  - {address: 10.0.0.1:80, fallback: 127.0.0.1, checktype: 3, real: [10.0.0.2:80 gate 5]}
`;

describe('lvs-director check', () => {
  it('says what a good config means, and exits with 0', async () => {
    const { code, out, err } = await check(good, '--director', 'b');
    expect(code).toBe(0);
    expect(err).toBe('FILE: good\n');
    expect(out).toContain('director b\n');
    expect(out).toMatch(/VI_1 +eth0 +51 +8 +v3 every 1s +multicast +10\.0\.0\.1\/24 \(lease 4 s\)/);
    expect(out).toMatch(/10\.0\.0\.2:80 +gate +5 +GET http:.* then 3 x connect to port 80/);
    expect(out).toMatch(/127\.0\.0\.1:80 +gate +1 +none: the fallback/);
  });

  it('says when checks come, the first as well where that is said', async () => {
    const timed = (more: string) =>
      check(
        good.replace('checktype: 3', `checktype: 3, failurecount: 2, retryinterval: 1s${more}`),
        '--director',
        'b',
      );
    expect((await timed('')).out).toContain(
      'checked every 10s, 1s after a failure, removed after 2 failure(s)',
    );
    expect((await timed(', warmup: 5s')).out).toContain(
      'checked every 10s, first within 5s, 1s after a failure',
    );
  });

  it('says which packets we mark', async () => {
    const marks = 'marks: [{address: 10.0.0.1, ports: [80, 443]}]';
    const { out } = await check(`virtual:\n  - {fwmark: 3, ${marks}, real: [10.0.0.2 gate]}\n`);
    expect(out).toContain('  marked by us: tcp 10.0.0.1:80, tcp 10.0.0.1:443\n');
  });

  it('says everything that is wrong, and exits with 2', async () => {
    const { code, out, err } = await check(`${good}colour: red\nquiescent: perhaps\n`, '--director', 'a');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toBe(
      'FILE:5:1: Cannot read config: expected a known key, got "colour"\n' +
        'FILE:6:12: Cannot read quiescent: expected yes or no, got perhaps\n' +
        'FILE: 2 error(s)\n',
    );
  });

  it('counts warnings and is good with them', async () => {
    const { code, err } = await check('fork: yes\n');
    expect(code).toBe(0);
    expect(err).toContain('FILE:1:7: warning: Cannot honour fork');
    expect(err).toContain(
      'FILE: good, but it names nothing to do: neither a service nor a virtual router, 1 warning(s)\n',
    );
  });

  it('says the same as JSON', async () => {
    const { code, out } = await check('colour: red\n', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      good: false,
      problems: [{ severity: 'error', at: { line: 1, column: 1 } }],
    });
  });

  it('prints the JSON Schema of the file', async () => {
    const { code, out } = await check('', '--schema');
    expect(code).toBe(0);
    const { properties } = JSON.parse(out) as {
      properties: Record<string, { items?: { properties?: object } }>;
    };
    expect(Object.keys(properties)).toContain('virtual');
    expect(properties.vrrp?.items?.properties).toHaveProperty('virtual_router_id');
  });

  it('exits with 2 for a file that is not there and for words it does not know', async () => {
    const io = { stdout: () => {}, stderr: () => {} };
    expect(await runCommandLine(['check', '-c', join(directory, 'none.yaml')], io)).toBe(2);
    expect(await runCommandLine(['check', '--colour'], io)).toBe(2);
  });
});
