// How an answer leaves: JSON as a whole, text in pieces, each made once the one before is taken, so that an answer of
// any length costs the memory of a piece. An asker who takes nothing has his time, and one who goes away ends the making.
// Not decided here: which answer (control-server.ts), and what a piece says.
import type { ServerResponse } from 'node:http';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { showableJson, shownLines } from '../../net/shown.ts';
import type { Answer, Reply, Streamed } from '../../ports/control.ts';

/** Resolves once all of it is on its way. @throws what JSON cannot say, before the head; or what the maker of the pieces does. */
export async function send(outgoing: ServerResponse, reply: Reply, unreadMs: number): Promise<void> {
  const { status, contentType, pieces, patienceMs = unreadMs } = 'pieces' in reply ? reply : asPieces(reply);
  const { socket } = outgoing;
  if (socket === null || outgoing.destroyed) return;
  outgoing.writeHead(status, { 'content-type': contentType, connection: 'close' });
  for await (const piece of pieces) {
    if (outgoing.destroyed) return;
    if (piece !== '' && !outgoing.write(shownLines(piece))) await taken(outgoing, patienceMs);
    await turnOfOthers();
  }
  const giveUp = setTimeout(() => socket.destroy(), patienceMs);
  socket.once('close', () => clearTimeout(giveUp));
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    outgoing.end(resolve);
  });
}

const asPieces = ({ status, body }: Answer): Streamed => ({
  ...{ status, contentType: 'application/json' },
  pieces: [`${showableJson(body)}\n`],
});

/** Until the asker has taken what was written, or is gone; one without patience for that is sent away. */
const taken = (outgoing: ServerResponse, patienceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const giveUp = setTimeout(() => outgoing.destroy(), patienceMs);
    const settle = () => {
      clearTimeout(giveUp);
      outgoing.off('drain', settle).off('close', settle);
      resolve();
    };
    outgoing.on('drain', settle).on('close', settle);
    if (outgoing.destroyed) settle();
  });
