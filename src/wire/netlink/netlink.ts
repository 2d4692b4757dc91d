// Netlink messages (linux/netlink.h, RFC 3549 §2): a datagram <-> its messages, and the acknowledgement of a
// request. Knows no family. Host byte order, 4-byte alignment. What is malformed is undefined, never a throw;
// message types that nobody here knows are carried as bytes.

import { createReader } from '../reader.ts';
import { createWriter } from '../writer.ts';
import { align, decodeAttributes, readText, readU32 } from './netlink-attributes.ts';

export const NLMSG_NOOP = 1;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_MULTI = 0x2;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_DUMP = 0x300;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
/** In an acknowledgement: the request is not quoted in full; attributes follow. */
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;

const HEADER_SIZE = 16;
const NLMSGERR_ATTR_MSG = 1;
const NLMSGERR_ATTR_OFFS = 2;

export type NetlinkMessage = {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
  /** What follows the header: a view. */
  readonly payload: Uint8Array;
};

/** The outcome of one request, or of a dump. */
export type Acknowledgement = {
  /** Positive errno; 0 is success. */
  readonly errno: number;
  /** The kernel's own sentence (extended acknowledgement). */
  readonly message?: string;
  /** Where in the request the offending attribute stands, in bytes. */
  readonly offset?: number;
};

export const encodeMessage = (message: NetlinkMessage): Uint8Array => encodeMessages([message]);

/** One datagram of all of them, in order. */
export function encodeMessages(messages: readonly NetlinkMessage[]): Uint8Array {
  const writer = createWriter(
    messages.reduce((sum, { payload }) => sum + HEADER_SIZE + align(payload.length), 0),
  );
  for (const { type, flags, sequence, portId, payload } of messages) {
    const length = HEADER_SIZE + payload.length;
    writer.u32Host(length);
    writer.u16Host(type);
    writer.u16Host(flags);
    writer.u32Host(sequence);
    writer.u32Host(portId);
    writer.bytes(payload);
    writer.zeros(align(length) - length);
  }
  return writer.written();
}

/** Every message of a datagram, or undefined where one of them does not fit. */
export function decodeMessages(datagram: Uint8Array): readonly NetlinkMessage[] | undefined {
  const reader = createReader(datagram);
  const messages: NetlinkMessage[] = [];
  while (reader.remaining() > 0) {
    const length = reader.u32Host();
    const [type, flags] = [reader.u16Host(), reader.u16Host()];
    const [sequence, portId] = [reader.u32Host(), reader.u32Host()];
    const payload = reader.bytes(length - HEADER_SIZE);
    if (reader.overrun()) return undefined;
    reader.skip(Math.min(align(length) - length, reader.remaining()));
    messages.push({ type, flags, sequence, portId, payload });
  }
  return messages;
}

/** @returns undefined where `message` is neither NLMSG_ERROR nor NLMSG_DONE, or is malformed. */
export function decodeAcknowledgement(message: NetlinkMessage): Acknowledgement | undefined {
  if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) return undefined;
  const reader = createReader(message.payload);
  const errno = -reader.s32Host();
  if (message.type === NLMSG_ERROR) {
    const quoted = reader.u32Host();
    const capped = (message.flags & NLM_F_CAPPED) !== 0;
    const rest = (capped ? HEADER_SIZE : align(quoted)) - 4;
    reader.skip(Math.max(rest, HEADER_SIZE - 4));
  }
  if (reader.overrun() || errno < 0) return undefined;
  const outcome = { errno: errno === 0 ? 0 : errno };
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return outcome;
  const attributes = decodeAttributes(reader.rest());
  const text = readText(attributes?.get(NLMSGERR_ATTR_MSG));
  const offset = readU32(attributes?.get(NLMSGERR_ATTR_OFFS));
  return {
    ...outcome,
    ...(text === undefined ? {} : { message: text }),
    ...(offset === undefined ? {} : { offset }),
  };
}
