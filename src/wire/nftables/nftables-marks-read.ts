// What the kernel holds of the table of nftables-marks.ts: the questions, and their answers to marks. A table that is not
// quite as we make it (a chain or a rule is missing, or is another) is told from one that is.
import { type Family, ipFromBytes } from '../../net/ip.ts';
import type { Mark } from '../../net/mark.ts';
import {
  type Attributes,
  decodeAttributeList,
  decodeAttributes,
  readText,
  readU32,
  writeText,
} from '../netlink/netlink-attributes.ts';
import { lookUpAndMark, markChains, markProtocols, marksMap, marksTable } from './nftables-marks.ts';
import { message, type NftMessage } from './nftables-message.ts';

const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_GETRULE = 7;
const NFT_MSG_GETSETELEM = 13;
/** struct nfgenmsg stands before the attributes. */
const NFGENMSG_BYTES = 4;

/** Each is answered by a dump; `marks` with ENOENT where there is no such table. */
export const marksQuestions = (
  family: Family,
): Readonly<Record<'marks' | 'rules' | 'chains', NftMessage>> => {
  const ask = (type: number, map?: string) =>
    message(type, 0, family, (writer) => {
      writeText(writer, 1, marksTable);
      if (map !== undefined) writeText(writer, 2, map);
    });
  return {
    marks: ask(NFT_MSG_GETSETELEM, marksMap),
    rules: ask(NFT_MSG_GETRULE),
    chains: ask(NFT_MSG_GETCHAIN),
  };
};

type Payloads = readonly Uint8Array[];

/** The entries of the map; undefined where one makes no sense. */
export function decodeMarks(payloads: Payloads): readonly Mark[] | undefined {
  const elements = payloads.flatMap((payload) => decodeAttributeList(attributesOf(payload)?.get(3)) ?? []);
  const marks = elements.flatMap((element) => decodeMark(element) ?? []);
  return marks.length === elements.length ? marks : undefined;
}

function decodeMark(element: Uint8Array): Mark | undefined {
  const parts = decodeAttributes(element);
  const [key, mark] = [dataOf(parts?.get(1)), readU32(dataOf(parts?.get(2)))];
  if (key === undefined || mark === undefined || (key.length !== 12 && key.length !== 24)) return undefined;
  const protocol = protocols.get(key[0] ?? 0);
  if (protocol === undefined) return undefined;
  const port = key.subarray(-4);
  return {
    protocol,
    address: ipFromBytes(key.subarray(4, -4)),
    port: ((port[0] ?? 0) << 8) | (port[1] ?? 0),
    mark,
  };
}

const protocols: ReadonlyMap<number, Mark['protocol']> = new Map(
  Object.entries(markProtocols).map(([name, number]) => [number, name as keyof typeof markProtocols]),
);

/** Whether chains and rules are those that we make. */
export function areMarkRules(family: Family, rules: Payloads, chains: Payloads): boolean {
  const expressions = lookUpAndMark(family).map(({ name }) => name);
  const wantedRules = markChains.map(({ name }) => `${name}: ${expressions.join(' ')}`);
  const wantedChains = markChains.map(({ name, hook, priority }) => `${name} ${hook} ${priority}`);
  const isOurs = (payload: Uint8Array) => readText(attributesOf(payload)?.get(1)) === marksTable;
  return (
    same(rules.filter(isOurs).map(describeRule), wantedRules) &&
    same(chains.filter(isOurs).map(describeChain), wantedChains)
  );
}

function describeRule(payload: Uint8Array): string {
  const parts = attributesOf(payload);
  const expressions = decodeAttributeList(parts?.get(4)) ?? [];
  const names = expressions.map((each) => readText(decodeAttributes(each)?.get(1)));
  return `${readText(parts?.get(2))}: ${names.join(' ')}`;
}

function describeChain(payload: Uint8Array): string {
  const parts = attributesOf(payload);
  const hook = decodeAttributes(parts?.get(4) ?? new Uint8Array());
  return `${readText(parts?.get(3))} ${readBig(hook?.get(1))} ${readBig(hook?.get(2))}`;
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join('\n') === [...b].sort().join('\n');

const attributesOf = (payload: Uint8Array): Attributes | undefined =>
  decodeAttributes(payload.subarray(NFGENMSG_BYTES));

/** NFTA_DATA_VALUE. */
const dataOf = (nested: Uint8Array | undefined): Uint8Array | undefined =>
  nested && decodeAttributes(nested)?.get(1);

/** Signed, in network order: priorities are below zero. */
const readBig = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 4 ? new DataView(value.buffer, value.byteOffset, 4).getInt32(0) : undefined;
