import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AppCgroup, type CgroupLimits } from './app-cgroup.ts'
import { type CgroupFiles, kernelFiles } from './cgroup-files.ts'
import { errorText } from '../log/server-log.ts'

const mount = '/sys/fs/cgroup'
/** Without these two nothing is held; processors are held by the third where it is there. */
const needed = ['memory', 'pids']
const wanted = [...needed, 'cpu']

/**
 * The cgroup that systemd delegated to this server (`Delegate=yes`, D39). A cgroup that hands controllers on may hold no process
 * itself, so the server moves into one below it, and each app gets another.
 */
export class OwnCgroup {
  readonly #files: CgroupFiles
  readonly #folder: string

  private constructor(files: CgroupFiles, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** @returns why there is none, in words, where there is none: most machines of containers and of cgroup v1 */
  static take(files: CgroupFiles = kernelFiles, pid = process.pid): OwnCgroup | string {
    try {
      const path = /^0::(\/.*)$/m.exec(files.read('/proc/self/cgroup'))?.[1]
      // The root belongs to the machine. On cgroup v1 the line is missing, or names a hierarchy without controllers.
      if (path === undefined || path === '/') return 'this process has no cgroup of its own'
      const folder = join(mount, path)
      const available = files.read(join(folder, 'cgroup.controllers')).trim().split(/\s+/)
      const missing = needed.filter((name) => !available.includes(name))
      if (missing.length > 0) return `the controllers ${missing.join(' and ')} were not delegated to it`
      const own = join(folder, 'server')
      makeFolder(files, own)
      files.write(join(own, 'cgroup.procs'), String(pid))
      const enabled = wanted.filter((name) => available.includes(name)).map((name) => `+${name}`)
      files.write(join(folder, 'cgroup.subtree_control'), enabled.join(' '))
      return new OwnCgroup(files, folder)
    } catch (error) {
      return `it was not delegated (${errorText(error)})`
    }
  }

  /** @param name unique among the apps that run */
  forApp(name: string, limits: Omit<CgroupLimits, 'cores'>): AppCgroup {
    return new AppCgroup(this.#files, join(this.#folder, `app-${name}`), { ...limits, cores: availableParallelism() })
  }
}

function makeFolder(files: CgroupFiles, path: string): void {
  try {
    files.makeFolder(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
