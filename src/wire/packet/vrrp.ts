// VRRP adverts between bytes and values, versions 2 and 3, IPv4 and IPv6. It judges what bytes alone can tell,
// in the order of docs/reference/vrrp.md §2.2; whether an advert suits a router is vrrp/validate.ts's business.
// RFC 9568 §5.2, RFC 3768 §5.3, RFC 2338 §5.3.6 (authentication), RFC 5798 §5.2.8 (checksum).
import type { Advert, AdvertAuth, AdvertRefusal, ChecksumForm, DecodedAdvert } from '../../net/advert.ts';
import {
  type Family,
  familyOf,
  type Ip,
  ip,
  ipBytes,
  ipFromBytes,
  ipSize,
  isMulticast,
} from '../../net/ip.ts';
import { err, ok, type Result } from '../../net/result.ts';
import { createReader, type Reader } from '../reader.ts';
import { createWriter } from '../writer.ts';
import { checksumOf, isIntact, onesComplementSum, pseudoHeaderSum } from './checksum.ts';

export const VRRP_PROTOCOL = 112;
export const VRRP_GROUP_INET = ip('224.0.0.18');
export const VRRP_GROUP_INET6 = ip('ff02::12');

const TYPE_ADVERTISEMENT = 1;
const HEADER_SIZE = 8;
/** Of keepalived's auth_hmac, from 2.4 on: vrrp_auth_ext_t in its vrrp_auth_hmac.h. */
const HMAC_TRAILER_SIZE = 28;
const AUTH_DATA_SIZE = 8;
const CHECKSUM_OFFSET = 6;

export const vrrpGroup = (family: Family): Ip => (family === 'inet' ? VRRP_GROUP_INET : VRRP_GROUP_INET6);

/** The IP packet around an advert: its checksum may cover both addresses. */
export type AdvertPath = { readonly source: Ip; readonly destination: Ip };

export type EncodeOptions = AdvertPath & {
  /** Version 3 over IPv4 only (docs/reference/vrrp.md §1.3); the others have one form. */
  readonly checksum: 'rfc5798' | 'rfc9568';
};

/** @throws RangeError for a value that the wire cannot carry. */
export function encodeAdvert(advert: Advert, options: EncodeOptions): Uint8Array {
  const family = familyOf(options.source);
  requireEncodable(advert, family);
  const writer = createWriter(HEADER_SIZE + AUTH_DATA_SIZE + advert.addresses.length * ipSize(family));
  writer.u8((advert.version << 4) | TYPE_ADVERTISEMENT);
  writer.u8(advert.virtualRouterId);
  writer.u8(advert.priority);
  writer.u8(advert.addresses.length);
  if (advert.version === 3) {
    writer.u16(advert.intervalCs); // RFC 9568 §5.2.6: the four reserved bits are sent as zero
  } else {
    writer.u8(authCode(advert.auth));
    writer.u8(advert.intervalSec);
  }
  writer.u16(0);
  for (const address of advert.addresses) writer.bytes(ipBytes(address));
  if (advert.version === 2) writer.bytes(authData(advert.auth)); // RFC 3768 §5.3.10: there whatever the type
  const form = sentForm(advert.version, family, options.checksum);
  writer.setU16(CHECKSUM_OFFSET, checksumOf(sumIn(form, writer.written(), options)));
  return writer.written();
}

function requireEncodable(advert: Advert, family: Family): void {
  const { version, virtualRouterId, addresses } = advert;
  const interval = version === 3 ? advert.intervalCs : advert.intervalSec;
  const intervalMax = version === 3 ? 0xfff : 0xff;
  const refuse = (rule: string, got: unknown): never => {
    throw new RangeError(`Cannot encode advert: expected ${rule}, got ${got}`);
  };
  if (!(virtualRouterId >= 1)) refuse('VRID 1 to 255', virtualRouterId);
  if (!(interval >= 1 && interval <= intervalMax)) refuse(`interval 1 to ${intervalMax}`, interval);
  const least = addressesLeast(version);
  if (addresses.length < least || addresses.length > 255)
    refuse(`${least} to 255 addresses`, addresses.length);
  if (version === 2 && family !== 'inet') refuse('IPv4 for version 2', family);
  for (const address of addresses) if (familyOf(address) !== family) refuse(`${family} addresses`, address);
}

/**
 * @param bytes what follows the IP header. Zeros behind the message are tolerated (link-layer padding).
 * @returns the advert, or the first rule that the bytes break. Never throws.
 */
export function decodeAdvert(bytes: Uint8Array, path: AdvertPath): Result<DecodedAdvert, AdvertRefusal> {
  const reader = createReader(bytes);
  const version = (bytes[0] ?? 0) >> 4;
  const type = reader.u8() & 0x0f;
  const virtualRouterId = reader.u8();
  const priority = reader.u8();
  const count = reader.u8();
  const timing = reader.u16();
  reader.skip(2);
  const seen = { ...(bytes.length >= 1 && { version }), ...(bytes.length >= 2 && { virtualRouterId }) };
  const refuse = (reason: AdvertRefusal['reason'], detail: string) => err({ reason, detail, ...seen });

  const family = familyOf(path.source);
  if (reader.overrun()) return refuse('short', `${HEADER_SIZE} bytes at least, got ${bytes.length}`);
  if (version !== 3 && !(version === 2 && family === 'inet')) {
    return refuse('version', `version ${family === 'inet' ? '2 or 3' : '3'}, got ${version}`);
  }
  if (type !== TYPE_ADVERTISEMENT) return refuse('type', `type 1, got ${type}`);
  if (count < addressesLeast(version)) return refuse('count', '1 to 255 addresses, got 0');
  const size = messageSize(version, family, count);
  if (bytes.length < size)
    return refuse('length', `${size} bytes for ${count} addresses, got ${bytes.length}`);
  if (bytes.subarray(size).some((byte) => byte !== 0)) {
    if (bytes.length === size + HMAC_TRAILER_SIZE)
      return refuse(
        'authentication',
        `no trailer, got one of ${HMAC_TRAILER_SIZE} bytes, as auth_hmac adds it`,
      );
    return refuse('length', `${size} bytes for ${count} addresses, got ${bytes.length} and not zeros only`);
  }
  const checksumForm = formOf(version, family, bytes.subarray(0, size), path);
  if (checksumForm === undefined) return refuse('checksum', 'a valid checksum, got another');
  const interval = version === 3 ? timing & 0x0fff : timing & 0xff; // RFC 9568 §5.2.6: reserved bits ignored
  if (interval === 0) return refuse('interval', 'an interval above 0, got 0'); // RFC 9568 erratum 8301

  const fields = { virtualRouterId, priority, addresses: readAddresses(reader, family, count) };
  const advert: Advert =
    version === 3
      ? { version, ...fields, intervalCs: interval }
      : { version, ...fields, intervalSec: interval, auth: readAuth(timing >> 8, reader) };
  return ok({ advert, checksumForm });
}

/** RFC 9568 erratum 8299 wants one; RFC 3768 §5.3.5 does not, and a keepalived of version 2 that only elects has none. */
const addressesLeast = (version: 2 | 3): number => (version === 3 ? 1 : 0);

const messageSize = (version: 2 | 3, family: Family, count: number): number =>
  HEADER_SIZE + count * ipSize(family) + (version === 2 ? AUTH_DATA_SIZE : 0);

const readAddresses = (reader: Reader, family: Family, count: number): Ip[] =>
  Array.from({ length: count }, () => ipFromBytes(reader.bytes(ipSize(family))));

function readAuth(code: number, reader: Reader): AdvertAuth {
  const data = reader.bytes(AUTH_DATA_SIZE);
  if (code === 0) return { type: 'none' }; // RFC 3768 §5.3.10: the data is ignored then
  if (code !== 1) return { type: 'unsupported', code };
  return { type: 'simple', password: Buffer.from(data).toString('latin1').replace(/\0+$/, '') };
}

function authCode(auth: AdvertAuth): number {
  if (auth.type === 'unsupported') {
    throw new RangeError(`Cannot encode advert: expected authentication type 0 or 1, got ${auth.code}`);
  }
  return auth.type === 'none' ? 0 : 1;
}

function authData(auth: AdvertAuth): Uint8Array {
  const data = new Uint8Array(AUTH_DATA_SIZE);
  if (auth.type !== 'simple') return data;
  const password = Buffer.from(auth.password, 'latin1');
  if (password.length > AUTH_DATA_SIZE || /[^\0-\xff]/.test(auth.password)) {
    throw new RangeError(
      `Cannot encode advert: expected a password of at most 8 Latin-1 characters, got another`,
    );
  }
  data.set(password);
  return data;
}

function sentForm(version: 2 | 3, family: Family, checksum: EncodeOptions['checksum']): ChecksumForm {
  if (family === 'inet6') return 'rfc8200';
  return version === 2 ? 'rfc3768' : checksum;
}

/** The first form under which the message is intact: what peers send by default is tried first. */
function formOf(version: 2 | 3, family: Family, message: Uint8Array, path: AdvertPath) {
  return acceptedForms(version, family, path).find((form) => isIntact(sumIn(form, message, path)));
}

function acceptedForms(version: 2 | 3, family: Family, path: AdvertPath): readonly ChecksumForm[] {
  if (family === 'inet6') return ['rfc8200'];
  if (version === 2) return ['rfc3768'];
  const forms: readonly ChecksumForm[] = ['rfc5798', 'rfc9568'];
  return isMulticast(path.destination) ? forms : [...forms, 'rfc5798-group'];
}

function sumIn(form: ChecksumForm, message: Uint8Array, { source, destination }: AdvertPath): number {
  const pseudo = { source, destination, protocol: VRRP_PROTOCOL, length: message.length };
  switch (form) {
    case 'rfc3768':
    case 'rfc9568': // §5.2.8: over IPv4 the message alone
      return onesComplementSum(message);
    case 'rfc5798':
    case 'rfc8200':
      return onesComplementSum(message, pseudoHeaderSum(pseudo));
    case 'rfc5798-group':
      return onesComplementSum(message, pseudoHeaderSum({ ...pseudo, destination: VRRP_GROUP_INET }));
  }
}
