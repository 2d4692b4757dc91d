// Every word that keepalived's own parser knows is known to convert: it is read, or a note says what does its work here.
import { describe, expect, it } from 'vitest';
import { convertKeepalived } from '../../../src/config/convert/keepalived/document.ts';
import { leftOutWords } from '../../../src/config/convert/left-out-words.ts';
import { noFiles } from '../../make/conversion.ts';
import { keepalivedKeywords } from './keepalived-words-known.ts';

const unknown = 'is not known to have such a word';

/** A file with that word in that block. */
function fileWith(path: string, word: string): string {
  const [root = '', ...blocks] = path.split(' ').filter((each) => each !== '');
  if (root === '') return `${word} x {\n}\n`;
  const head = (block: string) => (block === 'real_server' ? 'real_server 192.0.2.3 80' : block);
  const inside = blocks.reduceRight((text, block) => `${head(block)} {\n${text}\n}`, `${word} 1`);
  if (root === 'vrrp_instance')
    return `vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n${inside}\nvirtual_ipaddress {\n192.0.2.9\n}\n}\n`;
  if (root === 'virtual_server')
    return `virtual_server 192.0.2.1 80 {\n${inside}\nreal_server 192.0.2.4 80 {\n}\n}\n`;
  return `${root} x {\n${inside}\n}\n`;
}

const notesOf = (path: string, word: string): readonly string[] =>
  convertKeepalived({ file: 'old', text: fileWith(path, word) }, noFiles).notes.map(({ text }) => text);

describe.each(Object.entries(keepalivedKeywords))('keepalived in %j', (path, words) => {
  it.each(words.split(/\s+/))('%s', (word) => {
    expect(notesOf(path, word).filter((text) => text.includes(unknown))).toEqual([]);
  });
});

/** But for blocks that are left out whole, and one whose words are looked for one by one. */
const heard = Object.keys(keepalivedKeywords).filter(
  (path) => !/^(bfd|garp_group|track_group)|auth|host$/.test(path),
);

describe('a word that nobody knows', () => {
  it.each(heard)('is told of in %j', (path) => {
    const told = notesOf(path, 'never_heard_of').filter((text) => text.includes(unknown));
    expect(told).toHaveLength(1);
  });
});

it('each word that is left out has one reason', () => {
  const words = leftOutWords.flatMap(([, , each]) => each);
  expect(words.filter((word, i) => words.indexOf(word) < i)).toEqual([]);
});
