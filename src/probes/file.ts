// A file on this director that says how a server is: a number, 0 for up and any other for down, or the words of an
// agent (`50%`, `drain`). Source: keepalived's FILE_CHECK with weight 0; its weights that add up are not ours.

import type { FileTarget } from '../model/checks/signs.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { formatUnread, readRegular } from '../system/files/open-regular.ts';
import { judgeAgent } from './agent.ts';
import { failure, success, unmade } from './talk/judge-error.ts';

const bytesMax = 256;

export async function probeFile({ path }: FileTarget): Promise<ProbeResult> {
  const read = await readRegular(path, { bytesMax, start: true });
  if (read.ok) return judgeFile(read.value.content.toString('utf8').split('\n')[0] ?? '');
  // As in keepalived: nobody has said anything against the server.
  if (read.error.code === 'ENOENT') return success(`no file ${path}`);
  return unmade(`cannot read ${path}: ${formatUnread(read.error)}`);
}

function judgeFile(line: string): ProbeResult {
  const [, digits] = /^\s*([+-]?\d{1,10})\s*$/.exec(line) ?? [];
  if (digits !== undefined) {
    return Number(digits) === 0 ? success('the file says 0') : failure(`the file says ${digits}`);
  }
  const judged = judgeAgent(line);
  if (judged === undefined) return unmade(`the file says nothing that is known: ${line}`);
  return { ...judged, detail: judged.detail.replace('the agent', 'the file') };
}
