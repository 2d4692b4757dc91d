// One question at a control socket, or at a listener: HTTP with JSON. Apart from who listens there (control-socket.ts), as a
// command that only asks loads no more of Node than that takes: node:http's client would be a third of a `status`
// (docs/benchmarks.md). HTTP/1.0 has no pieces and no second question: what comes until the end is the answer.
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
    const socket = connect({ ...(typeof where === 'string' ? { path: where } : where), timeout: timeoutMs });
    const pieces: Buffer[] = [];
    let bytes = 0;
    socket.on('data', (piece) => {
      bytes += piece.byteLength;
      if (bytes > answerBytesMax)
        socket.destroy(new Error(`expected at most ${answerBytesMax} bytes, got more`));
      else pieces.push(piece);
    });
    socket.on('end', () => resolve(readAnswer(Buffer.concat(pieces).toString())));
    socket.on('timeout', () => socket.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    socket.on('error', (error) => resolve(err(error.message)));
    socket.write(questionOf(where, method, target));
  });
}

function questionOf(where: AskedAt, method: 'GET' | 'POST', target: string): string {
  const host = typeof where === 'string' ? 'localhost' : `${urlHost(where.host)}:${where.port}`;
  return `${method} ${target} HTTP/1.0\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`;
}

const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** @param text all that came: a status line, a head and a body. RFC 9112 §2.1, §6.3. */
function readAnswer(text: string): Result<Answer> {
  const [, status] = /^HTTP\/1\.\d (\d{3})\b/.exec(text) ?? [];
  if (status === undefined)
    return err(text === '' ? 'the end of the connection' : `no answer of HTTP: ${shown(text, 80)}`);
  const headEnd = /\r?\n\r?\n/.exec(text);
  const body = headEnd === null ? '' : text.slice(headEnd.index + headEnd[0].length);
  return parseBody(Number(status), body);
}

function parseBody(status: number, text: string): Result<Answer> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return ok({ status, body });
  } catch {
    // Told below.
  }
  return err(`Cannot read the answer: expected a JSON object, got ${shown(text, 80)}`);
}
