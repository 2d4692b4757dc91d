// A mail server that keeps what it takes, and answers as it is told to: refuses, defers, says nothing.
import { createServer, type Socket } from 'node:net';

export type TakenMail = {
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body, with \n. */
  readonly text: string;
  readonly subject: string;
  readonly body: string;
};

/** @returns a reply in place of the usual one; '' for none at all. */
export type Answer = (line: string) => string | undefined;

export type SmtpSink = {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  /** All lines of commands, in order. */
  readonly heard: readonly string[];
  readonly connections: () => number;
  answer: Answer;
  readonly close: () => void;
};

export async function openSmtpSink({
  port = 0,
  answer = () => undefined,
}: {
  port?: number;
  answer?: Answer;
} = {}) {
  const mails: TakenMail[] = [];
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const sink = { answer };
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    converse(socket, { mails, heard, answer: (line) => sink.answer(line) });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return Object.assign(sink, {
    ...{ mails, heard, connections: () => connections },
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  }) satisfies SmtpSink;
}

type Memory = { readonly mails: TakenMail[]; readonly heard: string[]; readonly answer: Answer };

function converse(socket: Socket, { mails, heard, answer }: Memory): void {
  let [pending, from, data] = ['', '', undefined as string[] | undefined];
  let to: string[] = [];
  const say = (line: string, usual: string) => {
    const reply = answer(line) ?? usual;
    if (reply !== '') socket.write(`${reply}\r\n`);
    return reply.startsWith('2') || reply.startsWith('3');
  };
  const command = (line: string) => {
    heard.push(line);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO' || verb === 'HELO') [from, to] = ['', []];
    if (verb === 'QUIT') {
      say(line, '221 bye');
      socket.end();
    } else if (verb === 'DATA') {
      if (say(line, '354 go on')) data = [];
    } else if (say(line, '250 ok')) {
      if (verb === 'MAIL') from = /<(.*)>/.exec(line)?.[1] ?? '';
      if (verb === 'RCPT') to.push(/<(.*)>/.exec(line)?.[1] ?? '');
    }
  };
  const body = (line: string, lines: string[]) => {
    if (line !== '.') {
      lines.push(line.replace(/^\./, ''));
      return;
    }
    data = undefined;
    if (say('.', '250 taken')) mails.push(mailOf(from, to, lines.join('\n')));
    to = [];
  };
  socket.on('data', (bytes: Buffer) => {
    const lines = `${pending}${bytes.toString()}`.split(/\r?\n/);
    pending = lines.pop() ?? '';
    for (const line of lines) data === undefined ? command(line) : body(line, data);
  });
  say('', '220 sink');
}

function mailOf(from: string, to: readonly string[], text: string): TakenMail {
  const [head = '', ...rest] = text.split('\n\n');
  const subject = /^Subject: (.*(?:\n[ \t].*)*)/m.exec(head)?.[1]?.replace(/\n[ \t]/g, ' ') ?? '';
  return { from, to, text, subject, body: rest.join('\n\n') };
}
