// The message catalog, compiled and shown by journalctl itself.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript, as make needs no build for it
import * as made from '../../scripts/package/catalog.mjs';
import { catalogue } from '../../src/journal/catalogue.ts';
import { messageIds } from '../../src/journal/message-ids.ts';
import { isInstalled } from './share.ts';

const { catalogOf } = made as { readonly catalogOf: (page?: string) => string };
const root = mkdtempSync(join(tmpdir(), 'lvs-director-catalog-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the message catalog', () => {
  it('says of each event what docs/events.md says', () => {
    const subjects = [...catalogOf().matchAll(/^-- ([0-9a-f]{32})\nSubject: (\S+)$/gm)];
    expect(Object.fromEntries(subjects.map(([, id, event]) => [event, id]))).toEqual(messageIds);
    expect(subjects).toHaveLength(Object.keys(catalogue).length);
    expect(catalogOf()).toContain('The running config stays in force, unchanged.');
  });

  it('is text without marks', () => {
    const page = '### `daemon.ready`\ninfo · `a`\nSee [the *page*](#ready) of `y` @Z@.\n| a | b |\n';
    expect(catalogOf(page)).toMatch(/\n\nSee the page of y Z\.\n$/);
  });

  it.skipIf(!isInstalled('journalctl'))('is taken by journalctl, whole', () => {
    mkdirSync(join(root, 'usr/lib/systemd/catalog'), { recursive: true });
    mkdirSync(join(root, 'var/lib/systemd/catalog'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/systemd/catalog/lvs-director.catalog'), catalogOf());
    const journalctl = (...words: readonly string[]) =>
      execFileSync('journalctl', [`--root=${root}`, ...words], { encoding: 'utf8', stdio: 'pipe' });
    journalctl('--update-catalog');
    const listed = journalctl('--list-catalog').trim().split('\n');
    expect(listed.map((line) => line.split(' ')[0]).sort()).toEqual(Object.values(messageIds).sort());
    const id = messageIds['vrrp.transition'] ?? '';
    expect(journalctl('--dump-catalog', id)).toMatch(
      /vrrp\.transition[\s\S]*A virtual router changed its state/,
    );
  });
});
