/** The hub's side and the server's, joined by a cable. `elsewhere` is the hub's machine under another address. */
export const addresses = { hub: '10.77.0.1', elsewhere: '10.77.0.3', server: '10.77.0.2' } as const
export const ports = { broker: 62_000, api: 8443 } as const
