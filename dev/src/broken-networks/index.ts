import { fileURLToPath } from 'node:url'

export type { Seen } from './lab.ts'
export { type Network, networks } from './networks.ts'

/** Run in namespaces of its own, with the server file as its argument, it prints a line for each network. */
export const labFile = fileURLToPath(new URL('main.ts', import.meta.url))
