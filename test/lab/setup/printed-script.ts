// What `realserver` and `director` print, without a config.
import { runCommandLine } from '../../../src/cli/run-command-line.ts';

export async function printedScript(...words: readonly string[]): Promise<string> {
  let out = '';
  const hear = (text: string) => {
    out += text;
  };
  const code = await runCommandLine([...words], { stdout: hear, stderr: hear });
  if (code !== 0) throw new Error(out);
  return out;
}
