/** An error of the AWS SDK for JavaScript, version 3. */
interface AwsError {
  readonly name?: unknown;
  readonly $metadata?: unknown;
  /** Set where the service's model says that the error is a passing one. */
  readonly $retryable?: unknown;
}

/**
 * What AWS answers with 400 to a request that was fine but came too fast or too slowly. The codes by which the SDK's own
 * retries know it (`@smithy/service-error-classification`), without `LimitExceededException`, which many services use
 * for quotas that no wait lifts.
 */
const TEMPORARY = new Set<unknown>([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** Whether it is an error of AWS that a later try may not meet, whatever its status says. */
export function isTemporaryAtAws({ name, $metadata, $retryable }: AwsError): boolean {
  return $metadata !== undefined && ($retryable !== undefined || TEMPORARY.has(name));
}
