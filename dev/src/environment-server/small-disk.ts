import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Whether this process may mount. Tests that need it are skipped for others, and never in CI, which is root. */
export const mayMount = process.getuid?.() === 0

/** A file system of its own, so small that a test can fill it. Needs root. */
export class SmallDisk implements Disposable {
  readonly folder = mkdtempSync('/tmp/postern-disk-')

  constructor(megabytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'postern-test', this.folder])
    chmodSync(this.folder, 0o755)
  }

  /** Writes until not a byte more goes in. @param path a file that then has no room left in its last page either */
  fill(path = join(this.folder, 'filler')): void {
    const file = openSync(path, 'a')
    try {
      for (const size of [1024 * 1024, 65_536, 4096, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size, '\n'))
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
    } finally {
      closeSync(file)
    }
  }

  makeRoom(): void {
    rmSync(join(this.folder, 'filler'), { force: true })
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.folder])
    rmdirSync(this.folder)
  }
}
