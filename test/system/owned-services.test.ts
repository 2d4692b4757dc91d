import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownedServicesIn } from '../../src/system/owned-services.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owned-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('ownedServicesIn', () => {
  it('reads back what it wrote, in a folder that it makes, and leaves nothing beside it', () => {
    const owned = ownedServicesIn(join(folder, 'state'));
    expect(owned.write(['fwmark 1', 'tcp 10.0.0.1:80']).ok).toBe(true);
    expect(owned.read()).toEqual(['fwmark 1', 'tcp 10.0.0.1:80']);
    expect(readdirSync(join(folder, 'state'))).toEqual(['owned-services.json']);
  });
  it.each(['', '{', '{"a":1}', '[1,{}]', 'null'])('takes the broken file %j for none', (content) => {
    writeFileSync(join(folder, 'owned-services.json'), content);
    expect(ownedServicesIn(folder).read()).toEqual([]);
  });
  it('takes a missing file for none', () => expect(ownedServicesIn(folder).read()).toEqual([]));
  it('says so where it cannot write', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(ownedServicesIn(join(folder, 'file')).write([])).toMatchObject({
      ok: false,
      error: expect.stringContaining('Cannot keep state'),
    });
  });
});
