// Netlink attributes (linux/netlink.h struct nlattr): typed, length-prefixed values, padded to 4 bytes, that
// may hold further attributes. What is malformed is undefined, never a throw; what nobody here knows is carried
// as bytes. Numbers are in host byte order except ports and addresses.
import type { Family } from '../../net/ip.ts';
import { hostIsLittleEndian } from '../reader.ts';
import type { Writer } from '../writer.ts';

/** Address families, as every attribute and header numbers them (linux/socket.h). */
export const AF: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

const HEADER_SIZE = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags in the attribute's type. */
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/** Attribute values by type; of equal types the last one stands, as in the kernel's parser. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** Messages and attributes begin at multiples of four. */
export const align = (length: number): number => (length + 3) & ~3;

/** The attributes that fill `bytes`, or undefined where one of them does not fit. */
export function decodeAttributes(bytes: Uint8Array): Attributes | undefined {
  const view = viewOf(bytes);
  const attributes = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < HEADER_SIZE) return undefined;
    const length = view.getUint16(at, hostIsLittleEndian);
    if (length < HEADER_SIZE || length > bytes.length - at) return undefined;
    const type = view.getUint16(at + 2, hostIsLittleEndian) & NLA_TYPE_MASK;
    attributes.set(type, bytes.subarray(at + HEADER_SIZE, at + length));
    at += align(length);
  }
  return attributes;
}

/** The values of all attributes in `bytes`, in order, whatever their types; undefined where one does not fit. */
export function decodeAttributeList(bytes: Uint8Array | undefined): readonly Uint8Array[] | undefined {
  if (bytes === undefined) return undefined;
  const view = viewOf(bytes);
  const values: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < HEADER_SIZE) return undefined;
    const length = view.getUint16(at, hostIsLittleEndian);
    if (length < HEADER_SIZE || length > bytes.length - at) return undefined;
    values.push(bytes.subarray(at + HEADER_SIZE, at + length));
    at += align(length);
  }
  return values;
}

/**
 * The value of the first attribute of that type in `bytes`, and nothing made of the others: for the one counter of
 * twenty that is wanted. Undefined where there is none, or one before it does not fit.
 */
export function findAttribute(bytes: Uint8Array | undefined, type: number): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const view = viewOf(bytes);
  for (let at = 0; bytes.length - at >= HEADER_SIZE; ) {
    const length = view.getUint16(at, hostIsLittleEndian);
    if (length < HEADER_SIZE || length > bytes.length - at) return undefined;
    if ((view.getUint16(at + 2, hostIsLittleEndian) & NLA_TYPE_MASK) === type)
      return bytes.subarray(at + HEADER_SIZE, at + length);
    at += align(length);
  }
  return undefined;
}

/** Writes one attribute, padded. @param type without flags. */
export function writeAttribute(writer: Writer, type: number, value: Uint8Array): void {
  writeHeader(writer, type, value.length);
  writer.bytes(value);
  writer.zeros(align(value.length) - value.length);
}

export function writeU8(writer: Writer, type: number, value: number): void {
  writeHeader(writer, type, 1);
  writer.u8(value);
  writer.zeros(3);
}

export function writeU16(writer: Writer, type: number, value: number): void {
  writeHeader(writer, type, 2);
  writer.u16Host(value);
  writer.zeros(2);
}

/** As {@link writeU16}, in network order: ports. */
export function writePort(writer: Writer, type: number, port: number): void {
  writeHeader(writer, type, 2);
  writer.u16(port);
  writer.zeros(2);
}

export function writeU32(writer: Writer, type: number, value: number): void {
  writeHeader(writer, type, 4);
  writer.u32Host(value);
}

/** @param length of the value that follows. */
export function writeHeader(writer: Writer, type: number, length: number): void {
  writer.u16Host(HEADER_SIZE + length);
  writer.u16Host(type);
}

/** Writes ASCII text with the NUL that NLA_NUL_STRING demands. */
export function writeText(writer: Writer, type: number, value: string): void {
  writeAttribute(writer, type, encoder.encode(`${value}\0`));
}

/** Writes an attribute that holds what `content` writes, flagged as nested. */
export function writeNested(writer: Writer, type: number, content: () => void): void {
  openAttribute(writer, type | NLA_F_NESTED, content);
}

/** Any attribute whose value `content` writes. */
export function openAttribute(writer: Writer, type: number, content: () => void): void {
  const start = writer.length();
  writer.u16Host(0);
  writer.u16Host(type);
  content();
  const length = writer.length() - start;
  writer.setU16Host(start, length);
  writer.zeros(align(length) - length);
}

const viewOf = (value: Uint8Array) => new DataView(value.buffer, value.byteOffset, value.byteLength);

/** The number in an attribute of exactly one byte. */
export const readU8 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 1 ? value[0] : undefined;

/** The number in an attribute of exactly two bytes; undefined where it is absent or of another size. */
export const readU16 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 2 ? viewOf(value).getUint16(0, hostIsLittleEndian) : undefined;

/** As {@link readU16}, in network order: ports. */
export const readPort = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 2 ? viewOf(value).getUint16(0) : undefined;

export const readU32 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 4 ? viewOf(value).getUint32(0, hostIsLittleEndian) : undefined;

/** A 64-bit count as a number: exact up to 2^53. */
export const readU64 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 8 ? Number(viewOf(value).getBigUint64(0, hostIsLittleEndian)) : undefined;

/** Text up to the first NUL. */
export function readText(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return decoder.decode(end < 0 ? value : value.subarray(0, end));
}

/** The attributes inside an attribute. */
export const readNested = (value: Uint8Array | undefined): Attributes | undefined =>
  value === undefined ? undefined : decodeAttributes(value);
