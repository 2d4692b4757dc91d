// Generic netlink (linux/genetlink.h): the header of a command, and the question which message type a family
// was given (CTRL_CMD_GETFAMILY). Knows no family but the controller.

import { createReader } from '../reader.ts';
import { createWriter, type Writer } from '../writer.ts';
import { type Attributes, decodeAttributes, readText, readU16, writeText } from './netlink-attributes.ts';

export const GENL_ID_CTRL = 0x10;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;
const CTRL_VERSION = 2;

export type GenericMessage = {
  readonly command: number;
  readonly version: number;
  readonly attributes: Attributes;
};

export type GenericFamily = { readonly id: number; readonly name: string };

/** One for all: ten thousand messages in a row are not worth ten thousand writers. Nothing is left in it. */
const writer = createWriter(512);

/** The payload of a message to a generic family. @param content writes the attributes, and encodes nothing else. */
export function encodeGeneric(
  command: number,
  version: number,
  content: (writer: Writer) => void = () => {},
): Uint8Array {
  writer.clear();
  writer.u8(command);
  writer.u8(version);
  writer.zeros(2);
  content(writer);
  return writer.copy();
}

/** @returns undefined where the header or an attribute does not fit. */
export function decodeGeneric(payload: Uint8Array): GenericMessage | undefined {
  const reader = createReader(payload);
  const [command, version] = [reader.u8(), reader.u8()];
  reader.skip(2);
  const attributes = reader.overrun() ? undefined : decodeAttributes(reader.rest());
  return attributes === undefined ? undefined : { command, version, attributes };
}

/** The payload that asks {@link GENL_ID_CTRL} for a family; ENOENT where the kernel has none of that name. */
export const encodeGetFamily = (name: string): Uint8Array =>
  encodeGeneric(CTRL_CMD_GETFAMILY, CTRL_VERSION, (writer) => writeText(writer, CTRL_ATTR_FAMILY_NAME, name));

/** The family in an answer to {@link encodeGetFamily}. */
export function decodeFamily(payload: Uint8Array): GenericFamily | undefined {
  const attributes = decodeGeneric(payload)?.attributes;
  const id = readU16(attributes?.get(CTRL_ATTR_FAMILY_ID));
  const name = readText(attributes?.get(CTRL_ATTR_FAMILY_NAME));
  return id === undefined || name === undefined ? undefined : { id, name };
}
