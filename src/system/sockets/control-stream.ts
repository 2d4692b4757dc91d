// A question to the daemon whose answer is lines, handed on as they come: there may be many, and there may be no end. One
// question with one answer is control-socket.ts's.
import { type IncomingMessage, request } from 'node:http';
import { err, ok, type Result } from '../../net/result.ts';

export type Streaming = {
  /** Each line of an answer with status 200, without its end. */
  readonly onLine: (line: string) => void;
  /** Until the answer begins; what follows may take any time. */
  readonly beginMs?: number;
};

/** A line that is longer is no line of ours. */
const lineBytesMax = 1024 * 1024;

/** Resolves when the answer has ended. @returns the status, and the text where that is not 200; an error where nobody answers, or the end is missing. */
export function streamControlSocket(
  path: string,
  target: string,
  { onLine, beginMs = 30_000 }: Streaming,
): Promise<Result<{ readonly status: number; readonly text: string }>> {
  return new Promise((resolve) => {
    const refuse = (error: Error) => resolve(err(error.message));
    const question = request({ socketPath: path, path: target, timeout: beginMs }, (answer) => {
      question.setTimeout(0);
      const { statusCode: status = 0 } = answer;
      void linesOf(answer, status === 200 ? onLine : undefined).then((read) =>
        resolve(read.ok ? ok({ status, text: read.value }) : read),
      );
    });
    question.on('timeout', () => question.destroy(new Error(`no answer in ${beginMs} ms`)));
    question.on('error', refuse);
    question.end();
  });
}

/** @returns what was no line, or no line to be told. */
async function linesOf(answer: IncomingMessage, onLine?: (line: string) => void): Promise<Result<string>> {
  let rest = '';
  try {
    for await (const piece of answer.setEncoding('utf8')) {
      rest += piece;
      if (rest.length > lineBytesMax)
        return err(`expected lines of at most ${lineBytesMax} bytes, got a longer one`);
      if (onLine === undefined) continue;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
    return ok(rest);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
