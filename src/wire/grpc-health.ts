// The two messages of grpc.health.v1, in gRPC's framing: HealthCheckRequest {string service = 1} and
// HealthCheckResponse {ServingStatus status = 1}. Source: doc/health-checking.md of grpc/grpc,
// doc/PROTOCOL-HTTP2.md of grpc/grpc (Length-Prefixed-Message), and the encoding of protocol buffers (varints, tags).

export const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof servingStatuses)[number];

/** Flag (1: compressed) and length. */
const prefixBytes = 5;
/** Field 1 of wire type 2 (length and bytes) and 0 (varint). */
const serviceTag = 0x0a;
const statusTag = 0x08;

/** @param service empty: the server as a whole */
export function encodeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.from([serviceTag, ...varint(name.length)]), name]);
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** @returns undefined for what is no such message; a status that is not known yet counts as UNKNOWN. */
export function decodeHealthResponse(frame: Uint8Array): ServingStatus | undefined {
  const bytes = Buffer.from(frame);
  if (bytes.length < prefixBytes || bytes[0] !== 0) return undefined;
  if (bytes.readUInt32BE(1) !== bytes.length - prefixBytes) return undefined;
  let status = 0;
  for (let at = prefixBytes; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === undefined) return undefined;
    const next = skipField(bytes, tag.next, tag.value & 7);
    if (next === undefined) return undefined;
    if (tag.value === statusTag) status = readVarint(bytes, tag.next)?.value ?? 0;
    at = next;
  }
  return servingStatuses[status] ?? 'UNKNOWN';
}

/** Where the field after this one begins. Groups (wire types 3 and 4) are long gone. */
function skipField(bytes: Buffer, at: number, wireType: number): number | undefined {
  const varintHere = readVarint(bytes, at);
  const ends: Readonly<Record<number, number | undefined>> = {
    0: varintHere?.next,
    1: at + 8,
    2: varintHere === undefined ? undefined : varintHere.next + varintHere.value,
    5: at + 4,
  };
  const end = ends[wireType];
  return end === undefined || end > bytes.length ? undefined : end;
}

/** Numbers beyond 32 bits stand in no field that matters here; they read as their low bits. */
function readVarint(bytes: Buffer, start: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    if (index < 5) value = (value | ((byte & 0x7f) << (7 * index))) >>> 0;
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  return undefined;
}

function varint(value: number): readonly number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...varint(value >>> 7)];
}
