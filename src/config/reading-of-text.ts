// What a reading of a config file tells beside what it says: how the file ended, and a fingerprint by which two directors
// tell whether both run the same file. Not for secrets, and no proof against a forger: who may write the file may do all.
import type { ConfigResult } from '../model/config/config.ts';
import { type ConfigReading, endOf } from './judge-loss.ts';

export function readingOfText({ config, problems }: ConfigResult, text: string): ConfigReading {
  const all = [text, ...(config?.executed ?? []).map((each) => each.fingerprint)].join('\n');
  const named = config && { ...config, fingerprint: fingerprintOf(all) };
  return { problems, ...(named !== undefined && { config: named }), end: endOf(text) };
}

/** Two FNV-1a hashes of 32 bits, over what stands in the text and from its end: no module is loaded for it. */
export function fingerprintOf(text: string): string {
  let [forward, backward] = [offsetBasis, offsetBasis];
  for (let at = 0; at < text.length; at += 1) {
    forward = Math.imul(forward ^ text.charCodeAt(at), prime);
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - at), prime);
  }
  return [forward, backward].map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('');
}

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
