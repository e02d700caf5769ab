import { closeSync, existsSync, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { ReadStream } from 'node:tty'
import { StartProblem } from '../log/start-problem.ts'
import { Keychain, WrongMasterPassword } from './keychain.ts'
import { promptHidden } from './prompt.ts'

export type Terminal = { input: ReadStream; output: NodeJS.WritableStream }

/** Where the master password may come from, in the order they are tried (ES-10). */
export type PasswordSources = {
  passwordFile?: string | undefined
  passwordFd?: number | undefined
  /** systemd's `$CREDENTIALS_DIRECTORY`. */
  credentialsFolder?: string | undefined
  terminal?: Terminal | undefined
}

const credentialName = 'postern-envsvr'
const passwordBytesMax = 4096
const passwordLengthMin = 8
const attemptsMax = 3
const tooShort = `The master password needs at least ${passwordLengthMin} characters.`

/** Whether there is anything to get the password from: without, a server can only wait to be unlocked. */
export function hasPasswordSource({ passwordFile, passwordFd, credentialsFolder, terminal }: PasswordSources): boolean {
  return (
    passwordFile !== undefined ||
    passwordFd !== undefined ||
    terminal !== undefined ||
    credentialIn(credentialsFolder) !== undefined
  )
}

/** Opens the keychain, or makes it at the first start. */
export async function openKeychainWith(sources: PasswordSources, path: string): Promise<Keychain> {
  const unattended = unattendedPassword(sources)
  if (unattended !== undefined) return openOrCreateKeychain(path, unattended)
  if (!sources.terminal) {
    throw new StartProblem(
      'The keychain needs its master password, and there is no terminal to ask on. Give it with --password-file FILE, --password-fd N or the systemd credential postern-envsvr.',
    )
  }
  const { input, output } = sources.terminal
  if (!Keychain.exists(path)) return Keychain.create(path, await askNewPassword(sources.terminal))
  for (let attempt = 1; ; attempt += 1) {
    try {
      return Keychain.open(path, await promptHidden('Master password of the keychain: ', input, output))
    } catch (error) {
      if (!(error instanceof WrongMasterPassword) || attempt >= attemptsMax) throw error
      output.write('The master password is wrong.\n')
    }
  }
}

export function openOrCreateKeychain(path: string, password: string): Keychain {
  return Keychain.exists(path) ? Keychain.open(path, password) : Keychain.create(path, checkedPassword(password))
}

/** Asks twice for a password that is to be; who mistypes is asked again. */
export async function askNewPassword({ input, output }: Terminal): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const password = await promptHidden('Choose a master password for the keychain: ', input, output)
    const mistake = await mistakeIn(password, { input, output })
    if (mistake === undefined) return password
    if (attempt >= attemptsMax) throw new StartProblem(mistake)
    output.write(`${mistake}\n`)
  }
}

async function mistakeIn(password: string, { input, output }: Terminal): Promise<string | undefined> {
  if (!isLongEnough(password)) return tooShort
  const again = await promptHidden('The same again: ', input, output)
  return again === password ? undefined : 'The two passwords differ.'
}

/** The password of any source but the terminal. */
export function unattendedPassword({
  passwordFile,
  passwordFd,
  credentialsFolder,
}: PasswordSources): string | undefined {
  if (passwordFile !== undefined) return readPasswordFile(passwordFile, true)
  if (passwordFd !== undefined) return readPasswordFd(passwordFd)
  // systemd keeps its credentials closed itself; their modes differ between versions.
  const credential = credentialIn(credentialsFolder)
  return credential === undefined ? undefined : readPasswordFile(credential, false)
}

function credentialIn(folder: string | undefined): string | undefined {
  const credential = folder === undefined ? undefined : join(folder, credentialName)
  return credential !== undefined && existsSync(credential) ? credential : undefined
}

function readPasswordFile(path: string, checkMode: boolean): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new StartProblem(`The password file ${path} cannot be read.`, { cause: error })
  }
  try {
    if (checkMode) refuseOpenToOthers(file, path)
    return readPassword(file, path)
  } finally {
    closeSync(file)
  }
}

/** The init script gives root's file by its number: the same rule holds for it. A pipe, or a file without a name, is nobody else's. */
function readPasswordFd(fd: number): string {
  const name = `file descriptor ${fd}`
  const status = statusOf(fd, name)
  if (status.isFile() && status.nlink > 0) refuseOpenToOthers(fd, readlinkSync(`/proc/self/fd/${fd}`))
  return readPassword(fd, name)
}

function statusOf(fd: number, name: string): Stats {
  try {
    return fstatSync(fd)
  } catch (error) {
    throw new StartProblem(`${name} is not open.`, { cause: error })
  }
}

function refuseOpenToOthers(file: number, path: string): void {
  const { uid, mode } = fstatSync(file)
  // geteuid is there on every platform but Windows, where this server does not run.
  if ((mode & 0o077) === 0 && (uid === 0 || uid === process.geteuid!())) return
  throw new StartProblem(
    `The password file ${path} can be read by others. Run: chown root ${path} or this server's user, and chmod 600 ${path}`,
  )
}

/** The first line, without its end: editors and `echo` add one. */
export function readPassword(file: number, name: string): string {
  const bytes = Buffer.alloc(passwordBytesMax + 1)
  let length = 0
  // From its beginning, where it has one: a server that goes back to another file is given the same descriptor twice.
  const isFile = fstatSync(file).isFile()
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, isFile ? length : null)
  }
  const password = bytes.subarray(0, length).toString('utf8').split(/\r?\n/, 1)[0]
  if (!password || length > passwordBytesMax) {
    throw new StartProblem(`${name} holds no password in its first line, or more than ${passwordBytesMax} bytes.`)
  }
  return password
}

export function checkedPassword(password: string): string {
  if (isLongEnough(password)) return password
  throw new StartProblem(tooShort)
}

function isLongEnough(password: string): boolean {
  return password.length >= passwordLengthMin
}
