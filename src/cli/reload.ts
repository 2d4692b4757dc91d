// `lvs-director reload`: asks the daemon to read its config again. A bad file changes nothing and is told here, but for
// where the unit asks (ExecReload): what the daemon has to say of it stands in the same journal already.
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
  const isUnit = process.env.LVS_DIRECTOR_UNIT !== undefined;
  for (const line of isUnit ? [] : problems) io.stderr(`${line}\n`);
  if (error !== undefined) io.stderr(`${error}\n`);
  if (answer.status === 200) {
    io.stdout(isUnit ? '' : 'reloaded\n');
    return 0;
  }
  io.stderr('Cannot reload: the running configuration stays as it was\n');
  return 2;
}
