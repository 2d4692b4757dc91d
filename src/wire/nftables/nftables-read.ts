// What the kernel holds of a table of nftables.ts: the questions, and whether the answers are what we would make. Both
// sides are read by the same eyes, so that what the kernel adds of its own (handles, counters) makes no difference.
import type { Family } from '../../net/ip.ts';
import { decodeAttributeList, decodeAttributes, readText, writeText } from '../netlink/netlink-attributes.ts';
import {
  message,
  NFT_MSG_NEWCHAIN,
  NFT_MSG_NEWRULE,
  type NftMessage,
  SUBSYSTEM,
} from './nftables-message.ts';

const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_GETRULE = 7;
/** struct nfgenmsg stands before the attributes. */
const NFGENMSG_BYTES = 4;
export const NFNLGRP_NFTABLES = 7;

type Payloads = readonly Uint8Array[];

/** Each is answered by a dump, which may hold those of other tables too; of none by ENOENT. */
export function dropTableQuestions(family: Family, table: string) {
  const ask = (type: number) => message(type, 0, family, (writer) => writeText(writer, 1, table));
  return { rules: ask(NFT_MSG_GETRULE), chains: ask(NFT_MSG_GETCHAIN) };
}

/** Whether rules (in their order) and chains of that table are those that `made` makes. */
export function isAsMade(
  made: readonly NftMessage[],
  table: string,
  found: { readonly rules: Payloads; readonly chains: Payloads },
): boolean {
  const payloadsOf = (type: number) =>
    made.filter((each) => each.type === ((SUBSYSTEM << 8) | type)).map(({ payload }) => payload);
  const isOurs = (payload: Uint8Array) => tableOf(payload) === table;
  const same = (wanted: Payloads, there: Payloads, describe: (payload: Uint8Array) => string) =>
    wanted.map(describe).join('\n') === there.filter(isOurs).map(describe).join('\n');
  return (
    same(payloadsOf(NFT_MSG_NEWRULE), found.rules, describeRule) &&
    same(payloadsOf(NFT_MSG_NEWCHAIN), found.chains, describeChain)
  );
}

/** Of any message about a table, a chain, a rule or a set: its first attribute. */
export const tableOf = (payload: Uint8Array): string | undefined => readText(attributesOf(payload)?.get(1));

function describeRule(payload: Uint8Array): string {
  const parts = attributesOf(payload);
  const expressions = decodeAttributeList(parts?.get(4)) ?? [];
  return `${readText(parts?.get(2))}: ${expressions.map(describeExpression).join(' ')}`;
}

/** What is compared, and what becomes of the packet; the offsets of a payload as well. */
function describeExpression(expression: Uint8Array): string {
  const parts = decodeAttributes(expression);
  const name = readText(parts?.get(1)) ?? '';
  const data = decodeAttributes(parts?.get(2) ?? new Uint8Array());
  if (name === 'cmp') return `cmp ${hexOf(nested(data?.get(3))?.get(1))}`;
  if (name === 'immediate') return `verdict ${hexOf(nested(nested(data?.get(2))?.get(2))?.get(1))}`;
  return [name, ...[2, 3, 4].map((attribute) => hexOf(data?.get(attribute)))].join(' ').trim();
}

function describeChain(payload: Uint8Array): string {
  const parts = attributesOf(payload);
  const hook = nested(parts?.get(4));
  return `${readText(parts?.get(3))} ${hexOf(hook?.get(1))} ${hexOf(hook?.get(2))}`;
}

const nested = (value: Uint8Array | undefined) => (value === undefined ? undefined : decodeAttributes(value));
const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const attributesOf = (payload: Uint8Array) => decodeAttributes(payload.subarray(NFGENMSG_BYTES));
