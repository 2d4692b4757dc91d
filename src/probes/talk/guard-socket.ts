// A socket that may be handed to a protocol library. Libraries parse what a server sends inside the socket's
// events, and a parser that throws there would end the whole daemon; some also keep whatever comes. Here a fault
// ends the connection, and so does the first byte too many.
import type { Socket } from 'node:net';

/** Far more than the answer to any check. */
export const answerBytesMax = 256 * 1024;

/**
 * The same socket, guarded; to be called before the library sees it.
 * @param onFault told once, with what a listener threw or that the server says too much
 */
export function guardSocket<S extends Socket>(
  socket: S,
  onFault: (error: Error) => void,
  bytesMax = answerBytesMax,
): S {
  const emit = socket.emit.bind(socket);
  let received = 0;
  let faulty = false;
  const fail = (error: Error): boolean => {
    if (!faulty) onFault(error);
    faulty = true;
    socket.destroy();
    return false;
  };
  socket.emit = (event: string, ...values: unknown[]): boolean => {
    // A library may be half-way through a message that it could not parse: it gets no more of it.
    if (faulty && event === 'data') return false;
    if (event === 'data') received += (values[0] as Buffer).length;
    if (received > bytesMax && event === 'data') {
      return fail(new Error(`an answer of more than ${bytesMax} bytes`));
    }
    // undici makes two errors of each connection's end, which nobody sees: their stacks alone would take a tenth of a check.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return emit(event, ...values);
    } catch (error) {
      // Nobody listens for errors any more: that is no fault of a parser's.
      if (event === 'error') return fail(error as Error);
      return fail(new Error(`an answer that makes no sense: ${String(error)}`));
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  return socket;
}
