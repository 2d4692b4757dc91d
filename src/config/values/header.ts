// A header of a request of ours, `NAME: VALUE`: what a config may say, and what is the client's own to say.
import { scalar } from './scalars.ts';

/** RFC 9110 §5.6.2. */
export const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Those that say how the message is sent are not for a config to say (RFC 9110 §7.6.1, RFC 9113 §8.2.2). */
const reserved = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
]);

/** @param more what else may not be said, in lower case. @param hint how it is said instead. */
export const header = (more: readonly string[] = [], hint = '') =>
  scalar(
    `NAME: VALUE, where NAME is none of ${[...reserved, ...more].join(', ')}${hint}`,
    (value): readonly [string, string] | undefined => {
      const colon = value.indexOf(':');
      const name = value.slice(0, Math.max(colon, 0));
      const content = value.slice(colon + 1).trim();
      const isOurs = reserved.has(name.toLowerCase()) || more.includes(name.toLowerCase());
      return token.test(name) && /^[\t\x20-\x7e]*$/.test(content) && !isOurs ? [name, content] : undefined;
    },
    { type: 'string' },
  );
