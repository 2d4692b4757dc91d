// A script of our own making, run by sh from its standard input, to the end, with nobody's time limit but its own.
import { spawn } from 'node:child_process';

/** @property output both streams, as they came. @property isGood its status was 0. */
export type ScriptEnd = { readonly output: string; readonly isGood: boolean };

export function runScriptHere(script: string): Promise<ScriptEnd> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-s'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => {});
    child.once('error', (error) => resolve({ output: `${error.message}\n`, isGood: false }));
    child.once('close', (code) => resolve({ output, isGood: code === 0 }));
    child.stdin.end(script);
  });
}
