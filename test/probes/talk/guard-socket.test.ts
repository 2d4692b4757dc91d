import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { guardSocket } from '../../../src/probes/talk/guard-socket.ts';

const framesIn = (error: unknown): number =>
  error instanceof Error ? (error.stack ?? '').split('\n    at ').length - 1 : Number.NaN;

function guarded(bytesMax?: number) {
  const faults: Error[] = [];
  return { socket: guardSocket(new Socket(), (fault) => faults.push(fault), bytesMax), faults };
}

describe('a guarded socket', () => {
  it('ends with the first fault of a listener, and says what it was', () => {
    const { socket, faults } = guarded();
    socket.on('readable', () => {
      throw new Error('cannot parse');
    });
    socket.emit('readable');
    socket.emit('readable');
    expect(faults.map(String)).toEqual(['Error: an answer that makes no sense: Error: cannot parse']);
    expect(socket.destroyed).toBe(true);
  });
  it('ends with the first byte too many, which nobody sees', () => {
    const { socket, faults } = guarded(10);
    let seen = 0;
    socket.on('data', (chunk) => {
      seen += chunk.length;
    });
    socket.emit('data', Buffer.alloc(10));
    expect(faults).toEqual([]);
    socket.emit('data', Buffer.alloc(1));
    expect(faults.map(String)).toEqual(['Error: an answer of more than 10 bytes']);
    expect({ seen, destroyed: socket.destroyed }).toEqual({ seen: 10, destroyed: true });
  });
  it('writes down no stacks of errors that are made in its listeners, and of all others again', () => {
    const { socket } = guarded();
    let made: unknown;
    socket.on('readable', () => {
      made = new Error('the end');
    });
    socket.emit('readable');
    expect(framesIn(made)).toBe(0);
    expect(framesIn(new Error('elsewhere'))).toBeGreaterThan(0);
    socket.on('end', () => {
      throw new Error('cannot parse');
    });
    socket.emit('end');
    expect(framesIn(new Error('elsewhere'))).toBeGreaterThan(0);
  });
});
