import { Patience, PatientRetries, readingTime } from "./retry";
import type { Target } from "./target";

/** How long a request may take to be answered, and an answer may pause. */
export const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 3_000;

/**
 * Configuration of every AWS client: of one target, and patient enough for a fleet-wide scan. What is not answered is
 * ended and repeated: without `throwOnRequestTimeout` the SDK only warns of it.
 * @param requestTimeoutMs for requests that have much to send.
 */
export function clientConfig(target: Target, requestTimeoutMs = REQUEST_TIMEOUT_MS) {
  return {
    region: target.region,
    retryStrategy: new PatientRetries(),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      socketTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(target.credentials && { credentials: target.credentials }),
  };
}

/** Configuration of the clients that read what is evaluated. */
export function readerConfig(target: Target) {
  return { ...clientConfig(target), retryStrategy: new PatientRetries(new Patience(readingTime)) };
}

/** One client for each target, made at its first use and kept while the function is warm. */
export function clientOfTarget<Client>(make: (target: Target) => Client): (target: Target) => Client {
  const clients = new Map<string, Client>();
  return (target) => {
    const key = `${target.accountId} ${target.region}`;
    const known = clients.get(key);
    if (known) return known;
    const client = make(target);
    clients.set(key, client);
    return client;
  };
}
