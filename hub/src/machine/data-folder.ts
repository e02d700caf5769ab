import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes the data folder: passable for all (0711), its parts for the hub alone (D11). */
export function prepareDataFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  mkdirSync(join(folder, 'pki'), { recursive: true, mode: 0o755 })
}

/** The CA's certificate for whoever must trust this hub; it is no secret. */
export function writeCaCertificate(folder: string, pem: string): string {
  const file = join(folder, 'pki/ca.pem')
  writeFileSync(file, pem, { mode: 0o644 })
  return file
}

/** A socket that a killed hub left behind would refuse the next one. */
export function clearSocket(file: string): void {
  rmSync(file, { force: true })
}

/** Who can open the hub's local socket is administrator, so nobody else may (D16). */
export function closeToOthers(file: string): void {
  chmodSync(file, 0o600)
}

/** Where the hub reaches its edge. Hub and edge both go by it: another place on one side loses the edge's port. */
export function brokerSocketOf(dataFolder: string): string {
  return join(dataFolder, 'broker.sock')
}

/** Where the hub answers HTTP that came to its edge's port (D30). Like the other, both go by it. */
export function edgeDoorOf(dataFolder: string): string {
  return join(dataFolder, 'edge-http.sock')
}
