// FTP in passive mode, in clear or over TLS: up when the server greets, lets the check log in and gives out one file in full, which must
// match where there is a pattern; without a file to ask for, when it says where one is logged in (PWD). ldirectord lets the server connect back (which no firewall likes) and, without a
// pattern, counts even a dead server as up. The file is fetched from the server's own address, whatever it names.
// Source: RFC 959 §4.1 and §5.4, RFC 2428 §3 (EPSV, for IPv6), RFC 4217 (TLS); ldirectord's ftp check.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { asksForFile, type FtpTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { familyOf } from '../net/ip.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { judgeUnmatched } from './match/judge-receive.ts';
import { type Asker, matchBody } from './match/match-body.ts';
import type { Conversation } from './talk/conversation.ts';
import { encrypt, encryptionOf } from './talk/dial.ts';
import { answerBytesMax } from './talk/guard-socket.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';
import { hearReply, type Reply, refused } from './talk/reply.ts';
import { openSocket, type Place, ready } from './talk/socket.ts';

/** `receive` is looked for in this much of a file; the rest is not read. */
export const fileBytesMax = 256 * 1024;

type Target = FtpTarget & Pick<Place, 'bind'>;

export const probeFtp = (target: Target, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'QUIT' }, async (dialogue) => {
    let control = dialogue.socket;
    let refusal = await greet(dialogue);
    if (refusal === undefined && target.tls?.asked === true) {
      const auth = await ask(dialogue, 'AUTH', 'TLS');
      if (auth.kind === 2) control = await dialogue.encrypt();
      else refusal = refused('AUTH TLS', auth);
    }
    refusal ??= (await logIn(target, dialogue)) ?? (await protectData(target, dialogue));
    if (refusal !== undefined) return failure(refusal);
    if (!asksForFile(target)) return askWhere(dialogue);
    const got = await fetchFile(target, dialogue, control);
    return typeof got === 'string' ? failure(got) : judgeFile(target, got, dialogue.conversation);
  });

/** @returns why not; undefined when the server is ready. */
async function greet(dialogue: Dialogue): Promise<string | undefined> {
  let greeting = await hearReply(dialogue);
  while (greeting.kind === 1) greeting = await hearReply(dialogue); // RFC 959 §5.4: 120, ready soon
  return greeting.kind === 2 ? undefined : refused('the connection', greeting);
}

async function logIn({ login, passwd }: FtpTarget, dialogue: Dialogue): Promise<string | undefined> {
  const user = await ask(dialogue, 'USER', login === '' ? 'anonymous' : login);
  if (user.kind === 3) {
    const pass = await ask(dialogue, 'PASS', passwd);
    if (pass.kind !== 2) return refused('PASS', pass);
  } else if (user.kind !== 2) {
    return refused('USER', user);
  }
  const type = await ask(dialogue, 'TYPE', 'I');
  return type.kind === 2 ? undefined : refused('TYPE', type);
}

/** RFC 4217 §9: over TLS the file comes over TLS as well. @returns why not */
async function protectData({ tls, ...target }: FtpTarget, dialogue: Dialogue): Promise<string | undefined> {
  if (tls === undefined || !asksForFile(target)) return undefined;
  for (const [command, argument] of [
    ['PBSZ', '0'],
    ['PROT', 'P'],
  ] as const) {
    const reply = await ask(dialogue, command, argument);
    if (reply.kind !== 2) return refused(`${command} ${argument}`, reply);
  }
  return undefined;
}

type File = { readonly content: Buffer; readonly whole: boolean };

/** @param control the connection of the dialogue. @returns why not, or what the file holds. */
async function fetchFile(target: Target, dialogue: Dialogue, control: Socket): Promise<string | File> {
  const { address, bind, path } = target;
  const command = familyOf(address) === 'inet6' ? 'EPSV' : 'PASV';
  const passive = await ask(dialogue, command);
  const port = passive.code === 227 || passive.code === 229 ? portOf(passive) : undefined;
  if (port === undefined) return refused(command, passive);
  const data = await openData({ address, port, ...(bind !== undefined && { bind }) }, dialogue.conversation);
  const begun = await ask(dialogue, 'RETR', path);
  if (begun.kind !== 1) return refused('RETR', begun);
  const content = await encryptData(target, { data, control }, dialogue.conversation);
  dialogue.conversation.doing = `read ${path}`;
  const file = await readSome(content);
  // A file that is cut off ends in a complaint of the server, or in nothing for a long time.
  if (!file.whole) return file;
  const done = await hearReply(dialogue);
  return done.kind === 2 ? file : refused('RETR', done);
}

/** RFC 959 §4.1.3 PWD, §5.4: 257 and the directory. */
async function askWhere(dialogue: Dialogue): Promise<ProbeResult> {
  const where = await ask(dialogue, 'PWD');
  return where.code === 257 ? success(where.text) : failure(refused('PWD', where));
}

async function ask(dialogue: Dialogue, command: string, argument?: string): Promise<Reply> {
  dialogue.say(command, argument);
  return hearReply(dialogue);
}

/** RFC 959 §4.1.2 PASV: six numbers, the last two the port; RFC 2428 §3 EPSV: (|||port|). */
function portOf({ code, text }: Reply): number | undefined {
  if (code === 229) {
    const [, , port] = /\(([\x21-\x7e])\1\1(\d{1,5})\1\)/.exec(text) ?? [];
    return inRange(Number(port));
  }
  const [, high, low] = /\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3}),(\d{1,3})/.exec(text) ?? [];
  return inRange(Number(high) * 256 + Number(low));
}

const inRange = (port: number): number | undefined => (port >= 1 && port <= 65535 ? port : undefined);

function openData(place: Place, conversation: Conversation): Promise<Socket> {
  conversation.doing = `connect to port ${place.port} for data`;
  const socket = openSocket(place);
  conversation.closeAtEnd(() => socket.destroy());
  return ready(socket, 'connect');
}

/** Servers want the session of the dialogue in it, as a proof of who asks (RFC 4217 §10.2). */
async function encryptData(
  place: FtpTarget,
  { data, control }: { readonly data: Socket; readonly control: Socket },
  conversation: Conversation,
): Promise<Socket> {
  const encryption = encryptionOf(place);
  if (encryption === undefined) return data;
  const session = control instanceof TLSSocket ? control.getSession() : undefined;
  const connection = { socket: data, address: place.address };
  return encrypt(conversation, connection, { ...encryption, session }, fileBytesMax + answerBytesMax);
}

async function readSome(socket: Socket): Promise<File> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, fileBytesMax - bytes));
    bytes += chunk.length;
    if (bytes > fileBytesMax) return { content: Buffer.concat(chunks), whole: false };
  }
  return { content: Buffer.concat(chunks), whole: true };
}

async function judgeFile({ receive }: FtpTarget, { content }: File, asker: Asker): Promise<ProbeResult> {
  const size = `${content.length} bytes`;
  if (receive === undefined) return success(`got the file (${size})`);
  const outcome = await matchBody(receive, decodeText(content), asker);
  if (outcome === 'yes') return success('receive matches the file');
  if (outcome === 'no') return failure(`receive does not match the file (${size})`);
  return judgeUnmatched(outcome, receive, `got the file (${size})`);
}
