// Checks that hold a dialogue in lines of text over TCP; SIP also asks over UDP. docs/checks.md says what is sent.
// Source: ldirectord's checks of these names; keepalived's SMTP_CHECK (helo_name).
import type { Ip } from '../../net/ip.ts';
import { bareRequestOf, receiveOf, requestOf, wantedOf } from './asked.ts';
import type { Definitions } from './definition.ts';
import { clientKeys, placeBy, placeOf, reachKeys, type TcpPlace } from './place.ts';

/** Empty login: the check does not log in. */
type Credentials = { readonly login: string; readonly passwd: string };

export type SmtpTarget = TcpPlace & {
  readonly kind: 'smtp';
  /** How the check names itself in EHLO. */
  readonly heloName: string;
};

export type PopTarget = TcpPlace & Credentials & { readonly kind: 'pop' };
export type ImapTarget = TcpPlace & Credentials & { readonly kind: 'imap' };
export type NntpTarget = TcpPlace & { readonly kind: 'nntp' };

export type FtpTarget = TcpPlace &
  Credentials & {
    readonly kind: 'ftp';
    readonly path: string;
    /** Regular expression (net/pattern/), unanchored; absent: any file, also an empty one. */
    readonly receive?: string;
  };

/** Without `request` the path is "/", which is no file: to be logged in and somewhere is all that is asked. */
export const asksForFile = ({ path, receive }: Pick<FtpTarget, 'path' | 'receive'>): boolean =>
  path !== '/' || receive !== undefined;

export type SimpleTcpTarget = TcpPlace & {
  readonly kind: 'simpletcp';
  /** As it goes out; empty: nothing is said. */
  readonly request: string;
  /** Must match one line; absent: any line. */
  readonly receive?: string;
};

export type SipTarget = {
  readonly kind: 'sip';
  readonly transport: 'udp' | 'tcp';
  readonly address: Ip;
  readonly port: number;
  /** USER@HOST of the URI that is asked; empty: the server's address. */
  readonly login: string;
};

export type DialogueTarget =
  | SmtpTarget
  | ImapTarget
  | PopTarget
  | NntpTarget
  | FtpTarget
  | SimpleTcpTarget
  | SipTarget;

/** A password without a name is none. */
const credentialsOf = ({ login, passwd }: Credentials): Credentials => ({
  login,
  passwd: login === '' ? '' : passwd,
});

/** How ldirectord names itself in EHLO. */
const heloName = 'localhost.localdomain';

const as = ({ login }: { readonly login: string }): string => (login === '' ? '' : ` as ${login}`);
const secure = ({ tls }: TcpPlace): string =>
  tls === undefined ? '' : tls.asked === true ? ' with STARTTLS' : ' over TLS';

export const dialogues = {
  smtp: {
    services: {
      smtp: { port: 25, tls: 'asked' },
      submission: { port: 587, tls: 'asked' },
      smtps: { port: 465, tls: 'at once', isOurs: true },
    },
    reads: [...clientKeys, 'helo_name'],
    targetOf: (virtual, real, port) => ({
      kind: 'smtp',
      ...placeBy('smtps', virtual, real, port),
      heloName: virtual.heloName ?? heloName,
    }),
    describe: (target) => `SMTP${secure(target)} on port ${target.port}, EHLO ${target.heloName}`,
  },
  imap: {
    services: { imap: { port: 143, tls: 'asked' }, imaps: { port: 993, tls: 'at once' } },
    reads: [...clientKeys, 'login', 'passwd'],
    targetOf: (virtual, real, port) => ({
      kind: 'imap',
      ...placeBy('imaps', virtual, real, port),
      ...credentialsOf(virtual),
    }),
    describe: (target) => `IMAP${secure(target)} on port ${target.port}${as(target)}`,
  },
  pop: {
    services: { pop: { port: 110, tls: 'asked' }, pops: { port: 995, tls: 'at once' } },
    reads: [...clientKeys, 'login', 'passwd'],
    targetOf: (virtual, real, port) => ({
      kind: 'pop',
      ...placeBy('pops', virtual, real, port),
      ...credentialsOf(virtual),
    }),
    describe: (target) => `POP3${secure(target)} on port ${target.port}${as(target)}`,
  },
  nntp: {
    services: { nntp: { port: 119, tls: 'asked' }, nntps: { port: 563, tls: 'at once', isOurs: true } },
    reads: clientKeys,
    targetOf: (virtual, real, port) => ({ kind: 'nntp', ...placeBy('nntps', virtual, real, port) }),
    describe: (target) => `NNTP${secure(target)} on port ${target.port}`,
  },
  ftp: {
    services: { ftp: { port: 21, tls: 'asked' }, ftps: { port: 990, tls: 'at once', isOurs: true } },
    reads: [...clientKeys, 'login', 'passwd', 'request', 'receive'],
    targetOf: (virtual, real, port) => ({
      kind: 'ftp',
      ...placeBy('ftps', virtual, real, port),
      login: virtual.login,
      passwd: virtual.passwd,
      path: requestOf(virtual, real),
      ...receiveOf(virtual, real),
    }),
    describe: (target) =>
      `FTP${secure(target)} on port ${target.port}${as(target)}, ${asksForFile(target) ? `RETR ${target.path}` : 'PWD'}${wantedOf(target)}`,
  },
  simpletcp: {
    services: { simpletcp: {} },
    reads: [...clientKeys, 'request', 'receive'],
    targetOf: (virtual, real, port) => ({
      kind: 'simpletcp',
      ...placeOf(virtual, real, port),
      request: bareRequestOf(virtual, real).replaceAll('\\n', '\n'),
      ...receiveOf(virtual, real),
    }),
    describe: (target) => `${JSON.stringify(target.request)} to port ${target.port}${wantedOf(target)}`,
  },
  sip: {
    services: { sip: { port: 5060 } },
    reads: ['checkport', ...reachKeys, 'login'],
    targetOf: ({ id, login }, { address }, port) => ({
      kind: 'sip',
      transport: id.kind === 'address' && id.protocol === 'udp' ? 'udp' : 'tcp', // as ldirectord
      address,
      port,
      login,
    }),
    describe: (target) => `SIP OPTIONS to ${target.transport} port ${target.port}${as(target)}`,
  },
} as const satisfies Definitions<DialogueTarget>;
