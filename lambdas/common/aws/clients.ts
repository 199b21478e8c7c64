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

/** Clients that are kept: those of one account's Regions, but not of every account of an organization. */
const CLIENTS_KEPT = 64;

/**
 * One client for each target, made at its first use and kept while the function is warm, unless many others were used
 * since.
 */
export function clientOfTarget<Client>(make: (target: Target) => Client): (target: Target) => Client {
  const clients = new Map<string, Client>();
  return (target) => {
    const key = `${target.accountId} ${target.region}`;
    const client = clients.get(key) ?? make(target);
    // A map keeps the order in which its keys were set: the first is the one that was not used for the longest time.
    clients.delete(key);
    clients.set(key, client);
    const [oldest] = clients.keys();
    if (clients.size > CLIENTS_KEPT && oldest !== undefined) clients.delete(oldest);
    return client;
  };
}
