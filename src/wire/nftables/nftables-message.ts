// What all tables of ours in nftables share, as netlink messages (linux/netfilter/nf_tables.h, nfnetlink.h): a batch,
// which the kernel applies as a whole or not at all, tables, base chains, and rules made of expressions. Numbers are in
// network order here, unlike elsewhere in netlink.
import type { Family } from '../../net/ip.ts';
import { openAttribute, writeAttribute, writeNested, writeText } from '../netlink/netlink-attributes.ts';
import { createWriter, type Writer } from '../writer.ts';

/** One message of a batch, or a question; what encodes it as netlink adds sequence numbers. */
export type NftMessage = { readonly type: number; readonly flags: number; readonly payload: Uint8Array };

export const NLM_F_CREATE = 0x400;
const NLM_F_APPEND = 0x800;
const BATCH_BEGIN = 16;
const BATCH_END = 17;
export const SUBSYSTEM = 10;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_DELTABLE = 2;
export const NFT_MSG_NEWCHAIN = 3;
export const NFT_MSG_NEWRULE = 6;
export const NFPROTO: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

export const BASE_NETWORK = 1;
export const BASE_TRANSPORT = 2;
export const META_MARK = 3;
export const META_L4PROTO = 16;
/** Where the destination stands in a header. */
export const DESTINATION: Readonly<Record<Family, number>> = { inet: 16, inet6: 24 };

export type Expression = { readonly name: string; readonly data: (writer: Writer) => void };

export type BaseChain = { readonly name: string; readonly hook: number; readonly priority: number };

/** A table of that family, as everything that it names is told. */
export type TableName = { readonly family: Family; readonly table: string };

/** Made first, so that there is something to delete. */
export const removal = ({ family, table }: TableName): readonly NftMessage[] => [
  newTable({ family, table }),
  message(NFT_MSG_DELTABLE, 0, family, (writer) => writeText(writer, 1, table)),
];

export const newTable = ({ family, table }: TableName): NftMessage =>
  message(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, (writer) => writeText(writer, 1, table));

/** Of type filter, and accepting what no rule judges. */
export const newChain = ({ family, table }: TableName, { name, hook, priority }: BaseChain): NftMessage =>
  message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, family, (writer) => {
    writeText(writer, 1, table);
    writeText(writer, 3, name);
    writeNested(writer, 4, () => {
      writeBig(writer, 1, hook);
      writeBig(writer, 2, priority >>> 0); // signed: what comes early is below zero
    });
    writeText(writer, 7, 'filter');
  });

export const newRule = (
  { family, table }: TableName,
  chain: string,
  expressions: readonly Expression[],
): NftMessage =>
  message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family, (writer) => {
    writeText(writer, 1, table);
    writeText(writer, 2, chain);
    writeNested(writer, 4, () => {
      for (const { name, data } of expressions) {
        writeNested(writer, 1, () => {
          writeText(writer, 1, name);
          writeNested(writer, 2, () => data(writer));
        });
      }
    });
  });

/** The arguments are the expression's first attributes, in order. */
export const numbers = (name: string, ...values: readonly number[]): Expression => ({
  name,
  data: (writer) => {
    for (const [index, value] of values.entries()) writeBig(writer, index + 1, value);
  },
});

export function message(
  type: number,
  flags: number,
  family: Family,
  attributes: (writer: Writer) => void,
): NftMessage {
  const writer = createWriter(128);
  writer.u8(NFPROTO[family]);
  writer.zeros(3);
  attributes(writer);
  return { type: (SUBSYSTEM << 8) | type, flags, payload: writer.written() };
}

/** struct nfgenmsg of no family, with the subsystem whose messages follow. */
export function batch(messages: readonly NftMessage[]): readonly NftMessage[] {
  const mark = Uint8Array.of(0, 0, 0, SUBSYSTEM);
  return [
    { type: BATCH_BEGIN, flags: 0, payload: mark },
    ...messages,
    { type: BATCH_END, flags: 0, payload: mark },
  ];
}

export const writeBig = (writer: Writer, type: number, value: number): void =>
  openAttribute(writer, type, () => writer.u32(value));

/** NFTA_DATA_VALUE. */
export const writeValue = (writer: Writer, type: number, value: Uint8Array): void =>
  writeNested(writer, type, () => writeAttribute(writer, 1, value));
