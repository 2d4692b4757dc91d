import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { quietConsole } from '../../../src/system/host/quiet-console.ts';
import { bareCode, filesUnder, isTypeScript, read } from '../../tidy/sources.ts';

it('nothing that a library says through the console is written', () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const console = new Console({ stdout, stderr });
  const speak = () => {
    console.log('a');
    console.error('b');
    console.warn('c');
    console.trace('d');
    console.dir({ e: 1 });
  };
  speak();
  expect([stdout.read(), stderr.read()].map(String)).toEqual([
    expect.stringMatching(/a\n.*e: 1/),
    expect.stringMatching(/b\nc\nTrace: d/),
  ]);
  quietConsole(console);
  speak();
  expect([stdout.read(), stderr.read()]).toEqual([null, null]);
});

it('nothing of ours is said there, as it would not be heard', () => {
  const speaks = (path: string) => /\bconsole\.\w/.test(bareCode(read(path)));
  expect(filesUnder('src', isTypeScript).filter(speaks)).toEqual([]);
});
