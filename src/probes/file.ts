// A file on this director that says how a server is: a number, 0 for up and any other for down, or the words of an
// agent (`50%`, `drain`). Source: keepalived's FILE_CHECK with weight 0; its weights that add up are not ours.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileTarget } from '../health/text-target.ts';
import type { ProbeResult } from '../ports/probe.ts';
import { judgeAgent } from './agent.ts';
import { codeOf, failure, judgeError, success, unmade } from './judge-error.ts';
import { shown } from './shown-text.ts';

const bytesMax = 256;

export async function probeFile({ path }: FileTarget): Promise<ProbeResult> {
  try {
    return judgeFile(await readStart(path));
  } catch (error) {
    // As in keepalived: nobody has said anything against the server.
    if (codeOf(error) === 'ENOENT') return success(`no file ${path}`);
    return unmade(judgeError(error, `read ${path}`).detail);
  }
}

/** Without waiting: whatever the path leads to, also a pipe that nobody writes to. */
async function readStart(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax);
    return buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '';
  } finally {
    await file?.close();
  }
}

function judgeFile(line: string): ProbeResult {
  const [, digits] = /^\s*([+-]?\d{1,10})\s*$/.exec(line) ?? [];
  if (digits !== undefined) {
    return Number(digits) === 0 ? success('the file says 0') : failure(`the file says ${digits}`);
  }
  const judged = judgeAgent(line);
  if (judged === undefined) return unmade(`the file says nothing that is known: ${shown(line)}`);
  return { ...judged, detail: judged.detail.replace('the agent', 'the file') };
}
