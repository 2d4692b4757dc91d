// The control socket: HTTP with JSON over a unix socket (mode 0660). What each path does is given from outside;
// this file only frames questions and answers. A socket left by a dead daemon is replaced, a living one is not.
import { chmodSync, mkdirSync, unlinkSync } from 'node:fs';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../net/result.ts';
import { showableJson, shown } from '../net/shown.ts';
import type { Answer, Routes } from '../ports/control.ts';

export type ControlSocket = { readonly close: () => Promise<void> };

const accessMode = 0o660;

/** Listens at `path`. Refuses where another daemon answers there, or the path cannot be used. */
export async function listenControlSocket(path: string, routes: Routes): Promise<Result<ControlSocket>> {
  if ((await askControlSocket(path, 'GET', '/ping')).ok) {
    return err(`Cannot listen on ${path}: one daemon a control socket, got one that is running`);
  }
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://control');
    incoming.resume();
    void answer(routes, `${incoming.method} ${url.pathname}`, url.searchParams).then((result) =>
      respond(outgoing, result),
    );
  });
  try {
    mkdirSync(dirname(path), { recursive: true });
    removeStale(path);
    await listen(server, path);
    chmodSync(path, accessMode);
  } catch (error) {
    return err(`Cannot listen on ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return ok({ close: () => close(server) });
}

/** One question to the daemon at `path`. An error where nobody answers there. */
export function askControlSocket(
  path: string,
  method: 'GET' | 'POST',
  target: string,
  timeoutMs = 30_000,
): Promise<Result<Answer>> {
  return new Promise((resolve) => {
    const refuse = (error: Error) => resolve(err(error.message));
    const question = request({ socketPath: path, method, path: target, timeout: timeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(parseAnswer(response.statusCode ?? 0, text)));
      response.on('error', refuse);
    });
    question.on('timeout', () => question.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    question.on('error', refuse);
    question.end();
  });
}

async function answer(routes: Routes, route: string, search: URLSearchParams): Promise<Answer> {
  if (route === 'GET /ping') return { status: 200, body: {} };
  const handler = routes[route];
  if (handler === undefined)
    return { status: 404, body: { error: `Cannot answer: a known path, got ${route}` } };
  try {
    return await handler(search);
  } catch (error) {
    return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function respond(outgoing: ServerResponse, { status, body }: Answer): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  outgoing.end(`${showableJson(body)}\n`);
}

function parseAnswer(status: number, text: string): Result<Answer> {
  try {
    return ok({ status, body: JSON.parse(text) as unknown });
  } catch {
    return err(`Cannot read the answer: JSON, got ${shown(text, 80)}`);
  }
}

function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
