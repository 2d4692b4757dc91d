// One question at a control socket, or at a listener: HTTP with JSON. Apart from who listens there (control-socket.ts), as a
// command that only asks loads no more of Node than that takes.
import { request } from 'node:http';
import { connect } from 'node:net';
import { err, ok, type Result } from '../../net/result.ts';
import { shown } from '../../net/shown.ts';
import type { Answer } from '../../ports/control.ts';

/** More than any daemon has to say. */
const answerBytesMax = 256 * 1024 * 1024;

/** The path of a control socket, or where a listener is. */
export type AskedAt = string | { readonly host: string; readonly port: number };

/** One question to the daemon there. An error where nobody answers. */
export function askControlSocket(
  where: AskedAt,
  method: 'GET' | 'POST',
  target: string,
  timeoutMs = 30_000,
): Promise<Result<Answer>> {
  return new Promise((resolve) => {
    const refuse = (error: Error) => resolve(err(error.message));
    const at = typeof where === 'string' ? { path: where } : where;
    // Node's agent would do the same, and compile what an IPv6 address is first: a quarter of a start of Node.
    const createConnection = () => connect({ ...at, timeout: timeoutMs });
    const host = typeof where === 'string' ? {} : where;
    const asked = { ...host, defaultPort: 80, createConnection, method, path: target, timeout: timeoutMs };
    const question = request(asked, (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.byteLength;
        if (bytes > answerBytesMax)
          question.destroy(new Error(`expected at most ${answerBytesMax} bytes, got more`));
        else pieces.push(piece);
      });
      response.on('end', () =>
        resolve(parseAnswer(response.statusCode ?? 0, Buffer.concat(pieces).toString())),
      );
      response.on('error', refuse);
    });
    question.on('timeout', () => question.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    question.on('error', refuse);
    question.end();
  });
}

function parseAnswer(status: number, text: string): Result<Answer> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return ok({ status, body });
  } catch {
    // Told below.
  }
  return err(`Cannot read the answer: expected a JSON object, got ${shown(text, 80)}`);
}
