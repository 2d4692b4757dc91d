// An output whose reader is slow, stuck or gone: nobody waits, what is lost is counted, what was said last is not lost.
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogSink } from '../../../src/ports/log-sink.ts';
import { openLogOutput } from '../../../src/system/files/log-output.ts';

const line = `${'x'.repeat(999)}\n`;

function open() {
  const stream = new PassThrough({ highWaterMark: 1 });
  const troubles: string[] = [];
  const leftOut = { count: 0 };
  const output: LogSink = openLogOutput(stream, {
    onFailed: (error) => void troubles.push(error.message),
    onLeftOut: () => {
      leftOut.count += 1;
    },
    onLost: (lines) => {
      troubles.push(`lost ${lines}`);
      output.write(`lost ${lines}\n`, 'info');
    },
  });
  return { stream, troubles, leftOut, output };
}

const readAll = async (stream: PassThrough) => {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await turn();
  return () => text.split('\n').slice(0, -1);
};

describe('an output that nobody reads', () => {
  it('takes a bounded number of bytes, and tells the rest as lost when it is read again, in its place', async () => {
    const { stream, troubles, leftOut, output } = open();
    for (let index = 0; index < 3000; index++) output.write(line, 'info');
    expect(stream.writableLength + stream.readableLength).toBeLessThan(1_060_000);
    expect(troubles).toEqual([]);
    const before = leftOut.count;
    const lines = await readAll(stream);
    output.write('after\n', 'info');
    await output.close();
    const kept = lines().filter((each) => each.startsWith('x')).length;
    expect(troubles).toEqual([`lost ${3000 - kept}`]);
    expect(before).toBe(3000 - kept);
    expect(kept).toBeGreaterThan(1000);
    expect(lines().slice(kept)).toEqual([`lost ${3000 - kept}`, 'after']);
  });

  it('takes no line behind a gap that is not told yet', async () => {
    const { stream, output } = open();
    for (let index = 0; index < 3000; index++) output.write(line, 'info');
    stream.read(5000); // room for some, but not half of it
    output.write('too early\n', 'info');
    const lines = await readAll(stream);
    await output.close();
    expect(lines()).not.toContain('too early');
    expect(lines().at(-1)).toMatch(/^lost \d+$/);
  });

  it('is given up at the end after two seconds', async () => {
    const { output } = open();
    output.write(line, 'info');
    output.write(line, 'info');
    const begun = performance.now();
    await output.close();
    expect(performance.now() - begun).toBeGreaterThan(1900);
  });
});

describe('an output that is read', () => {
  it('has everything when it is closed', async () => {
    const { stream, troubles, output } = open();
    const lines = await readAll(stream);
    for (let index = 0; index < 500; index++) output.write(`${index}\n`, 'info');
    await output.close();
    expect(lines()).toEqual(Array.from({ length: 500 }, (_, index) => `${index}`));
    expect(troubles).toEqual([]);
  });
});

describe('an output to journald', () => {
  it('has the level before each line', async () => {
    const stream = new PassThrough();
    const output = openLogOutput(
      stream,
      { onFailed: () => {}, onLeftOut: () => {}, onLost: () => {} },
      (level) => `<${level}>`,
    );
    const lines = await readAll(stream);
    output.write('{"a":1}\n', 'error');
    output.write('{"b":2}\n', 'info');
    await output.close();
    expect(lines()).toEqual(['<error>{"a":1}', '<info>{"b":2}']);
  });
});

describe('an output whose reader is gone', () => {
  it('is told once, and written to without harm', async () => {
    const { stream, troubles, output } = open();
    stream.destroy(new Error('write EPIPE'));
    await turn();
    for (let index = 0; index < 10; index++) output.write(line, 'info');
    await output.close();
    expect(troubles).toEqual(['write EPIPE']);
  });
});
