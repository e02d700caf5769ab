import type { SandboxTier } from '@postern/protocol'
import type { AppUser } from './app-user.ts'

/** The four folders of an attempt, as the contract names them. */
export type ExecutionFolders = { in: string; out: string; log: string; temp: string }

/** One app process to be confined, in the host's own paths. */
export type LaunchRequest = {
  executionId: string
  attempt: number
  appFolder: string
  folders: ExecutionFolders
  /** A folder of the attempt that the app never sees, for the confinement's own files. */
  workFolder: string
  /** The interpreter's binary. */
  runtime: string
  /** What the interpreter cannot run without; none where the binary is all of it. */
  runtimeFolders: readonly string[]
  runtimeArguments: readonly string[]
  egressSocket: string
  /** Files that apps verify certificates with. */
  certificatesFolder: string
  /** Whether the app looks for a proxy of TCP, so that its own network needs a port that leads to the egress guard. */
  needsProxyPort: boolean
  processesMax: number
  diskBytesMax: number
  /** Whom the app runs as, where that is not the server's own user. */
  user?: AppUser | undefined
}

/** How the app sees the same places; the parameter file and the environment are made of these. */
export type SeenPaths = {
  appFolder: string
  folders: ExecutionFolders
  runtime: string
  egressSocket: string
  certificatesFolder: string
  searchPath: string
}

export type Launch = {
  command: string
  arguments: string[]
  /** Working folder of the scaffold, not of the app. */
  folder: string
  /** `input`: the environment is written to standard input, as lines of sh. */
  environmentBy?: 'input'
}

/**
 * How one app process is kept apart (S2). A launch starts a scaffold, which writes an empty line to file descriptor 3, waits for one in
 * answer (`letBegin`), and then starts the app as its descendant. When the app has ended, the scaffold writes the output of the shell's
 * `times` to file descriptor 3, and ends with the app's exit code (128 + n for signal n). File descriptor 4 is the channel on which it
 * hands over the proxy port, where one is needed.
 */
export type Confinement = {
  readonly tier: SandboxTier
  /** For the log: what does the confining. */
  readonly name: string
  /** Generations of processes that belong to the scaffold: they are not sent SIGTERM. */
  readonly scaffoldDepth: number
  /** Whether each launch needs a user. */
  readonly asUser?: boolean
  seenPaths(request: LaunchRequest): SeenPaths
  launch(request: LaunchRequest): Launch
}
