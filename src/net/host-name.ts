// Names of hosts as DNS has them: labels of 1 to 63 characters, 253 in all (RFC 1035 §2.3.4), in lower case
// (RFC 4343). Underscores are taken: names of services have them. A dot at the end says that the name is whole. What
// ends in a number is meant as an address, and a bad one: no top-level domain is one (RFC 3696 §2).

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const charactersMax = 253;

const number = /(?:^|\.)(?:\d+|0x[\da-f]*)$/;

/** @returns undefined for what is none. */
export function parseHostName(text: string): string | undefined {
  const name = text.toLowerCase();
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  if (bare.length > charactersMax || number.test(bare)) return undefined;
  return bare.split('.').every((each) => label.test(each)) ? name : undefined;
}
