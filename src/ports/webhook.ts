// What webhooks need of the world: one request, once.

export type WebhookRequest = {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Of the event: the same at each try. */
  readonly id: string;
  /** Signs it. */
  readonly secret?: string;
  readonly verify: boolean;
  readonly caFile?: string;
};

export type WebhookAnswer = {
  readonly status: number;
  /** As the header has it (RFC 9110 §10.2.3). */
  readonly retryAfter?: string;
  /** The beginning of it, raw. */
  readonly body: string;
};

/** Rejects where there is no answer, with why. Ends by the signal. */
export type SendWebhook = (request: WebhookRequest, signal: AbortSignal) => Promise<WebhookAnswer>;
