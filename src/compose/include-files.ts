// The files that the pattern of an include means: blanks part several, braces are alternatives, * ? and [] stand for
// parts of one name. A relative pattern is seen from the folder of the file that includes.
import { readdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { decodeText } from '../net/raw-bytes.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import { configBytesMax } from './config-bytes.ts';

export function filesOf(
  pattern: string,
  from: string,
): readonly { readonly file: string; readonly text: string }[] {
  const patterns = pattern.split(/\s+/).flatMap(alternatives);
  const files = patterns.flatMap((each) => matching(isAbsolute(each) ? each : join(dirname(from), each)));
  return files.flatMap((file) => {
    const read = readRegularNow(file, { bytesMax: configBytesMax });
    return read.ok ? [{ file, text: decodeText(read.value.content) }] : [];
  });
}

function alternatives(pattern: string): readonly string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', inside = '', after = ''] = match;
  return inside.split(',').flatMap((each) => alternatives(`${before}${each}${after}`));
}

function matching(pattern: string): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '');
  return parts.reduce<readonly string[]>(
    (folders, part) =>
      folders.flatMap((folder) => (/[*?[]/.test(part) ? entries(folder, part) : [join(folder, part)])),
    [pattern.startsWith('/') ? '/' : '.'],
  );
}

function entries(folder: string, part: string): readonly string[] {
  const source = part
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  try {
    const name = new RegExp(`^(?!\\.)${source.replaceAll('[!', '[^')}$`);
    return readdirSync(folder)
      .filter((each) => name.test(each))
      .sort()
      .map((each) => join(folder, each));
  } catch {
    return [];
  }
}
