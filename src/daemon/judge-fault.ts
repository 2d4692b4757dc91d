// What a fault means (an exception that nobody caught): pure. One that came about within a check, in its code or its
// library's, can have harmed no more than that check, which fails by its deadline; ending for it would let one hostile
// server end both directors. After any other nobody knows what still works.
import { hideLikely } from '../net/hide-secrets.ts';

export type FaultFacts = {
  /** TypeError, and the code that Node gives, if any. */
  readonly error: string;
  readonly reason: string;
  /** Innermost first. */
  readonly stack: readonly string[];
  /** A check's: nothing else is touched by it. */
  readonly isOfCheck: boolean;
};

const framesMax = 12;
/** Where checks and what they use stand; all that is pure may be called by anybody. */
const ofChecks = /\/(?:dist|src)\/(?:probes|net|wire)\//;
const ofCheckAlone =
  /\/(?:dist|src)\/probes\/|\/node_modules\/(?:undici|dns-packet|ldapts|mysql2|pg|pg-[a-z-]+|radius)\//;
const ours = /\/(?:dist|src)\/[a-z]+\//;

/** @param hide of a message, in which what was being worked on may be quoted. */
export function judgeFault(error: unknown, hide: (text: string) => string = hideLikely): FaultFacts {
  if (!(error instanceof Error)) {
    return { error: typeof error, reason: 'no error was thrown but a value', stack: [], isOfCheck: false };
  }
  const { code } = error as NodeJS.ErrnoException;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .map((line) => line.slice(7));
  const isOfCheck =
    frames.some((frame) => ofCheckAlone.test(frame)) &&
    frames.every((frame) => !ours.test(withoutLibrary(frame)) || ofChecks.test(frame));
  return {
    error: typeof code === 'string' ? `${error.name} ${code}` : error.name,
    reason: hide(error.message),
    stack: frames.slice(0, framesMax).map(shortened),
    isOfCheck,
  };
}

/** A library's own dist/ is not ours. */
const withoutLibrary = (frame: string): string => (frame.includes('/node_modules/') ? '' : frame);

/** Without the path of the installation. */
const shortened = (frame: string): string =>
  frame.replace(/(?:file:\/\/)?\/[^ ()]*\/((?:node_modules|dist|src)\/[^ ()]*)/, '$1');
