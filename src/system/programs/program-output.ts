// What a program of the system prints when it is asked (ip, nft, iptables-save): all of it, within a time and an amount.
import { execFile } from 'node:child_process';
import { err, ok, type Result } from '../../net/result.ts';

const limitMs = 20_000;
const bytesMax = 64 * 1024 * 1024;

/** @returns its standard output; else why there is none, in words: "nft is not there", what it said, how it ended. */
export function programOutput(program: string, ...words: readonly string[]): Promise<Result<string>> {
  const environment = { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: 'C' };
  const options = { timeout: limitMs, maxBuffer: bytesMax, env: environment };
  return new Promise((resolve) => {
    execFile(program, [...words], options, (error, stdout, stderr) => {
      if (error === null) return resolve(ok(stdout));
      if (error.code === ('ENOENT' as unknown)) return resolve(err(`${program} is not there`));
      const said = stderr.trim().split('\n')[0] ?? '';
      resolve(err(`${program} ${words.join(' ')}: ${said === '' ? error.message : said}`));
    });
  });
}
