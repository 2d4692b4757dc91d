// What the control socket asks of the daemon and gets back: a status in HTTP's sense, and JSON.

export type Answer = { readonly status: number; readonly body: unknown };

/** "GET /status" -> what answers it. `search` holds the query's parameters. */
export type Routes = Readonly<Record<string, (search: URLSearchParams) => Promise<Answer> | Answer>>;
