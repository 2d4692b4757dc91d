// The daemon as it is installed, in dist/ (or the folder named): whole in itself, so that installing is copying. Types are not looked at (make
// lint). What is made first stands beside dist/, which is then replaced at once: a program that starts meanwhile finds
// the one or the other.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle, programs } from './build/bundle.mjs';
import { copyNatives } from './build/natives.mjs';
import { noticesOf } from './build/notices.mjs';
import { writeShare } from './package/share.mjs';

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'dist'));
process.chdir(join(import.meta.dirname, '..'));
// As deep as dist/ is: the maps name the sources from there.
const made = `dist-${process.pid}`;
const old = `${made}-old`;

const bundled = await bundle(made);
const beside = copyNatives(made);
writeFileSync(join(made, 'third-party-notices.txt'), noticesOf([...bundled, ...beside]));
await writeShare(join(made, 'share'), [...bundled, ...beside]);
for (const program of programs) chmodSync(join(made, `${program}.js`), 0o755);
execFileSync(process.execPath, [join(made, 'code-cache.cjs')], { stdio: 'inherit' });

if (existsSync(folder)) renameSync(folder, old);
renameSync(made, folder);
rmSync(old, { recursive: true, force: true });
