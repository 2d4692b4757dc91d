// Follows the config file, and those that it executes, where the configuration says so: it is read again when it changes (`autoreload`), and a program is
// told (`callback`). As in ldirectord the program comes second, whether the file was good or not, is the one of the
// configuration that is in force then, and is told of a change of what the file says, not of its times.
import { resolve } from 'node:path';
import type { CommandQueue } from '../daemon/commands/command-queue.ts';
import type { Journal } from '../journal/event.ts';
import type { Config } from '../model/config/config.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import { readSettled } from '../system/files/settled-file.ts';
import { watchChange } from '../system/files/watch-change.ts';
import { configBytesMax } from './config-bytes.ts';

export type FollowShell = {
  readonly journal: Journal;
  readonly commands: CommandQueue;
  readonly reload: () => Promise<unknown>;
};

type Followed = { readonly end: () => void; digest: string | undefined };

/** @returns to be told each configuration that takes effect. */
export function createFileFollower({ journal, commands, reload }: FollowShell): (config: Config) => void {
  const followed = new Map<string, Followed>();
  let latest: Config | undefined;
  let turn = Promise.resolve();

  async function changed(file: string): Promise<void> {
    if (latest?.autoreload === true) await reload();
    const { callback } = latest ?? {};
    const known = followed.get(file);
    if (callback === undefined || known === undefined) return;
    const read = await readSettled(file, { bytesMax: configBytesMax });
    const digest = read.ok ? digestOf(read.value.content) : undefined;
    const isOther = digest !== undefined && digest !== known.digest;
    known.digest = digest ?? known.digest;
    if (isOther) call(callback, resolve(file));
  }

  function call(callback: string, config: string): void {
    // Of a daemon, which stands in the root folder.
    const program = resolve('/', callback);
    const command = { command: [program, config], isAction: true } as const;
    const onEnded = (exit: string) => journal({ event: 'config.callback', config, command: program, exit });
    commands.add(`callback ${config}`, { command: () => ({ request: command, onEnded }), waitingMax: 1 });
  }

  function follow(file: string): Followed {
    const end = watchChange(file, () => {
      turn = turn.then(() => changed(file));
    });
    return { end, digest: undefined };
  }

  return (config) => {
    latest = config;
    const { autoreload, callback, file, executed = [] } = config;
    const isFollowed = autoreload || callback !== undefined;
    const files = new Set(isFollowed ? [file, ...executed.map((each) => each.file)] : []);
    for (const [each, { end }] of [...followed]) {
      if (files.has(each)) continue;
      end();
      followed.delete(each);
    }
    for (const each of files) {
      const known = followed.get(each) ?? follow(each);
      followed.set(each, known);
      if (callback === undefined) known.digest = undefined;
      else known.digest ??= digestNow(each);
    }
  };
}

/** The module is loaded by the first file that is followed. */
const digestOf = (content: Buffer): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');

/** Undefined where it cannot be read. */
function digestNow(file: string): string | undefined {
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  return read.ok ? digestOf(read.value.content) : undefined;
}
