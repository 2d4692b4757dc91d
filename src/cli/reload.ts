// `lvs-director reload`: asks the daemon to read its config again. A bad file changes nothing and is told here.
import { askDaemon } from './ask-daemon.ts';
import type { Arguments, ExitCode, Io } from './command-line.ts';

export async function runReload({ options }: Arguments, io: Io): Promise<ExitCode> {
  const answer = await askDaemon(
    options,
    'POST',
    options.empty === true ? '/reload?empty=yes' : '/reload',
    io,
  );
  if (answer === undefined) return 1;
  const { problems = [], error } = answer.body as {
    readonly problems?: readonly string[];
    readonly error?: string;
  };
  for (const line of error === undefined ? problems : [...problems, error]) io.stderr(`${line}\n`);
  if (answer.status === 200) {
    io.stdout('reloaded\n');
    return 0;
  }
  io.stderr('Cannot reload: the running configuration stays as it was\n');
  return 2;
}
