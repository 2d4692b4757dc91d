// The handful of C library calls that Node does not offer: sockets of every kind, memory locks, scheduling, FIFOs.
// Decides nothing: arguments go through as they are, and a failure is the name of its errno. Each call is
// bound when it is first made, so that a program that needs no native call never loads the binding.
// Constants are those of the kernel's asm-generic headers, which every platform of Node shares.
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { err, ok, type Result } from '../net/result.ts';

/** "EPERM", "ENODEV", …; "ENOSYS" where the C library lacks the call; "E<number>" for one without a name. */
export type ErrnoCode = string;
type Outcome = Result<number, ErrnoCode>;

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const FIOCLEX = 0x5451;
const FIONREAD = 0x541b;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const LOCK_EX = 2;
const LOCK_NB = 4;
const PR_SET_PDEATHSIG = 1;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;

const declarations = {
  prctl: 'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
  socket: 'int socket(int, int, int)',
  dup3: 'int dup3(int, int, int)',
  ioctl: 'int ioctl(int, unsigned long)',
  ioctlInto: 'int ioctl(int, unsigned long, void *)',
  flock: 'int flock(int, int)',
  bind: 'int bind(int, const void *, uint32_t)',
  connect: 'int connect(int, const void *, uint32_t)',
  getsockname: 'int getsockname(int, void *, void *)',
  close: 'int close(int)',
  setsockopt: 'int setsockopt(int, int, int, const void *, uint32_t)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  sendto: 'long sendto(int, const void *, size_t, int, const void *, uint32_t)',
  recvfrom: 'long recvfrom(int, void *, size_t, int, void *, void *)',
  mlock2: 'int mlock2(uintptr_t, size_t, int)',
  sched_setscheduler: 'int sched_setscheduler(int, int, const void *)',
  mkfifo: 'int mkfifo(const char *, unsigned int)',
  adjtimex: 'int adjtimex(void *)',
} as const;

/** socket(2), close-on-exec and non-blocking. @returns the descriptor. */
export const openSocket = (domain: number, type: number, protocol: number): Outcome =>
  call(declarations.socket, domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

/** dup3(2), close-on-exec: dup2(2) clears that, and every program that we start would hold our socket. */
export const duplicateOnto = (from: number, to: number): Outcome =>
  call(declarations.dup3, from, to, SOCK_CLOEXEC);

/** From now on no program that we start has it. */
export const closeOnExec = (fd: number): Outcome => call(declarations.ioctl, fd, FIOCLEX);

/** flock(2), exclusive, without waiting: EWOULDBLOCK where another has it. */
export const lockDescriptor = (fd: number): Outcome => call(declarations.flock, fd, LOCK_EX | LOCK_NB);

/** bind(2); `address` is a whole sockaddr. */
export const bindDescriptor = (fd: number, address: Uint8Array): Outcome =>
  call(declarations.bind, fd, address, address.byteLength);

/** connect(2); `address` is a whole sockaddr. Of a datagram socket it sends nothing, and waits for nobody. */
export const connectDescriptor = (fd: number, address: Uint8Array): Outcome =>
  call(declarations.connect, fd, address, address.byteLength);

/** getsockname(2) into `address`, which is as long as the sockaddr. */
export const socketName = (fd: number, address: Uint8Array): Outcome =>
  call(declarations.getsockname, fd, address, intBytes(address.byteLength));

export const closeDescriptor = (fd: number): Outcome => call(declarations.close, fd);

export const setSocketOption = (fd: number, level: number, name: number, value: Uint8Array): Outcome =>
  call(declarations.setsockopt, fd, level, name, value, value.byteLength);

/** getsockopt(2) into `value`, which is as long as the option. */
export const getSocketOption = (fd: number, level: number, name: number, value: Uint8Array): Outcome =>
  call(declarations.getsockopt, ...[fd, level, name, value, intBytes(value.byteLength)]);

/** sendto(2) without flags; `address` is a whole sockaddr. @returns the bytes sent. */
export const sendTo = (fd: number, bytes: Uint8Array, address: Uint8Array): Outcome =>
  call(declarations.sendto, ...[fd, bytes, bytes.byteLength, 0, address, address.byteLength]);

/**
 * recvfrom(2) that never waits. @param from takes the sender's sockaddr, which must be as long.
 * @returns how long the datagram was, which may be more than `into` takes; EAGAIN where there is none.
 */
export const receiveFrom = (fd: number, into: Uint8Array, from: Uint8Array): Outcome =>
  call(
    declarations.recvfrom,
    ...[fd, into, into.byteLength, MSG_TRUNC | MSG_DONTWAIT, from, intBytes(from.byteLength)],
  );

/** mlock2(2) with MLOCK_ONFAULT: pages stay in memory from the moment they are there. */
export const lockOnFault = (address: bigint, length: bigint): Outcome =>
  call(declarations.mlock2, address, length, 1);

/** sched_setscheduler(2) of the calling thread. */
export const setScheduler = (policy: number, priority: number): Outcome =>
  call(declarations.sched_setscheduler, 0, policy, intBytes(priority));

/** More than a struct timex has on any platform. */
const timexBytes = 512;

/** adjtimex(2) that sets nothing. @returns the state of the clock; 5 (TIME_ERROR): not synchronised. */
export const clockState = (): Outcome => call(declarations.adjtimex, new Uint8Array(timexBytes));

/** FIONREAD (ioctl_tty(2), pipe(7)). @returns the bytes that wait in a pipe or socket. */
export function bytesUnread(fd: number): Outcome {
  const bytes = new Uint8Array(4);
  const asked = call(declarations.ioctlInto, fd, FIONREAD, bytes);
  return asked.ok ? ok(new Int32Array(bytes.buffer)[0] ?? 0) : asked;
}

/** mkfifo(3); the umask counts. */
export const makeFifo = (path: string, mode: number): Outcome => call(declarations.mkfifo, path, mode);

/** PR_CAP_AMBIENT(2const) of the calling thread: one more that a program which it starts inherits. */
export const raiseAmbient = (capability: number): Outcome =>
  call(declarations.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);

/** None any more. */
export const clearAmbient = (): Outcome =>
  call(declarations.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

/** PR_SET_PDEATHSIG(2const): the kernel kills this process when its parent ends, however it does. A change of user undoes it. */
export const dieWithParent = (): Outcome =>
  call(declarations.prctl, PR_SET_PDEATHSIG, constants.signals.SIGKILL, 0, 0, 0);

/** C ints in the machine's byte order, as option values and structures want them. */
export const intBytes = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Int32Array.from(values).buffer);

/** Where the bytes are, for structures that hold a pointer. They must be kept, and stand in an ArrayBuffer of their own. */
export function addressOf(memory: Uint8Array): bigint {
  binding ??= bind();
  return binding.address(memory);
}

/** Now and not with the first call of each: for who has time to wait. */
export function loadBinding(): void {
  binding ??= bind();
  for (const declaration of Object.values(declarations)) functionOf(binding, declaration);
}

type Argument = number | bigint | Uint8Array | string;
type Binding = {
  readonly address: (memory: Uint8Array) => bigint;
  /** Throws for a symbol that the library lacks. */
  readonly function: (declaration: string) => (...values: readonly Argument[]) => number;
  readonly errno: () => number;
};

let binding: Binding | undefined;
const functions = new Map<string, (...values: readonly Argument[]) => number>();
const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

function call(declaration: string, ...values: readonly Argument[]): Outcome {
  binding ??= bind();
  const returned = functionOf(binding, declaration)?.(...values);
  if (returned === undefined) return err('ENOSYS');
  if (returned !== -1) return ok(returned);
  const number = binding.errno();
  return err(errnoNames.get(number) ?? `E${number}`);
}

function functionOf(from: Binding, declaration: string) {
  const known = functions.get(declaration);
  if (known !== undefined) return known;
  try {
    const found = from.function(declaration);
    functions.set(declaration, found);
    return found;
  } catch (error) {
    if (String(error).includes('Cannot find function')) return undefined;
    throw error;
  }
}

function bind(): Binding {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  // No file name: the C library that the process already runs on, glibc or musl.
  const library = koffi.load(null);
  return {
    address: (memory) => koffi.address(memory),
    function: (declaration) => library.func(declaration),
    errno: () => koffi.errno(),
  };
}
