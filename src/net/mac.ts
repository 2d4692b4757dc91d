// 48-bit link-layer addresses as canonical text: six lower-case pairs with colons.

declare const canonical: unique symbol;
export type Mac = string & { readonly [canonical]: true };

export function parseMac(text: string): Mac | undefined {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? (text.toLowerCase() as Mac) : undefined;
}

/** @param bytes exactly 6. @throws RangeError for any other length. */
export function macFromBytes(bytes: Uint8Array): Mac {
  if (bytes.length !== 6)
    throw new RangeError(`Cannot read MAC address: expected 6 bytes, got ${bytes.length}`);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':') as Mac;
}

export const macBytes = (mac: Mac): Uint8Array =>
  Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
