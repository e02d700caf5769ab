import { ownRuntime } from './inside-paths.ts'

/** On the loopback of an app's own network, where clients of HTTP proxies find the egress guard (D38). Nobody else is on it. */
export const proxyPort = 3128

/**
 * Listens, hands the listening socket to the environment server, and ends. A socket belongs to the network that it was made in, so the
 * server accepts on the app's loopback from outside: no process stays behind in the sandbox, and no memory of it counts.
 */
const listener = `const server = require("node:net").createServer()
server.listen(${proxyPort}, "127.0.0.1", 64, () => process.send("proxy port", server))
process.on("disconnect", () => process.exit())`

/** What the shell does before the app: only there can the app's network be entered. What the app's Node is told is not for this one. */
export function openProxyPort(node = ownRuntime(process.execPath)): string {
  return `NODE_USE_ENV_PROXY= ${node} -e '${listener}' 3>&- || echo "The app cannot reach the egress guard: no port could be opened in its network." >&2; unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE`
}
