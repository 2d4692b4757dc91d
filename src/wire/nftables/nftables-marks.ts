// An nftables table of our own that sets the firewall mark of packets, as one batch of netlink messages. One map from protocol, destination and port to the mark, looked up by one rule in each of two
// chains: what comes in from outside, and what this host sends itself. Both stand before IPVS, and set nothing where the
// map has no entry.
import { type Family, ipBytes } from '../../net/ip.ts';
import type { Mark } from '../../net/mark.ts';
import { writeAttribute, writeNested, writeText } from '../netlink/netlink-attributes.ts';
import type { Writer } from '../writer.ts';
import {
  BASE_NETWORK,
  BASE_TRANSPORT,
  type BaseChain,
  batch,
  DESTINATION,
  type Expression,
  META_L4PROTO,
  META_MARK,
  message,
  type NftMessage,
  NLM_F_CREATE,
  newChain,
  newRule,
  newTable,
  numbers,
  removal,
  type TableName,
  writeBig,
  writeValue,
} from './nftables-message.ts';

export const marksTable = 'lvs-director-marks';
export const marksMap = 'marks';
/** linux/netfilter.h, NF_IP_PRI_MANGLE: after defragmentation and connection tracking, before IPVS and NAT. */
const PRIORITY_MANGLE = -150;
export const markChains: readonly BaseChain[] = [
  { name: 'prerouting', hook: 0, priority: PRIORITY_MANGLE },
  { name: 'output', hook: 3, priority: PRIORITY_MANGLE },
];

const NFT_MSG_NEWSET = 9;
const NFT_MSG_NEWSETELEM = 12;
const NFT_SET_MAP = 0x8;
const MAP_ID = 1;
/** nft(8)'s own numbers, so that it can show the map: six bits a type of a key. */
const NFT_TYPE = { protocol: 12, inet: 7, inet6: 8, port: 13, mark: 19 } as const;
/** The first of the 4-byte registers. A key lies in as many of them as it has parts of 4 bytes. */
const NFT_REG32_00 = 8;
const MARK_BYTES = 4;
/** An attribute has 16 bits of length. */
const ELEMENTS_PER_MESSAGE = 500;

export const markProtocols = { tcp: 6, udp: 17, sctp: 132 } as const;
const addressRegisters: Readonly<Record<Family, number>> = { inet: 1, inet6: 4 };
const keyBytes = (family: Family): number => 4 * (1 + addressRegisters[family] + 1);

/** Puts the table in place of an earlier one of that name, all at once. @param marks of that family */
export function encodeMarkTable(family: Family, marks: readonly Mark[]): readonly NftMessage[] {
  const name = { family, table: marksTable };
  return batch([
    ...removal(name),
    newTable(name),
    newMap(name),
    ...newElements(name, marks),
    ...markChains.map((chain) => newChain(name, chain)),
    ...markChains.map((chain) => newRule(name, chain.name, lookUpAndMark(family))),
  ]);
}

/** One that is not there is no error. */
export const encodeNoMarkTable = (family: Family): readonly NftMessage[] =>
  batch(removal({ family, table: marksTable }));

function newMap({ family, table }: TableName): NftMessage {
  const keyType = (NFT_TYPE.protocol << 12) | (NFT_TYPE[family] << 6) | NFT_TYPE.port;
  return message(NFT_MSG_NEWSET, NLM_F_CREATE, family, (writer) => {
    writeText(writer, 1, table);
    writeText(writer, 2, marksMap);
    const values = [NFT_SET_MAP, keyType, keyBytes(family), NFT_TYPE.mark, MARK_BYTES];
    for (const [index, value] of values.entries()) writeBig(writer, 3 + index, value);
    writeBig(writer, 10, MAP_ID);
    writeAttribute(writer, 13, inHostOrder);
  });
}

/** For nft(8) again (libnftnl, udata.h): type 1, the order of a value's bytes, 4 bytes: 1, the host's. */
const inHostOrder = Uint8Array.of(1, 4, ...new Uint8Array(Uint32Array.of(1).buffer));

function newElements({ family, table }: TableName, marks: readonly Mark[]): readonly NftMessage[] {
  const count = Math.ceil(marks.length / ELEMENTS_PER_MESSAGE);
  return Array.from({ length: count }, (_, index) =>
    message(NFT_MSG_NEWSETELEM, NLM_F_CREATE, family, (writer) => {
      writeText(writer, 1, table);
      writeText(writer, 2, marksMap);
      writeBig(writer, 4, MAP_ID);
      writeNested(writer, 3, () => {
        const some = marks.slice(index * ELEMENTS_PER_MESSAGE, (index + 1) * ELEMENTS_PER_MESSAGE);
        for (const mark of some) writeElement(writer, mark);
      });
    }),
  );
}

function writeElement(writer: Writer, { protocol, address, port, mark }: Mark): void {
  const key = Uint8Array.of(
    markProtocols[protocol],
    0,
    0,
    0,
    ...ipBytes(address),
    port >> 8,
    port & 0xff,
    0,
    0,
  );
  writeNested(writer, 1, () => {
    writeValue(writer, 1, key);
    // A packet's mark is a number of this host.
    writeValue(writer, 2, new Uint8Array(Uint32Array.of(mark).buffer));
  });
}

/** meta l4proto . daddr . th dport, looked up; what is found becomes the mark. */
export function lookUpAndMark(family: Family): readonly Expression[] {
  const address = NFT_REG32_00 + 1;
  const port = address + addressRegisters[family];
  const addressBytes = 4 * addressRegisters[family];
  return [
    numbers('meta', NFT_REG32_00, META_L4PROTO),
    numbers('payload', address, BASE_NETWORK, DESTINATION[family], addressBytes),
    numbers('payload', port, BASE_TRANSPORT, 2, 2),
    {
      name: 'lookup',
      data: (writer) => {
        writeText(writer, 1, marksMap);
        writeBig(writer, 2, NFT_REG32_00);
        writeBig(writer, 3, NFT_REG32_00);
        writeBig(writer, 4, MAP_ID);
      },
    },
    {
      name: 'meta',
      data: (writer) => {
        writeBig(writer, 2, META_MARK);
        writeBig(writer, 3, NFT_REG32_00);
      },
    },
  ];
}
