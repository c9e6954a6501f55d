import { type Dispatcher } from 'undici';
import { isRookeryError, systemCode } from '@rookery/common';
import { AnswerTooLargeError } from '../../errors/answer-too-large.error.js';
import { ConnectionError } from '../../errors/connection.error.js';
import { UnsendableMessageError } from '../../errors/unsendable-message.error.js';
import { type Progress } from '../progress.js';
import { type WireHead, type WireRequest } from '../transport.js';
import { type Dispatch } from './connection.js';
import { type Origin } from './origin.js';

type Controller = Dispatcher.DispatchController;

/**
 * One request and its answer, told by undici step by step; reading it so, and not as undici's streams, is what makes it
 * fast.
 *
 * A connection that the other side closes while it is idle fails the request that is just being written to it: it dies
 * although it served others, without a byte of an answer. A request that may arrive twice is then sent again at once on a
 * new connection: such an end says nothing about the instance.
 */
export abstract class Exchange implements Dispatcher.DispatchHandler {
  protected controller: Controller | undefined;
  protected ended = false;
  readonly #dispatch: Dispatch;
  #reused = false;
  #answered = false;
  #again = false;
  #loaded = 0;
  #total: number | undefined;

  constructor(
    protected readonly request: WireRequest,
    private readonly origin: Origin,
  ) {
    const { method, path, headers, body } = request;
    this.#dispatch = { method, path: origin.prefix + path, headers, body: body as Dispatch['body'] & {} };
  }

  start(): void {
    const { signal } = this.request;
    if (signal.aborted) return this.fail(signal.reason);
    // An object that handles events is called as it is: no function for each request.
    signal.addEventListener('abort', this);
    this.origin.dispatch(this.#dispatch, this);
  }

  /** The signal aborted. */
  handleEvent(): void {
    this.fail(this.request.signal.reason);
  }

  /** The request is about to be written. */
  onRequestStart(controller: Controller): void {
    this.controller = controller;
    this.#reused = this.#dispatch.via?.used ?? false;
    if (this.ended) controller.abort(ABANDONED);
  }

  onResponseStart(_controller: Controller, status: number, headers: WireHead['headers']): void {
    // 1xx is no answer yet.
    if (status < 200 || this.ended) return;
    this.#answered = true;
    const length = Number(headers['content-length'] ?? NaN);
    if (length >= 0) this.#total = length;
    if (length > this.request.maxResponseSize && this.request.method !== 'HEAD') return this.tooLarge();
    this.begin({ status, headers });
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.ended) return;
    this.#loaded += chunk.byteLength;
    if (this.#loaded > this.request.maxResponseSize) return this.tooLarge();
    this.take(chunk);
    if (this.request.onDownloadProgress) this.#report(this.request.onDownloadProgress);
  }

  onResponseEnd(): void {
    if (this.#dispatch.via) this.#dispatch.via.used = true;
    if (!this.ended) this.finish();
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    if (this.ended) return;
    const failure = this.#failureOf(error);
    const diedIdle = failure instanceof ConnectionError && this.#diedIdle();
    if (diedIdle && this.request.repeatable && !this.#again) return this.#sendAgain();
    this.fail(failure);
  }

  protected abstract begin(head: WireHead): void;
  protected abstract take(chunk: Buffer): void;
  protected abstract finish(): void;
  protected abstract reject(error: unknown): void;

  protected tooLarge(): void {
    const { label, maxResponseSize } = this.request;
    this.fail(new AnswerTooLargeError(label, maxResponseSize));
  }

  /** Ends it for good. What the connection does is of no interest any more, so it is closed. */
  protected fail(error: unknown): void {
    if (this.ended) return;
    this.release();
    if (!isRookeryError(error, 'CONNECTION_FAILED')) this.controller?.abort(ABANDONED);
    this.reject(error);
  }

  protected release(): void {
    this.ended = true;
    this.request.signal.removeEventListener('abort', this);
  }

  /** What the caller gave and cannot be sent says nothing about the connection. */
  #failureOf(error: Error): Error {
    const { label } = this.request;
    if (error instanceof UnsendableMessageError) return error;
    if (UNSENDABLE.has(systemCode(error) ?? '')) return new UnsendableMessageError(label, error);
    return new ConnectionError(label, this.controller !== undefined, error);
  }

  #diedIdle(): boolean {
    return this.#reused && !this.#answered;
  }

  #sendAgain(): void {
    this.#again = true;
    this.controller = undefined;
    this.origin.dispatchAnew(this.#dispatch, this);
  }

  #report(report: (progress: Progress) => void): void {
    try {
      report({ loaded: this.#loaded, total: this.#total });
    } catch (error) {
      this.fail(error);
    }
  }
}

/** What undici says of a request that it does not write, or not to its end, because of what the request itself is. */
const UNSENDABLE: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

const ABANDONED = new Error('nobody waits for the answer');
