// Each event has a MESSAGE_ID in the journal that never changes: made of its name, as RFC 9562 §5.5 makes one.
// UPDATE=1 writes the list.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/journal/catalogue.ts';
import { messageIds } from '../../src/journal/message-ids.ts';
import { read, root } from './sources.ts';

const path = 'src/journal/message-ids.ts';
/** Of no other program. */
const namespace = Buffer.from('40794b18e8be4942a0cdb29a52accb8d', 'hex');

function idOf(name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex');
}

describe('src/journal/message-ids.ts', () => {
  it('has the id of each event, and of none that is not there (UPDATE=1 writes it)', () => {
    const [head = ''] = read(path).split('export const');
    const rows = Object.keys(catalogue)
      .sort()
      .map((name) => `  '${name}': '${idOf(name)}',\n`);
    const text = `${head}export const messageIds: Readonly<Record<string, string>> = {\n${rows.join('')}};\n`;
    if (process.env.UPDATE === '1') writeFileSync(join(root, path), text);
    expect(read(path)).toBe(text);
  });

  it('has the ids that journals of the field hold already', () => {
    expect(messageIds['vrrp.transition']).toBe('23c9423136e25ea9b2af82d7a326d6d0');
    expect(idOf('daemon.ready')).toBe(messageIds['daemon.ready']);
  });
});
