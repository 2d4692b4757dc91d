// The frame of a check that talks with a server for a while: it always ends in a result, at the deadline with what
// it was waiting for, and whatever it opened is closed then. What is said stands in the probes.
import type { ProbeResult, ServerCertificate } from '../../model/probe-result.ts';
import { failure, judgeError } from './judge-error.ts';

export type Conversation = {
  /** What the check is doing now, as in "log in": the reason if nothing more comes of it. */
  doing: string;
  /** Goes into the result, whatever else that says. */
  certificate: ServerCertificate | undefined;
  /** Set when all is known and only a goodbye is left: neither an error nor the deadline changes it any more. */
  verdict: ProbeResult | undefined;
  /** At the deadline: what has come must do, and the work goes on with it within `judge`. Absent: it is too late. */
  enough: (() => void) | undefined;
  readonly signal: AbortSignal;
  /** Whom it talks with; set once that is known. */
  server: string;
  /** All has been heard: until `work` ends the deadline is its own, and it heeds `signal`. */
  readonly judge: <T>(work: Promise<T>) => Promise<T>;
  /** Closed when the conversation ends, or at once where it has ended already. */
  readonly closeAtEnd: (close: () => void) => void;
  /** Ends the conversation now, with what an error says of `doing`. */
  readonly fail: (error: unknown) => void;
};

/** Never rejects; settles when `signal` aborts at the latest. */
export function converse(
  signal: AbortSignal,
  talk: (conversation: Conversation) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const closers: (() => void)[] = [];
  let ended = false;
  let judging = 0;
  return new Promise((resolve) => {
    const settle = (said: ProbeResult) => {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', expire);
      const { certificate, verdict: result = said } = conversation;
      resolve(certificate === undefined || result.outcome === 'unmade' ? result : { ...result, certificate });
      for (const close of closers.reverse()) close();
    };
    const expire = () => {
      if (judging > 0) return;
      const { enough } = conversation;
      if (enough === undefined) return settle(failure(`no answer in time to ${conversation.doing}`));
      conversation.enough = undefined;
      enough();
      setImmediate(expire);
    };
    const conversation: Conversation = {
      doing: 'connect',
      certificate: undefined,
      verdict: undefined,
      enough: undefined,
      signal,
      server: '',
      judge: async (work) => {
        judging += 1;
        try {
          return await work;
        } finally {
          judging -= 1;
          // What it comes to has the first word; a probe that would go on to hear more has none.
          if (signal.aborted) setImmediate(expire);
        }
      },
      closeAtEnd: (close) => {
        if (ended) close();
        else closers.push(close);
      },
      fail: (error) => settle(judgeError(error, conversation.doing)),
    };
    signal.addEventListener('abort', expire);
    talk(conversation).then(settle, conversation.fail);
  });
}
