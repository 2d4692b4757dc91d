// Addresses in a row.
import { type Ip, ipBytes, ipFromBytes } from './ip.ts';

/** From `first` to `last`, both included; undefined where that is more than `max`, none, or of two families. */
export function ipRange(first: Ip, last: Ip, max: number): readonly Ip[] | undefined {
  const width = ipBytes(first).length;
  const [low, high] = [toNumber(first), toNumber(last)];
  if (ipBytes(last).length !== width || high < low || high - low >= BigInt(max)) return undefined;
  return Array.from({ length: Number(high - low) + 1 }, (_, index) => fromNumber(low + BigInt(index), width));
}

const toNumber = (address: Ip): bigint => BigInt(`0x${Buffer.from(ipBytes(address)).toString('hex')}`);

const fromNumber = (value: bigint, width: number): Ip =>
  ipFromBytes(Buffer.from(value.toString(16).padStart(2 * width, '0'), 'hex'));
