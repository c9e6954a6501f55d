/** What retries and hedges together may add to the load. */
export interface RetryBudget {
  /** A call begins, which earns a share of a retry. */
  deposit(): void;
  /** Takes one retry out; `false` when there is none left. */
  withdraw(): boolean;
}
