// `lvs-director why WORD`: why a real server is served as it is, from its checks to its weight in the kernel; why a
// service is served by whom; why a virtual router is in its state. The word may call several.

import type { WhyAnswer } from '../daemon/report/why.ts';
import { shown } from '../net/shown.ts';
import { formatWhy } from '../render/why.ts';
import { askDaemon } from './ask-daemon.ts';
import type { Arguments, ExitCode, Io } from './command-line.ts';

export async function runWhy({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [about] = positionals;
  if (about === undefined) {
    const rule = 'a real server, a service or a virtual router';
    io.stderr(`Cannot explain: expected ${rule}, got none (why 192.168.6.2:80)\n`);
    return 2;
  }
  const answer = await askDaemon(options, 'GET', `/why?about=${encodeURIComponent(about)}`, io);
  if (answer === undefined) return 1;
  const why = answer.body as WhyAnswer;
  if (answer.status !== 200 || Object.values(why).every((each) => each.length === 0)) {
    io.stderr(
      `Cannot explain: expected a configured server, service or virtual router, got ${shown(about)}\n`,
    );
    return 1;
  }
  io.stdout(options.json === true ? `${JSON.stringify(why, null, 2)}\n` : formatWhy(why));
  return 0;
}
