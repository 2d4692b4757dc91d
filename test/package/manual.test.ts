// The manual pages, made of the table of commands and of docs/: whole, and without a complaint of mandoc(1) and man(1).
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { documentSchema } from '../../src/config/document.ts';
import { catalogue } from '../../src/journal/catalogue.ts';
import { folderOf, isInstalled, manuals } from './share.ts';

const pages = manuals();
const folder = folderOf(Object.fromEntries(pages));
afterAll(() => rmSync(folder, { recursive: true }));

/** As a reader has it, wide enough that no word is parted. */
function rendered(name: string): string {
  const env = { PATH: process.env.PATH, MANWIDTH: '4000', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '' };
  return spawnSync('man', ['-l', join(folder, name)], { encoding: 'utf8', env }).stdout;
}
const ofName = (start: string) => pages.find(([name]) => name.includes(`/${start}.`))?.[0] ?? '';

describe.each(pages.map(([name]) => name))('%s', (name) => {
  it.skipIf(!isInstalled('mandoc'))('is good to mandoc', () => {
    const { stdout, stderr, status } = spawnSync('mandoc', ['-Tlint', join(folder, name)], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });
  it.skipIf(!isInstalled('man'))('is good to man', () => {
    const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
    const words = ['--warnings', '-l', join(folder, name)];
    const { stdout, stderr, status } = spawnSync('man', words, { encoding: 'utf8', env });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('NAME');
  });
});

describe.skipIf(!isInstalled('man'))('as they are read', () => {
  it('have every command with its summary', () => {
    const text = rendered(ofName('lvs-director'));
    for (const [name, { summary }] of Object.entries(commands)) {
      expect(text).toMatch(RegExp(`^   ${name}$`, 'm'));
      expect(text).toContain(summary.slice(1));
    }
  });
  it('have every section of the config', () => {
    const text = rendered(ofName('lvs-director.yaml'));
    for (const key of Object.keys(documentSchema.shape)) expect(text).toContain(key);
    // A code block, a table's row, and what roff would take for its own.
    expect(text).toContain('      - {service: https, request: /health, receive: "^OK"}');
    expect(text).toMatch(
      /^ +state_dir\s+\(default: \/var\/lib\/lvs-director\) What must survive a restart\.$/m,
    );
  });
  it('have every event', () => {
    const text = rendered(ofName('lvs-director-events'));
    for (const event of Object.keys(catalogue))
      expect(text).toMatch(RegExp(`^   ${event.replace('.', '\\.')}$`, 'm'));
  });
  it('show no mark of Markdown', () => {
    for (const [name] of pages) {
      expect(rendered(name)).not.toMatch(/\*\*\w|\w\*\*|\]\(|```|<!--/);
    }
  });
});
