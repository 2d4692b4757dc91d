// `convert` on the command line: what goes where, and the exit codes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'convert-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, text: string, ...options: readonly string[]) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const [out, errors]: [string[], string[]] = [[], []];
  const io = {
    stdout: (said: string) => void out.push(said),
    stderr: (said: string) => void errors.push(said),
  };
  const status = await runCommandLine(['convert', file, ...options], io);
  return { status, out: out.join(''), errors: errors.join('').replaceAll(`${folder}/`, '') };
}

const router = (more = '') =>
  `vrrp_instance A {\ninterface eth0\nvirtual_router_id 51\n${more}\nvirtual_ipaddress {\n192.0.2.99\n}\n}\n`;

it('grades each note, and says in the last line how many of each', async () => {
  const { status, out, errors } = await run('k.conf', `global_defs {\nrouter_id x\n}\n${router()}`);
  expect(status).toBe(0);
  expect(out).toMatch(/^vrrp:\n/);
  expect(errors).toBe(
    'k.conf:2: harmless: router_id: left out, as nothing corresponds to it\n1 note: 1 harmless, 0 look, 0 dangerous\n',
  );
});

it('is silent where there is nothing to say', async () => {
  expect(await run('k.conf', router(), '--strict')).toMatchObject({ status: 0, errors: '' });
});

it('--strict: exit 1 with a dangerous note, and the YAML all the same', async () => {
  const text = router('track_bfd {\nb\n}');
  expect((await run('k.conf', text)).status).toBe(0);
  const strict = await run('k.conf', text, '--strict');
  expect(strict.status).toBe(1);
  expect(strict.out).toMatch(/^vrrp:\n/);
  expect(strict.errors).toMatch(/\n1 note: 0 harmless, 0 look, 1 dangerous\n$/);
  expect((await run('k.conf', `omega\n${router()}`, '--strict')).status).toBe(0);
});

it.each(['', 'hello\n', 'global_defs {\n}\n', 'ipvsadm -A -t $VIP:80\n'])(
  'nothing to use of %j: an error, no YAML, exit 1',
  async (text) => {
    const { status, out, errors } = await run('x', text);
    expect([status, out]).toEqual([1, '']);
    expect(errors).toMatch(/^x:1:1: Cannot convert: expected /m);
  },
);
