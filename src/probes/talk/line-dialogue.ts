// A dialogue in lines of text over one connection: what SMTP, POP, IMAP, NNTP and FTP have in common. Small enough
// to be our own: a client library of each would bring its own timers, retries and unbounded buffers. The deadline is
// the conversation's, the limits are line-splitter.ts's.
import type { Socket } from 'node:net';
import type { TcpPlace } from '../../model/checks/place.ts';
import type { ProbeResult } from '../../model/probe-result.ts';
import { encodeText } from '../../net/raw-bytes.ts';
import { type Conversation, converse } from './conversation.ts';
import { dial, diallingOf, encrypt, encryptionOf } from './dial.ts';
import type { LineLimits } from './line-splitter.ts';
import { readLines } from './read-lines.ts';
import { isSelfConnected } from './socket.ts';

export const dialogueLimits: LineLimits = { lineBytesMax: 8 * 1024, bytesMax: 64 * 1024 };

export type Dialogue = {
  readonly conversation: Conversation;
  /** As it was opened. */
  readonly socket: Socket;
  /** Sends one line. Only `command` is ever shown to people: secrets go into `argument`. */
  readonly say: (command: string, argument?: string) => void;
  /** The next line without its end, or what stands after the last one. Rejects when there will be no more. */
  readonly hear: () => Promise<string>;
  /** Every line that has come, with a CR where it has one; at least one. */
  readonly hearAll: () => Promise<readonly string[]>;
  /** To be called when the server has agreed to TLS; all is said and heard through it from then on. */
  readonly encrypt: () => Promise<Socket>;
};

export type DialogueOptions = {
  /** Said at the end, whatever was found: a server logs a connection that is just dropped. */
  readonly goodbye?: string;
  readonly limits?: LineLimits;
};

/** How long a server may take to answer the goodbye: nothing depends on what it says. */
const farewellMs = 500;

export function holdDialogue(
  place: TcpPlace,
  signal: AbortSignal,
  { goodbye, limits = dialogueLimits }: DialogueOptions,
  talk: (dialogue: Dialogue) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const socket = await dial(conversation, place, diallingOf(place));
    if (isSelfConnected(socket, place.port)) throw new Error('connected to itself: nothing listens there');
    const dialogue = beginDialogue({ socket, conversation, place }, limits);
    conversation.verdict = await talk(dialogue);
    if (goodbye !== undefined) await farewell(dialogue, goodbye);
    return conversation.verdict;
  });
}

type Connection = {
  readonly socket: Socket;
  readonly conversation: Conversation;
  readonly place: TcpPlace;
};

function beginDialogue({ socket: first, conversation, place }: Connection, limits: LineLimits): Dialogue {
  let socket = first;
  let lines = readLines(socket, limits);
  conversation.doing = 'be greeted';
  return {
    conversation,
    socket: first,
    say: (command, argument) => {
      conversation.doing = command;
      socket.write(encodeText(oneLine(argument === undefined ? command : `${command} ${argument}`)));
    },
    hear: async () => (await lines.next()).replace(/\r$/, ''),
    hearAll: () => lines.all(),
    encrypt: async () => {
      const encryption = encryptionOf(place);
      if (encryption === undefined) return socket;
      // Anybody on the way could have put it there (RFC 3207 §6).
      if (lines.leave()) throw new Error('the server says more in clear after it has agreed to TLS');
      socket = await encrypt(conversation, { socket, address: place.address }, encryption);
      lines = readLines(socket, limits);
      return socket;
    },
  };
}

async function farewell({ say, hear }: Dialogue, goodbye: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, farewellMs);
  });
  say(goodbye);
  await Promise.race([hear().catch(() => {}), patience]);
  clearTimeout(timer);
}

/** A text from the config that holds an end of line would be a second command. */
function oneLine(line: string): string {
  if (!/[\r\n\0]/.test(line)) return `${line}\r\n`;
  throw Object.assign(new Error('a line end in login or passwd cannot be sent'), {
    code: 'UNSENDABLE',
  });
}
