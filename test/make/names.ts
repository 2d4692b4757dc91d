// Names of services and servers from literals, for tests; a literal that is none throws.
import type { DestinationName, RealName, ServiceName } from '../../src/model/ipvs.ts';
import { parseDestinationName, parseRealName, parseServiceName } from '../../src/model/names.ts';

export const serviceNamed = (text: string): ServiceName => given(parseServiceName(text), text);
export const realNamed = (text: string): RealName => given(parseRealName(text), text);
export const destinationNamed = (text: string): DestinationName => given(parseDestinationName(text), text);

function given<Name>(name: Name | undefined, text: string): Name {
  if (name === undefined) throw new RangeError(`Cannot make a name: expected a canonical one, got ${text}`);
  return name;
}
