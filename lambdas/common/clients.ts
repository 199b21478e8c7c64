import type { Target } from "./evaluation";

/**
 * Configuration of every AWS client: of one target, and patient enough for a fleet-wide scan. The SDK's
 * default of three attempts gives up on ordinary throttling.
 */
export function clientConfig(target: Target) {
  return {
    region: target.region,
    maxAttempts: 10,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
    ...(target.credentials && { credentials: target.credentials }),
  };
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
