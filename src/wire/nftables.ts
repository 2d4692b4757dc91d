// An nftables table that drops what is addressed to some addresses of this host, as one batch of netlink messages
// (linux/netfilter/nf_tables.h, nfnetlink.h). It comes after IPVS in the path of a packet, so that services still
// work. Numbers are in network order here, unlike elsewhere in netlink.
import { type Family, familyOf, type Ip, ipBytes } from '../net/ip.ts';
import { openAttribute, writeAttribute, writeNested, writeText } from './netlink-attributes.ts';
import { createWriter, type Writer } from './writer.ts';

/** One message of a batch; what encodes it as netlink adds sequence numbers. */
export type NftMessage = { readonly type: number; readonly flags: number; readonly payload: Uint8Array };

const NLM_F_CREATE = 0x400;
const NLM_F_APPEND = 0x800;
const BATCH_BEGIN = 16;
const BATCH_END = 17;
const SUBSYSTEM = 10;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_DELTABLE = 2;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_NEWRULE = 6;
const NFPROTO: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

const CHAIN = 'input';
const NF_INET_LOCAL_IN = 1;
/** IPVS takes its packets at 98 and 99 (NF_IP_PRI_NAT_SRC - 2 and - 1) of the same hook. */
const PRIORITY_AFTER_IPVS = 110;
const NF_DROP = 0;
const NF_ACCEPT = 1;
const NFT_REG_VERDICT = 0;
const NFT_REG_1 = 1;
const BASE_NETWORK = 1;
const BASE_TRANSPORT = 2;
const META_L4PROTO = 16;
const ICMPV6 = 58;
/** RFC 9568 §6.4.3 (Accept_Mode): neighbour solicitations and advertisements must not be dropped. */
const NEIGHBOUR_TYPES = [135, 136];
/** Where the destination stands in a header. */
const DESTINATION: Readonly<Record<Family, number>> = { inet: 16, inet6: 24 };

type Expression = { readonly name: string; readonly data: (writer: Writer) => void };

/** Puts the table in place of an earlier one of that name, all at once. @param addresses of that family */
export function encodeDropTable(family: Family, table: string, addresses: readonly Ip[]): NftMessage[] {
  const exceptions = family === 'inet' ? [] : NEIGHBOUR_TYPES.map(neighbourRule);
  const ours = addresses.filter((address) => familyOf(address) === family);
  const drops = ours.map((address) => [
    payload(BASE_NETWORK, DESTINATION[family], ipBytes(address).length),
    equals(ipBytes(address)),
    verdict(NF_DROP),
  ]);
  return batch([
    ...removal(family, table),
    message(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, (writer) => writeText(writer, 1, table)),
    message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, family, (writer) => {
      writeText(writer, 1, table);
      writeText(writer, 3, CHAIN);
      writeNested(writer, 4, () => {
        writeBig(writer, 1, NF_INET_LOCAL_IN);
        writeBig(writer, 2, PRIORITY_AFTER_IPVS);
      });
      writeText(writer, 7, 'filter');
    }),
    ...[...exceptions, ...drops].map((rule) => ruleMessage(family, table, rule)),
  ]);
}

/** One that is not there is no error. */
export const encodeNoTable = (family: Family, table: string): NftMessage[] => batch(removal(family, table));

/** Made first, so that there is something to delete. */
const removal = (family: Family, table: string): NftMessage[] => [
  message(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, (writer) => writeText(writer, 1, table)),
  message(NFT_MSG_DELTABLE, 0, family, (writer) => writeText(writer, 1, table)),
];

const protocol: Expression = {
  name: 'meta',
  data: (writer) => {
    writeBig(writer, 1, NFT_REG_1);
    writeBig(writer, 2, META_L4PROTO);
  },
};

const neighbourRule = (type: number): Expression[] => [
  protocol,
  equals(Uint8Array.of(ICMPV6)),
  payload(BASE_TRANSPORT, 0, 1),
  equals(Uint8Array.of(type)),
  verdict(NF_ACCEPT),
];

const ruleMessage = (family: Family, table: string, rule: readonly Expression[]): NftMessage =>
  message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family, (writer) => {
    writeText(writer, 1, table);
    writeText(writer, 2, CHAIN);
    writeNested(writer, 4, () => {
      for (const { name, data } of rule) {
        writeNested(writer, 1, () => {
          writeText(writer, 1, name);
          writeNested(writer, 2, () => data(writer));
        });
      }
    });
  });

const payload = (base: number, offset: number, length: number): Expression => ({
  name: 'payload',
  data: (writer) => {
    for (const [index, value] of [NFT_REG_1, base, offset, length].entries())
      writeBig(writer, index + 1, value);
  },
});

const equals = (value: Uint8Array): Expression => ({
  name: 'cmp',
  data: (writer) => {
    writeBig(writer, 1, NFT_REG_1);
    writeBig(writer, 2, 0);
    writeNested(writer, 3, () => writeAttribute(writer, 1, value));
  },
});

const verdict = (code: number): Expression => ({
  name: 'immediate',
  data: (writer) => {
    writeBig(writer, 1, NFT_REG_VERDICT);
    writeNested(writer, 2, () => writeNested(writer, 2, () => writeBig(writer, 1, code)));
  },
});

function message(
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
function batch(messages: readonly NftMessage[]): NftMessage[] {
  const mark = Uint8Array.of(0, 0, 0, SUBSYSTEM);
  return [
    { type: BATCH_BEGIN, flags: 0, payload: mark },
    ...messages,
    { type: BATCH_END, flags: 0, payload: mark },
  ];
}

const writeBig = (writer: Writer, type: number, value: number) =>
  openAttribute(writer, type, () => writer.u32(value));
