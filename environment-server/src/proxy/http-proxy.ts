/** An HTTP proxy that understands CONNECT; it gets a name and a password where it asks for them (Basic, RFC 7617). */
export type HttpProxy = { host: string; port: number; username?: string | undefined; password?: string | undefined }

type ProxySettings = {
  proxyHost?: string | undefined
  proxyPort?: number | undefined
  proxyUsername?: string | undefined
}

/** The proxy that the settings name; nothing unless both host and port are there. `password` comes from the keychain. */
export function proxyOf(settings: ProxySettings, password: string | undefined): HttpProxy | undefined {
  const { proxyHost, proxyPort, proxyUsername } = settings
  if (proxyHost === undefined || proxyPort === undefined) return undefined
  return { host: proxyHost, port: proxyPort, username: proxyUsername, password }
}

/** Of the header Proxy-Authorization; nothing where no user name is set. */
export function proxyAuthorization({ username, password }: HttpProxy): string | undefined {
  if (username === undefined) return undefined
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
}

/** `host:port` as requests and sentences write it: an IPv6 address in brackets. */
export function authorityOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
