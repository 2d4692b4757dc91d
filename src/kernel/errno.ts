// Error numbers as the kernel sends them: code and meaning. Numbers are those of asm-generic, which every
// platform of Node shares; one that is not listed keeps its number.
import type { KernelError } from '../ports/kernel.ts';

const ERRNO: Readonly<Record<number, readonly [code: string, meaning: string]>> = {
  1: ['EPERM', 'operation not permitted'],
  2: ['ENOENT', 'no such entry'],
  3: ['ESRCH', 'no such service'],
  4: ['EINTR', 'interrupted'],
  6: ['ENXIO', 'no such device or address'],
  11: ['EAGAIN', 'try again'],
  12: ['ENOMEM', 'out of memory'],
  13: ['EACCES', 'permission denied'],
  16: ['EBUSY', 'busy'],
  17: ['EEXIST', 'exists already'],
  19: ['ENODEV', 'no such device'],
  22: ['EINVAL', 'invalid argument'],
  28: ['ENOSPC', 'no space left'],
  34: ['ERANGE', 'out of range'],
  74: ['EBADMSG', 'malformed message'],
  90: ['EMSGSIZE', 'message too long'],
  93: ['EPROTONOSUPPORT', 'protocol not supported'],
  95: ['EOPNOTSUPP', 'operation not supported'],
  97: ['EAFNOSUPPORT', 'address family not supported'],
  98: ['EADDRINUSE', 'address in use'],
  99: ['EADDRNOTAVAIL', 'address not available'],
  100: ['ENETDOWN', 'network is down'],
  105: ['ENOBUFS', 'no buffer space'],
  110: ['ETIMEDOUT', 'timed out'],
};

/** @param errno positive. @param message the kernel's own words, where it had any. */
export function kernelError(errno: number, message?: string): KernelError {
  const [code, meaning] = ERRNO[errno] ?? [`E${errno}`, `error ${errno}`];
  return { code, message: message ?? meaning };
}

/** In words, for somebody at a terminal. */
export const describeKernelError = ({ code, message }: KernelError): string =>
  code === 'EPERM' || code === 'EACCES' ? `root, or CAP_NET_ADMIN (${code})` : `${message} (${code})`;
