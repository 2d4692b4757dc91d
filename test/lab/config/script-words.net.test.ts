// Programs with arguments, quotes and escapes that are made up, as a real keepalived runs them: `convert` gives the same
// words. keepalived reads misc_path, script, quorum_up and notify_* in one way; scripts that are tracked need no IPVS.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';

let lab: Lab;
let folder: string;

beforeEach(() => {
  lab = createLab();
  folder = lab.directory('words');
});
afterEach(() => lab.dispose());

const count = 120;
const pieces = [
  ...['a', 'b2', '-x', '%', ' ', ' ', '  ', "'", "'", '"', '"', "'c d'", '"e f"', "''", '""'],
  ...[
    '\\n',
    '\\t',
    '\\x41',
    '\\x4',
    '\\xq',
    '\\101',
    '\\18',
    '\\cA',
    '\\E',
    '\\e',
    '\\"',
    "\\'",
    '\\\\',
    '\\ ',
  ],
];
const inner = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
/** In quotes of either kind, or bare. */
const quoted = fc.tuple(inner, fc.constantFrom('"', "'", '')).map(([text, quote]) => {
  if (quote === '') return text.replaceAll(/["']/g, '').replace(/\\+$/, '');
  return text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
});
const quotes = fc.constantFrom('"', "'", '');
const seed = 20_261;

function textOf(program: string, rest: string, quote: string): string {
  if (quote === '') return `${program} ${rest.replaceAll(/["']/g, '').replace(/\\+$/, '')}`.trimEnd();
  return `${quote}${program} ${rest}${quote}`;
}

/** It writes its arguments, an end behind each, in one go. */
function program(index: number): string {
  const file = join(folder, `p${index}`);
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\0' "$#" "$@" >"$0.new"; mv "$0.new" "$0.words"; exit 0\n`);
  chmodSync(file, 0o755);
  return file;
}

const theirs = (file: string): readonly string[] | undefined =>
  existsSync(`${file}.words`) ? readFileSync(`${file}.words`, 'latin1').split('\0').slice(1, -1) : undefined;

function ours(text: string): readonly string[] | undefined {
  const check = `real_server 192.0.2.1 80 {\nMISC_CHECK {\nmisc_path ${text}\n}\n}`;
  const { config } = convertedText(`virtual_server 192.0.2.9 80 {\nprotocol TCP\nlb_algo rr\n${check}\n}`);
  return config.virtuals[0]?.miscPath?.slice(1);
}

it('the words of a program are those that keepalived runs it with', async () => {
  const host = await lab.host('ka');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.7.0.1/24'] });
  const cases = fc.sample(fc.tuple(quoted, quotes), { numRuns: count, seed }).map(([rest, quote], index) => {
    const file = program(index);
    return { file, text: textOf(file, rest, quote) };
  });
  const last = program(count);
  const scripts = [...cases, { file: last, text: last }].map(
    ({ text }, index) => `vrrp_script s${index} {\n script ${text}\n interval 600\n user root\n}`,
  );
  const tracked = scripts.map((_, index) => `s${index} weight 0`).join('\n');
  startKeepalived(
    lab,
    host,
    `${scripts.join('\n')}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.7.0.9\n}\ntrack_script {\n${tracked}\n}\n}\n`,
  );
  await waitUntil(() => existsSync(`${last}.words`), { timeoutMs: 30_000, what: 'the last program' });
  const ran = cases.filter(({ file }) => existsSync(`${file}.words`)).length;
  expect(ran).toBeGreaterThan(count / 3);
  await waitUntil(() => cases.every(({ file, text }) => ours(text) === undefined || theirs(file)), {
    timeoutMs: 10_000,
    what: 'all programs that we run',
  }).catch(() => undefined);
  const wrong = cases.flatMap(({ file, text }) => {
    const pair = { text, theirs: theirs(file), ours: ours(text) };
    return JSON.stringify(pair.theirs) === JSON.stringify(pair.ours) ? [] : [pair];
  });
  expect(wrong).toEqual([]);
});
