// A route of the control socket, asked without the socket.
import type { Answer, Asked, Reply, Routes } from '../../src/ports/control.ts';

/** @param asked "a=1&b=2", and what else the question has. */
export async function askRoute(
  routes: Routes,
  name: string,
  search = '',
  asked: Partial<Asked> = {},
): Promise<Reply> {
  const route = routes[name];
  if (route === undefined) throw new Error(`no route ${name}`);
  return route(new URLSearchParams(search), {
    ...{ rest: '', accept: '', gone: new AbortController().signal },
    ...asked,
  });
}

/** One that answers with JSON. */
export async function ask(routes: Routes, name: string, search = ''): Promise<Answer> {
  const reply = await askRoute(routes, name, search);
  if (!('body' in reply)) throw new Error(`${name} answers in pieces`);
  return reply;
}
