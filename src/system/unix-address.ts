// struct sockaddr_un, as the C library wants it: a path, or a name of the abstract name space, which is written "@name", begins
// with a null byte and ends with its last character (unix(7)).
import { AF_UNIX } from './libc.ts';

/** sun_path's 108 bytes bound the name. */
const pathBytesMax = 108;

/** @returns undefined for what is neither, or too long */
export function unixAddress(name: string): Uint8Array | undefined {
  if (!name.startsWith('/') && !name.startsWith('@')) return undefined;
  const path = Buffer.from(name.startsWith('@') ? `\0${name.slice(1)}` : `${name}\0`);
  if (path.byteLength > pathBytesMax) return undefined;
  return Buffer.concat([new Uint8Array(Uint16Array.of(AF_UNIX).buffer), path]);
}
