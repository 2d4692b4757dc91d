// IPVS beside its table, over generic netlink (linux/ip_vs.h): the timeouts of connections and the sync daemons.
// Requests say whatever they are told; answers are values of the model, or undefined where they are malformed.

import type { SyncDaemon, SyncState, Timeouts } from '../../model/director.ts';
import { familyOf, type Ip, ip, ipBytes, ipFromBytes } from '../../net/ip.ts';
import { decodeGeneric, encodeGeneric } from '../netlink/genetlink.ts';
import {
  type Attributes,
  openAttribute,
  readNested,
  readText,
  readU16,
  readU32,
  writeAttribute,
  writeNested,
  writeText,
  writeU16,
  writeU32,
} from '../netlink/netlink-attributes.ts';

const IPVS_GENL_VERSION = 1;
const IPVS_CMD_NEW_DAEMON = 9;
const IPVS_CMD_DEL_DAEMON = 10;
const IPVS_CMD_GET_DAEMON = 11;
const IPVS_CMD_SET_CONFIG = 12;
const IPVS_CMD_GET_CONFIG = 13;

const IPVS_CMD_ATTR_DAEMON = 3;
const TIMEOUT = { tcp: 4, tcpfin: 5, udp: 6 } as const;
const DAEMON = {
  state: 1,
  interface: 2,
  syncId: 3,
  maxlen: 4,
  group: 5,
  group6: 6,
  port: 7,
  ttl: 8,
} as const;
/** IP_VS_STATE_MASTER, IP_VS_STATE_BACKUP. */
const STATES: Readonly<Record<SyncState, number>> = { master: 1, backup: 2 };

/** net/netfilter/ipvs/ip_vs_sync.c: what a kernel before 4.3 always uses, and does not say. */
const FIXED = { group: ip('224.0.0.81'), port: 8848, ttl: 1 } as const;

/** Asks for the timeouts; answered with one message. */
export const encodeGetTimeouts = (): Uint8Array => encodeGeneric(IPVS_CMD_GET_CONFIG, IPVS_GENL_VERSION);

/** @param timeouts those to be changed; 0 is no change either. */
export const encodeSetTimeouts = (timeouts: Partial<Timeouts>): Uint8Array =>
  encodeGeneric(IPVS_CMD_SET_CONFIG, IPVS_GENL_VERSION, (writer) => {
    for (const name of ['tcp', 'tcpfin', 'udp'] as const) {
      const seconds = timeouts[name];
      if (seconds !== undefined) writeU32(writer, TIMEOUT[name], seconds);
    }
  });

/** Seconds; 0 where the kernel was built without that protocol. */
export function decodeTimeouts(payload: Uint8Array): Timeouts | undefined {
  const attributes = decodeGeneric(payload)?.attributes;
  if (attributes === undefined) return undefined;
  const seconds = (type: number) => readU32(attributes.get(type)) ?? 0;
  return { tcp: seconds(TIMEOUT.tcp), tcpfin: seconds(TIMEOUT.tcpfin), udp: seconds(TIMEOUT.udp) };
}

/** Asks for the sync daemons that run, two at most; to be sent as a dump. */
export const encodeGetSyncDaemons = (): Uint8Array => encodeGeneric(IPVS_CMD_GET_DAEMON, IPVS_GENL_VERSION);

export const encodeStartSyncDaemon = (daemon: SyncDaemon): Uint8Array =>
  encodeGeneric(IPVS_CMD_NEW_DAEMON, IPVS_GENL_VERSION, (writer) =>
    writeNested(writer, IPVS_CMD_ATTR_DAEMON, () => {
      writeU32(writer, DAEMON.state, STATES[daemon.state]);
      writeText(writer, DAEMON.interface, daemon.interface);
      writeU32(writer, DAEMON.syncId, daemon.syncId);
      if (daemon.maxlen > 0) writeU16(writer, DAEMON.maxlen, daemon.maxlen);
      const group = familyOf(daemon.group) === 'inet6' ? DAEMON.group6 : DAEMON.group;
      writeAttribute(writer, group, ipBytes(daemon.group));
      writeU16(writer, DAEMON.port, daemon.port);
      openAttribute(writer, DAEMON.ttl, () => writer.u8(daemon.ttl));
    }),
  );

export const encodeStopSyncDaemon = (state: SyncState): Uint8Array =>
  encodeGeneric(IPVS_CMD_DEL_DAEMON, IPVS_GENL_VERSION, (writer) =>
    writeNested(writer, IPVS_CMD_ATTR_DAEMON, () => writeU32(writer, DAEMON.state, STATES[state])),
  );

/** One of a dump. */
export function decodeSyncDaemon(payload: Uint8Array): SyncDaemon | undefined {
  const attributes = readNested(decodeGeneric(payload)?.attributes.get(IPVS_CMD_ATTR_DAEMON));
  const number = readU32(attributes?.get(DAEMON.state));
  const state = (['master', 'backup'] as const).find((name) => STATES[name] === number);
  const name = readText(attributes?.get(DAEMON.interface));
  const syncId = readU32(attributes?.get(DAEMON.syncId));
  if (attributes === undefined || state === undefined || name === undefined || syncId === undefined) {
    return undefined;
  }
  return {
    state,
    interface: name,
    syncId,
    maxlen: readU16(attributes.get(DAEMON.maxlen)) ?? 0,
    group: decodeGroup(attributes) ?? FIXED.group,
    port: readU16(attributes.get(DAEMON.port)) ?? FIXED.port,
    ttl: attributes.get(DAEMON.ttl)?.[0] ?? FIXED.ttl,
  };
}

function decodeGroup(attributes: Attributes): Ip | undefined {
  const group = attributes.get(DAEMON.group);
  if (group?.length === 4) return ipFromBytes(group);
  const group6 = attributes.get(DAEMON.group6);
  return group6?.length === 16 ? ipFromBytes(group6) : undefined;
}
