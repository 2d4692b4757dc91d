// What the control socket asks of the daemon and gets back: a status in HTTP's sense, and JSON, or text in pieces.

export type Answer = { readonly status: number; readonly body: unknown };

/** Another type than JSON, or more than should be made at once: lines, which the socket makes showable. */
export type Streamed = {
  readonly status: number;
  readonly contentType: string;
  /**
   * Each is asked for once the one before is taken, and others have had their turn in between; an empty one is for their
   * turn alone. Where the asker goes away `gone` (Asked) is told, and no further one is asked for.
   */
  readonly pieces: AsyncIterable<string> | Iterable<string>;
  /** For how long the asker may take nothing, where that is longer than of other answers. */
  readonly patienceMs?: number;
};

export type Reply = Answer | Streamed;

export type Asked = {
  /** What stands at the `*` of a route, decoded. */
  readonly rest: string;
  /** The field Accept of the question. */
  readonly accept: string;
  /** The asker went away, or the daemon ends: nobody takes what is not sent yet. */
  readonly gone: AbortSignal;
};

/** `search` holds the query's parameters. */
export type Route = (search: URLSearchParams, asked: Asked) => Promise<Reply> | Reply;

/** "GET /status" -> what answers it; of "GET /active/*" the last part is anything that is not empty. */
export type Routes = Readonly<Record<string, Route>>;
